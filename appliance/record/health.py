"""The record's own faults as they come and go, told once each, and the back-off between attempts."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ..faults import DiskFull, GateFault, RecordFault

FIRST_RETRY_S = 0.25
LAST_RETRY_S = 30.0
"""A full or worn card does not heal by being hammered; a person who freed space waits half a minute."""


class Health:
    """Active faults by kind.

    `on_fault` hears of each when it begins, `on_recovered` of its kind when it ends. Both may be
    called from any thread that uses the record.
    """

    def __init__(self, on_fault: Callable[[GateFault], None], on_recovered: Callable[[str], None]) -> None:
        self._on_fault = on_fault
        self._on_recovered = on_recovered
        self._lock = threading.Lock()
        self._active: set[str] = set()
        self._retry_at_s: float | None = None
        self._retry_s = FIRST_RETRY_S

    @property
    def failing(self) -> bool:
        """Whether the last attempt to write failed."""
        return self._retry_at_s is not None

    def rest_s(self, now_s: float) -> float:
        """How long to leave the disk alone; 0 where it may be tried."""
        return 0.0 if self._retry_at_s is None else max(0.0, self._retry_at_s - now_s)

    def note(self, fault: RecordFault) -> None:
        """`fault` is true from now on; writing goes on."""
        with self._lock:
            fresh = fault.kind() not in self._active
            self._active.add(fault.kind())
        if fresh:
            self._on_fault(fault)

    def failed(self, fault: RecordFault, now_s: float) -> None:
        """A write failed: wait longer each time before the next.

        An attempt that could not wait, for somebody asked, does not lengthen the wait.
        """
        if self.rest_s(now_s) == 0.0:
            self._retry_at_s = now_s + self._retry_s
            self._retry_s = min(LAST_RETRY_S, self._retry_s * 2)
        self.note(fault)

    def worked(self, low: DiskFull | None) -> None:
        """A write succeeded; `low` is the shortage of space that it met nonetheless."""
        self._retry_at_s = None
        self._retry_s = FIRST_RETRY_S
        kept = {low.kind()} if low else set()
        with self._lock:
            ended = sorted(self._active - kept)
            self._active &= kept
        for kind in ended:
            self._on_recovered(kind)
        if low:
            self.note(low)
