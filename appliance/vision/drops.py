"""What the eyes dropped, and why. The newest frame wins by design, so what loses has a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from threading import Lock

from ..words import Word


class Dropped(Word):
    """Why a frame was not looked at, or a plate in it not read."""

    SKIPPED = "skipped"
    """The rate asked for less, or the nets are still being loaded: as it is meant."""
    REPLACED = "replaced"
    """A newer one came while it was due: the loop is slower than its rate."""
    NO_ROOM = "no_room"
    """As REPLACED, because more urgent cameras filled the batch."""
    STALE = "stale"
    """Too old to say anything (law 8)."""
    FAILED = "failed"
    """The detector failed on it."""
    READ_SUPERSEDED = "read_superseded"
    """A newer frame of the same track came while its plate waited."""
    READ_NO_ROOM = "read_no_room"
    """Its camera had plates of more hope waiting."""
    READ_FAILED = "read_failed"
    """The reader failed on it."""
    READ_HUNG = "read_hung"
    """The reader did not return from it."""


LOSSES = frozenset({Dropped.STALE, Dropped.FAILED, Dropped.READ_FAILED, Dropped.READ_HUNG})
"""What should not happen. The rest is how a loop that may be slow keeps to the newest."""

Tally = Mapping[tuple[str, Dropped], int]
"""How often, by camera and reason."""


class Drops:
    """Counts from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[tuple[str, Dropped]] = Counter()

    def count(self, camera: str, why: Dropped, times: int = 1) -> None:
        if times:
            with self._lock:
                self._counts[camera, why] += times

    def tally(self) -> Tally:
        """All counts since the start; they never fall."""
        with self._lock:
            return dict(self._counts)
