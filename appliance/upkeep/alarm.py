"""A fault that is raised once while it stands, and cleared once."""

from __future__ import annotations

from typing import Protocol

from ..faults import GateFault


class FaultSink(Protocol):
    """Takes faults; calls may come from any thread."""

    def raised(self, fault: GateFault) -> None: ...

    def cleared(self, kind: str, part: str = "") -> None: ...


class Alarm:
    """What stands now, by kind and part. Of one thread."""

    def __init__(self, sink: FaultSink) -> None:
        self._sink = sink
        self._standing: set[tuple[str, str]] = set()

    def met(self, fault: GateFault) -> None:
        """The fault is there."""
        key = fault.kind(), fault.part
        if key not in self._standing:
            self._standing.add(key)
            self._sink.raised(fault)

    def over(self, kind: type[GateFault], part: str = "") -> None:
        """The fault is not there, in any part where `part` is empty."""
        gone = sorted(key for key in self._standing if key[0] == kind.kind() and part in ("", key[1]))
        for key in gone:
            self._standing.remove(key)
            self._sink.cleared(*key)
