"""A mailbox with one slot between a camera and the loop: the newest frame wins."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from ..sight import Frame


def _nobody() -> None:
    """No one waits."""


class Mailbox:
    """Keeps the newest frame until it is taken. Safe between two threads; `wake` is called on each."""

    def __init__(self, wake: Callable[[], None] = _nobody) -> None:
        self._wake = wake
        self._lock = Lock()
        self._frame: Frame | None = None
        self.dropped = 0

    def put(self, frame: Frame) -> None:
        """Leave a frame; one that still lies there is dropped and counted."""
        with self._lock:
            self.dropped += self._frame is not None
            self._frame = frame
        self._wake()

    def take(self) -> Frame | None:
        """The newest frame not taken yet, None when there is none."""
        with self._lock:
            frame, self._frame = self._frame, None
        return frame
