"""A mailbox with one slot between a camera and the loop: the newest frame wins."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from ..clock import Clock
from ..sight import Frame
from .drops import Dropped, Drops


def _nobody() -> None:
    """No one waits."""


class Mailbox:
    """Keeps the newest frame until it is taken. Safe between two threads; `wake` is called where one is due.

    `due_s` is when the loop wants its next frame, on the clock: what is replaced before that was not asked
    for, and what is replaced later came too fast for the loop. As long as there is no loop, nothing is due.
    """

    def __init__(self, clock: Clock, drops: Drops, wake: Callable[[], None] = _nobody) -> None:
        self.due_s = float("inf")
        self._clock = clock
        self._drops = drops
        self._wake = wake
        self._lock = Lock()
        self._frame: Frame | None = None
        self._passed_over = False

    def put(self, frame: Frame) -> None:
        """Leave a frame; one that still lies there is dropped and counted."""
        with self._lock:
            if self._frame is not None:
                self._drops.count(frame.camera, self._reason())
            self._frame, self._passed_over = frame, False
        if self._clock.monotonic() >= self.due_s:
            self._wake()

    def take(self) -> Frame | None:
        """The newest frame not taken yet, None when there is none."""
        with self._lock:
            frame, self._frame = self._frame, None
        return frame

    def peek(self) -> Frame | None:
        """The frame that `take` would give."""
        with self._lock:
            return self._frame

    def pass_over(self) -> None:
        """The frame that lies here has to wait: more urgent ones filled the batch."""
        with self._lock:
            self._passed_over = self._frame is not None

    def _reason(self) -> Dropped:
        if self._passed_over:
            return Dropped.NO_ROOM
        return Dropped.SKIPPED if self._clock.monotonic() < self.due_s else Dropped.REPLACED
