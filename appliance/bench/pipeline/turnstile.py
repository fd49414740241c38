"""A mailbox in which nothing is lost: a camera that is ahead waits."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Condition

from ...clock import Clock
from ...sight import Frame
from ...vision.drops import Drops
from ...vision.mailbox import Mailbox


class Turnstile(Mailbox):
    """Keeps up to `size` frames, oldest first; `put` waits for room until it is closed.

    A camera that waits is let on when half of the frames are gone: waking it for each would cost more than
    the frame does.
    """

    def __init__(self, clock: Clock, wake: Callable[[], None], size: int) -> None:
        super().__init__(clock, Drops(), wake)
        self._size = size
        self._room = Condition()
        self._frames: deque[Frame] = deque()
        self._closed = False

    def put(self, frame: Frame) -> None:
        with self._room:
            self._room.wait_for(lambda: self._closed or len(self._frames) < self._size)
            self._frames.append(frame)
        self._wake()

    def take(self) -> Frame | None:
        with self._room:
            if not self._frames:
                return None
            frame = self._frames.popleft()
            if len(self._frames) == self._size // 2:
                self._room.notify()
        return frame

    def close(self) -> None:
        """Nobody takes any more: let the camera go."""
        with self._room:
            self._closed = True
            self._room.notify_all()
