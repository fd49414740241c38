"""The one thread that steps the inference loops of all cameras in turn."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event, Thread

from .loop import VisionLoop

_LONGEST_WAIT_S = 0.02
"""Without a frame or an answer the loops still beat, and their tracks still expire."""


class VisionThread(Thread):
    """Steps the loops until stopped, or until one fails; `wake` is what mailboxes and desks call.

    The supervisor sees the thread's end (`is_alive`); `error` says why it ended, None when stopped.
    """

    def __init__(self, loops: Sequence[VisionLoop], wake: Event) -> None:
        super().__init__(name="vision", daemon=True)
        self._loops = loops
        self._woken = wake
        self._stopping = Event()
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._turn()
        except Exception as error:  # noqa: BLE001 - a task's top: it ends here, and the supervisor sees it
            self.error = error

    def stop(self, timeout_s: float = 2.0) -> None:
        """End the thread; a vendor call that hangs is left behind after `timeout_s`."""
        self._stopping.set()
        self._woken.set()
        self.join(timeout_s)

    def _turn(self) -> None:
        """Step every loop once; wait for news where none had a frame."""
        seen = [loop.step() for loop in self._loops]
        if not any(seen):
            self._woken.wait(_LONGEST_WAIT_S)
            self._woken.clear()
