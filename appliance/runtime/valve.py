"""What one worker says to the gate, for as long as it is that worker's place to say it."""

from __future__ import annotations

import threading
from typing import Protocol

from ..events import VisionEvent
from ..faults import GateFault


class Outlet(Protocol):
    """Where it goes in the end."""

    def post(self, message: VisionEvent, /) -> None: ...

    def raised(self, fault: GateFault, /) -> None: ...

    def cleared(self, kind: str, part: str, /) -> None: ...


class Valve:
    """Shut when its worker is given up or died: its faults are cleared, and nothing more passes.

    A worker that hung may wake at any time, and would speak of a past that another has taken over.
    """

    def __init__(self, mouth: Outlet) -> None:
        self._mouth = mouth
        self._lock = threading.Lock()
        self._standing: set[tuple[str, str]] = set()
        self._shut = False

    def post(self, event: VisionEvent) -> None:
        with self._lock:
            if not self._shut:
                self._mouth.post(event)

    def raised(self, fault: GateFault) -> None:
        with self._lock:
            if not self._shut:
                self._standing.add((fault.kind(), fault.part))
                self._mouth.raised(fault)

    def cleared(self, kind: str, part: str = "") -> None:
        with self._lock:
            if not self._shut:
                self._standing.discard((kind, part))
                self._mouth.cleared(kind, part)

    def shut(self) -> None:
        """May be called twice."""
        with self._lock:
            self._shut = True
            for kind, part in sorted(self._standing):
                self._mouth.cleared(kind, part)
            self._standing.clear()
