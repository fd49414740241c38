"""The board of active faults: what is wrong now, since when, and what would clear it."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from ..events import FaultCleared, FaultRaised
from ..faults import ActiveFault, Effect

log = logging.getLogger(__name__)

_LEVELS = {Effect.WARN: logging.WARNING}


class FaultBoard:
    """Faults by kind and part. A fault that is raised again while active stays as it was."""

    def __init__(self) -> None:
        self._active: dict[tuple[str, str], ActiveFault] = {}
        self._snapshot: tuple[ActiveFault, ...] = ()

    @property
    def active(self) -> tuple[ActiveFault, ...]:
        """Active faults in the order in which they were met."""
        return self._snapshot

    def raised(self, fault: ActiveFault) -> FaultRaised | None:
        """Note a fault; the event of it, or None when it is active already."""
        if fault.key in self._active:
            return None
        self._active[fault.key] = fault
        self._snapshot = tuple(self._active.values())
        level = _LEVELS.get(fault.effect, logging.ERROR)
        log.log(level, "fault %s [%s]: %s", fault.kind, fault.effect, fault)
        return FaultRaised(fault)

    def cleared(self, kind: str, part: str = "", *, by_hand: bool = False) -> tuple[FaultCleared, ...]:
        """Take a fault off, in every part where `part` is empty. A latched one needs a hand."""
        keys = [
            k
            for k, f in self._active.items()
            if k[0] == kind and part in ("", k[1]) and (by_hand or not f.latched)
        ]
        return self._take_off(keys)

    def reset(self) -> tuple[FaultCleared, ...]:
        """Take off every latched fault: a person held SERVICE. What still holds is raised again."""
        return self._take_off([k for k, f in self._active.items() if f.latched])

    def _take_off(self, keys: Iterable[tuple[str, str]]) -> tuple[FaultCleared, ...]:
        gone = tuple(FaultCleared(*key) for key in keys)
        for event in gone:
            del self._active[event.kind, event.part]
            log.info("fault %s cleared%s", event.kind, f" ({event.part})" if event.part else "")
        self._snapshot = tuple(self._active.values())
        return gone
