"""Footage as many cameras that never end: each with its own decoder, each somewhere else in it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

from ...clock import Clock
from ...faults import CameraLost
from ...hw.base import BaseCamera, EndOfFootage
from ...sight import Frame

Open = Callable[[str, int], BaseCamera]
"""A camera of this name that shows the footage once, from this frame on."""


class EndlessCamera(BaseCamera):
    """Footage over and over, first from frame `start`: `fps` pictures a second, or as fast as it is read.

    A picture is captured when it is due, as a sensor's is. What comes too late to be shown before the next
    one is due was missed: a sensor does not wait. Where the footage begins anew so does the beat, for no
    camera ever opens its decoder again.
    """

    def __init__(self, name: str, open_: Open, start: int, fps: float | None, clock: Clock) -> None:
        self.name = name
        self.given = 0
        self.missed = 0
        self._open_camera = open_
        self._start = start
        self._period_s = 1.0 / fps if fps else 0.0
        self._clock = clock
        self._camera: BaseCamera | None = None
        self._due_s = 0.0
        # Nobody sets this event: its wait is a sleep.
        self._sleep = Event()

    def open(self) -> None:
        self._camera = self._opened(self._start)

    def read(self, timeout_s: float) -> Frame:
        frame = self._next(timeout_s)
        captured_s = self._captured_s() if self._period_s else self._clock.monotonic()
        self.given += 1
        return Frame(self.name, self.given, captured_s, frame.picture, frame.fingerprint)

    def close(self) -> None:
        camera, self._camera = self._camera, None
        if camera is not None:
            camera.close()

    def _next(self, timeout_s: float) -> Frame:
        if self._camera is None:
            raise CameraLost("it is not open", part=self.name)
        try:
            return self._camera.read(timeout_s)
        except EndOfFootage:
            self._camera.close()
            self._camera = None
            self._camera = self._opened(0)
            return self._camera.read(timeout_s)

    def _opened(self, start: int) -> BaseCamera:
        camera = self._open_camera(self.name, start)
        camera.open()
        # Cameras are not in step with each other.
        self._due_s = self._clock.monotonic() + self._period_s * (self._start % 7) / 7
        return camera

    def _captured_s(self) -> float:
        """The moment that the picture is due, waiting for it."""
        now_s = self._clock.monotonic()
        late = int((now_s - self._due_s) / self._period_s)
        if late > 0:
            self.missed += late
            self._due_s += late * self._period_s
        elif now_s < self._due_s:
            self._sleep.wait(self._due_s - now_s)
        captured_s, self._due_s = self._due_s, self._due_s + self._period_s
        return captured_s
