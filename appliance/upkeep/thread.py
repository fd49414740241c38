"""The keeper's thread: a round each second, and the power mode at once when something is seen."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

from ..clock import Clock
from .keeper import Keeper

EVERY_S = 1.0
"""Boards heat by a degree in some seconds; the files of the kernel cost a millisecond."""


class KeeperThread(Thread):
    """Keeps until stopped, or until a round fails: the supervisor sees its end, and `error` says why."""

    def __init__(self, keeper: Keeper, clock: Clock, sit: Callable[[], None]) -> None:
        super().__init__(name="upkeep", daemon=True)
        self._keeper = keeper
        self._clock = clock
        self._sit = sit
        self._woken = Event()
        self._stopping = Event()
        self.error: Exception | None = None

    def notice(self) -> None:
        """Something new was seen; from any thread, and nobody waits."""
        self._keeper.notice()
        self._woken.set()

    def run(self) -> None:
        try:
            self._sit()
            self._keep()
        except Exception as error:  # noqa: BLE001 - a task's top: it ends here, and the supervisor sees it
            self.error = error

    def stop(self, timeout_s: float = 1.0) -> None:
        """End the thread; a kernel that holds it is left behind."""
        self._stopping.set()
        self._woken.set()
        if self.is_alive():
            self.join(timeout_s)

    def _keep(self) -> None:
        due_s = self._clock.monotonic()
        while not self._stopping.is_set():
            now_s = self._clock.monotonic()
            if now_s >= due_s:
                self._keeper.look()
                # From now on: a board that stood still owes no rounds.
                due_s = now_s + EVERY_S
            else:
                self._keeper.stir()
            self._woken.wait(max(0.0, due_s - self._clock.monotonic()))
            self._woken.clear()
