"""Checks of the board's profile."""

from __future__ import annotations

from collections.abc import Iterator

from ..schema import Config
from .finding import Finding, warn

GENERIC = "generic"


def unknown_board(config: Config) -> Iterator[Finding]:
    """Nobody knows what its pins do, so nothing moves until its owner says so."""
    if config.board == GENERIC and not config.gate.armed:
        yield warn(
            "board",
            'is "generic": this board is not known, and nothing moves on it.',
            'Name a profile that fits it, for one "pi5"; or name its pins and set gate.armed = true.',
        )
