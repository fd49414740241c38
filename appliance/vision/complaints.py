"""What stands wrong in each stage of a loop, told once when it comes and once when it goes."""

from __future__ import annotations

from collections import Counter

from ..faults import GateFault
from .base import FaultSink


class Complaints:
    """One fault a stage at most. What was raised is cleared by its own kind and part, whatever they are."""

    def __init__(self, sink: FaultSink) -> None:
        self._sink = sink
        self._standing: dict[str, GateFault] = {}

    def met(self, stage: str, fault: GateFault) -> None:
        """The stage failed. The same fault again is no news."""
        standing = self._standing.get(stage)
        if standing is not None and _key(standing) == _key(fault):
            return
        self.well(stage)
        self._standing[stage] = fault
        self._sink.raised(fault)

    def well(self, stage: str) -> None:
        """The stage has worked."""
        fault = self._standing.pop(stage, None)
        if fault is not None:
            self._sink.cleared(*_key(fault))


class Chorus:
    """Several loops speak as one: a fault is raised with the first that has it, cleared with the last.

    Each of them must clear what it raised, as `Complaints` does.
    """

    def __init__(self, sink: FaultSink) -> None:
        self._sink = sink
        self._voices: Counter[tuple[str, str]] = Counter()

    def raised(self, fault: GateFault) -> None:
        self._voices[_key(fault)] += 1
        if self._voices[_key(fault)] == 1:
            self._sink.raised(fault)

    def cleared(self, kind: str, part: str) -> None:
        self._voices[kind, part] -= 1
        if not self._voices[kind, part]:
            self._sink.cleared(kind, part)


def _key(fault: GateFault) -> tuple[str, str]:
    return fault.kind(), fault.part
