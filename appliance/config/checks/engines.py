"""Checks of the backends that the nets run on."""

from __future__ import annotations

from collections.abc import Iterator

from ..mistakes import nearest
from ..schema import BACKENDS, Config
from .finding import Finding, error


def known_backends(config: Config) -> Iterator[Finding]:
    for name in config.infer.chain:
        if name not in BACKENDS:
            hint = nearest(name, BACKENDS) or f"Known: {', '.join(BACKENDS)}."
            yield error("infer.chain", f'names "{name}", which is no backend.', hint)
