"""Checks of the backends that the nets run on."""

from __future__ import annotations

from collections.abc import Iterator

from ..mistakes import nearest
from ..schema import BACKENDS, Config
from .finding import Finding, error, warn

# Backends whose nets read pictures where NVDEC leaves them.
_ON_GPU = ("onnxruntime-cuda", "tensorrt")


def known_backends(config: Config) -> Iterator[Finding]:
    for name in config.infer.chain:
        if name not in BACKENDS:
            hint = nearest(name, BACKENDS) or f"Known: {', '.join(BACKENDS)}."
            yield error("infer.chain", f'names "{name}", which is no backend.', hint)


def pictures_beside_the_nets(config: Config) -> Iterator[Finding]:
    first = config.infer.chain[0]
    if first in _ON_GPU:
        return
    for name, camera in config.cameras.items():
        if camera.driver == "nvdec":
            sentence = f"keeps every picture on the GPU, from where {first} has to copy it."
            remedy = f"Name {' or '.join(_ON_GPU)} first in infer.chain, or take another driver."
            yield warn(f"cameras.{name}.driver", sentence, remedy)
