"""Faults that come and go, told once when they come and once when they go."""

from __future__ import annotations

from typing import Union

from ..events import FaultCleared, FaultRaised
from ..faults import ActiveFault, GateFault

Notice = Union[FaultRaised, FaultCleared]


class Standing:
    """The faults of one driver that stand now, by kind and part."""

    def __init__(self) -> None:
        self._keys: set[tuple[str, str]] = set()

    def raised(self, fault: GateFault, now_s: float) -> tuple[Notice, ...]:
        """The notice of a new fault; nothing for one that stands already."""
        active = ActiveFault.of(fault, now_s)
        if active.key in self._keys:
            return ()
        self._keys.add(active.key)
        return (FaultRaised(active),)

    def cleared(self, kind: type[GateFault], part: str) -> tuple[Notice, ...]:
        """The notice that a standing fault is over; nothing where none stood."""
        key = (kind.kind(), part)
        if key not in self._keys:
            return ()
        self._keys.remove(key)
        return (FaultCleared(*key),)
