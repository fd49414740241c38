"""A camera under the real capture thread: what came of it, what was found wrong, and when."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from appliance.config.schema import Camera
from appliance.faults import GateFault
from appliance.hw.base import BaseCamera
from appliance.hw.system_clock import SystemClock
from appliance.sight import Frame
from appliance.vision.capture import Capture, CaptureThread

PATIENCE_S = 20.0


class CameraWatch:
    """`width` is that of the last frame, `standing` the kind of fault that stands now."""

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.frames = 0
        self.width = 0
        self.oldest_s = 0.0
        self.standing = ""
        self.said: list[str] = []
        self._lock = Lock()

    def deliver(self, frame: Frame) -> None:
        with self._lock:
            self.frames += 1
            self.width = frame.picture.width
            self.oldest_s = max(self.oldest_s, self.clock.monotonic() - frame.captured_s)

    def raised(self, fault: GateFault) -> None:
        with self._lock:
            self.standing = fault.kind()
            self.said.append(str(fault))

    def cleared(self, kind: str, part: str) -> None:
        with self._lock:
            self.standing = ""

    def until(self, seen: Callable[[], bool]) -> float:
        """Seconds until it is so. Raises TimeoutError."""
        began_s = time.monotonic()
        while not seen():
            if time.monotonic() - began_s > PATIENCE_S:
                raise TimeoutError(f"{self.frames} frames, {self.standing or 'no fault'}, {self.said}")
            time.sleep(0.005)
        return time.monotonic() - began_s

    def frames_come(self, count: int = 5) -> float:
        """Seconds until so many more frames came."""
        before = self.frames
        return self.until(lambda: self.frames >= before + count)


@contextmanager
def watched(camera: BaseCamera, watch: CameraWatch) -> Iterator[CameraWatch]:
    """The camera's own thread, as the gate runs it."""
    capture = Capture(camera.name, camera, Camera(), watch.clock, watch.deliver, watch)
    thread = CaptureThread(camera.name, capture)
    thread.start()
    try:
        yield watch
    finally:
        thread.stop(10.0)
