"""The one thread that turns the inference loops of all cameras."""

from __future__ import annotations

from threading import Event, Thread

from .rounds import Rounds
from .sit import Sit, stay


class VisionThread(Thread):
    """Turns the rounds until stopped, or until one fails; `wake` is what mailboxes and desks call.

    `sit` is called at the thread's top. The supervisor sees the thread's end (`is_alive`); `error` says why
    it ended, None when stopped.
    """

    def __init__(self, rounds: Rounds, wake: Event, sit: Sit = stay) -> None:
        super().__init__(name="vision", daemon=True)
        self._rounds = rounds
        self._woken = wake
        self._sit = sit
        self._stopping = Event()
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self._sit()
            while not self._stopping.is_set():
                self._turn()
        except Exception as error:  # noqa: BLE001 - a task's top: it ends here, and the supervisor sees it
            self.error = error
        finally:
            self._rounds.close()

    def stop(self, timeout_s: float = 2.0) -> None:
        """End the thread; a vendor call that hangs is left behind after `timeout_s`."""
        self._stopping.set()
        self._woken.set()
        self.join(timeout_s)

    def _turn(self) -> None:
        """One round; wait for news where no camera had a frame."""
        if not self._rounds.turn():
            self._woken.wait(self._rounds.rest_s)
            self._woken.clear()
