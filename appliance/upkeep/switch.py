"""Switches the power mode on a thread of its own: nobody waits for a board's tools."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from threading import Event, Lock, Thread

from ..clock import Clock
from ..faults import PowerFault, PowerModeFailed
from ..hw.base import BasePower, PowerMode
from .alarm import FaultSink

log = logging.getLogger(__name__)

HANGS_S = 30.0
"""Tools are killed after power.switch_limit_s, some calls in a row; a write into a sick kernel ends never."""


class PowerSwitch(Thread):
    """One wish at a time, the newest; a wish for what is set already is none.

    `first` are the modes that it goes through at its start, to know how long each takes (`took_s`).
    What fails is a PowerModeFailed, and is tried again with the next change of the wish.
    """

    def __init__(
        self,
        power: BasePower,
        clock: Clock,
        faults: FaultSink,
        sit: Callable[[], None],
        first: Sequence[PowerMode] = (),
    ) -> None:
        super().__init__(name="power", daemon=True)
        self._power = power
        self._clock = clock
        self._faults = faults
        self._sit = sit
        self._first = first
        self._lock = Lock()
        self._asked = Event()
        self._stopping = Event()
        self._wish: PowerMode | None = None
        self._last: PowerMode | None = None
        self._since_s: float | None = None
        self._took_s: dict[PowerMode, float] = {}
        self.mode: PowerMode | None = None
        self.error: Exception | None = None

    def ask(self, mode: PowerMode) -> None:
        """Set this mode soon; never waits."""
        with self._lock:
            if mode is self._last:
                return
            self._wish = self._last = mode
        self._asked.set()

    @property
    def took_s(self) -> dict[PowerMode, float]:
        """How long each mode took the last time, in seconds."""
        with self._lock:
            return dict(self._took_s)

    def trouble(self, now_s: float) -> str:
        """Why no mode will be set any more, in words; empty while all is well."""
        if self.error is not None:
            return f"the switch ended: {self.error!r}"
        since_s = self._since_s
        hangs = since_s is not None and now_s - since_s > HANGS_S
        return "the kernel does not return from the switch" if hangs else ""

    def run(self) -> None:
        try:
            self._sit()
            for mode in self._first:
                self._set(mode)
            while not self._stopping.is_set():
                self._asked.wait()
                self._asked.clear()
                self.turn()
        except Exception as error:  # noqa: BLE001 - a task's top: it ends here, and the supervisor sees it
            self.error = error

    def turn(self) -> None:
        """Carry out the wish, if there is one."""
        # A wish that comes from now on is the next turn's.
        with self._lock:
            wish, self._wish = self._wish, None
        if wish is not None and wish is not self.mode:
            self._set(wish)

    def stop(self, timeout_s: float = 1.0) -> None:
        """End the thread; a kernel that holds it is left behind."""
        self._stopping.set()
        self._asked.set()
        if self.is_alive():
            self.join(timeout_s)

    def _set(self, mode: PowerMode) -> None:
        # Unknown until it is done: what failed halfway is neither the one nor the other.
        self.mode = None
        self._since_s = begun_s = self._clock.monotonic()
        try:
            self._power.set_mode(mode)
        except PowerFault as fault:
            self._faults.raised(fault)
            return
        finally:
            self._since_s = None
        took_s = self._clock.monotonic() - begun_s
        with self._lock:
            self._took_s[mode] = took_s
        self.mode = mode
        log.info("power mode %s after %.2f s", mode, took_s)
        self._faults.cleared(PowerModeFailed.kind())
