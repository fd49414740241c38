"""Cameras through OpenCV: a V4L2 device or an RTSP stream."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import cv2

from ...clock import Clock
from ...faults import CameraLost
from ...sight import Frame, Picture
from ..base import BaseCamera

if TYPE_CHECKING:
    from ...sight import Image

OPEN_LIMIT_S = 5.0
"""An RTSP camera answers within a second; one that boots is asked again by the caller."""
STAMP_LIMIT_S = 1.0
"""A sensor's time stamp that lies further back is not on this clock."""


class Capture(Protocol):
    """What is used of cv2.VideoCapture."""

    def isOpened(self) -> bool: ...  # noqa: N802 - the vendor's name

    def read(self) -> tuple[bool, Any]: ...

    def get(self, prop: int, /) -> float: ...

    def set(self, prop: int, value: float, /) -> bool: ...

    def release(self) -> None: ...


@dataclass(frozen=True, slots=True)
class OpenCvConfig:
    """A camera as the configuration names it. `source` is an index, a device path or an address."""

    driver: Literal["v4l2", "rtsp"]
    source: str
    width: int
    height: int
    fps: float
    read_limit_s: float = 1.0
    """How long a stream's read may block; OpenCV takes it at opening only."""


def open_capture(config: OpenCvConfig) -> Capture:
    """OpenCV's capture of this source. Raises cv2.error; a source that is absent is not open."""
    if config.driver == "rtsp":
        limits = [
            *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, int(OPEN_LIMIT_S * 1000)),
            *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, int(config.read_limit_s * 1000)),
        ]
        return cv2.VideoCapture(config.source, cv2.CAP_FFMPEG, limits)
    if config.source.isdecimal():
        return cv2.VideoCapture(int(config.source), cv2.CAP_V4L2)
    return cv2.VideoCapture(config.source, cv2.CAP_V4L2)


def wait_frame(capture: Capture, timeout_s: float) -> bool:
    """Whether a V4L2 capture has a frame within `timeout_s`."""
    ready, _ = cv2.VideoCapture.waitAny([capture], int(timeout_s * 1e9))  # type: ignore[list-item]
    return ready


class OpenCvCamera(BaseCamera):
    """Reads the newest frame that the driver holds. Every failure is CameraLost; the caller opens
    it again with its own back-off.
    """

    def __init__(
        self,
        name: str,
        config: OpenCvConfig,
        clock: Clock,
        *,
        capture: Callable[[OpenCvConfig], Capture] = open_capture,
        wait: Callable[[Capture, float], bool] = wait_frame,
    ) -> None:
        self.name = name
        self._config = config
        self._clock = clock
        self._build = capture
        self._wait = wait
        self._capture: Capture | None = None
        self._seq = 0

    def open(self) -> None:
        self.close()
        try:
            capture = self._build(self._config)
        except cv2.error as error:
            raise CameraLost(str(error), part=self.name) from error
        if not capture.isOpened():
            capture.release()
            raise CameraLost(f"{shown(self._config.source)} cannot be opened", part=self.name)
        if self._config.driver == "v4l2":
            self._ask_for_format(capture)
        self._capture = capture

    def read(self, timeout_s: float) -> Frame:
        """The next frame. `timeout_s` binds V4L2; a stream has its own limit from opening."""
        image = self._next_image(timeout_s)
        self._seq += 1
        return Frame(self.name, self._seq - 1, self._captured_s(), Picture.of(image))

    def close(self) -> None:
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.release()

    def _ask_for_format(self, capture: Capture) -> None:
        """A wish, not a demand: the sensor gives its nearest mode, the frame says which."""
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, self._config.width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, self._config.height)
        capture.set(cv2.CAP_PROP_FPS, self._config.fps)
        # One buffer: a queue would hand out old frames (law 8).
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)

    def _next_image(self, timeout_s: float) -> Image:
        if self._capture is None:
            raise CameraLost("it is not open", part=self.name)
        try:
            waits = self._config.driver == "v4l2"
            ready = not waits or self._wait(self._capture, timeout_s)
            good, image = self._capture.read() if ready else (False, None)
        except cv2.error as error:
            raise CameraLost(str(error), part=self.name) from error
        if not good or image is None:
            raise CameraLost(f"no frame from {shown(self._config.source)}", part=self.name)
        return image  # type: ignore[no-any-return]

    def _captured_s(self) -> float:
        """The sensor's time where V4L2 gives it on the monotonic clock, else the time of reading."""
        now_s = self._clock.monotonic()
        if self._config.driver != "v4l2" or self._capture is None:
            return now_s
        stamp_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        return stamp_s if 0 <= now_s - stamp_s <= STAMP_LIMIT_S else now_s


def shown(source: str) -> str:
    """The source for logs and faults: without the user and the password of an address."""
    return re.sub(r"//[^/@]*@", "//", source)
