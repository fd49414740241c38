"""The configuration that this start will have in force, before it is taken: it names the outputs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ..config.schema import Config
from ..faults import ConfigFault
from .offers import CONFIGURATION, is_new
from .places import Places


def coming(places: Places, load: Callable[[Path | None], Config]) -> Config:
    """The card's where it is about to be taken, else the one that is kept, else that of the board alone.

    `load` is given the owner's file, or None for the board alone, and raises ConfigFault where it may not be
    armed. Raises ConfigFault when what is kept cannot be used either.
    """
    # Whoever takes it says why it is refused, or that the card cannot be read.
    with suppress(ConfigFault, OSError):
        if is_new(CONFIGURATION, places):
            return load(places.card / CONFIGURATION)
    kept = places.owner / CONFIGURATION
    return load(kept if kept.is_file() else None)
