"""RTSP cameras through OpenCV: the large stream, and the small one where the way cannot carry that."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2

from ...clock import Clock
from ...faults import CameraLost
from ...sight import Frame, Picture
from ..base import BaseCamera
from .opencv import Capture, OpenCapture, OpenCvConfig, open_capture, opened, shown
from .quality import Quality
from .timeline import Timeline

if TYPE_CHECKING:
    from ...sight import Image

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RtspConfig:
    """Addresses of a camera's large stream and of its small one, where it has one."""

    source: str
    source_low: str | None = None

    def capture(self, low: bool) -> OpenCvConfig:
        source = self.source_low if low and self.source_low else self.source
        return OpenCvConfig("rtsp", source, 0, 0, 0.0)


class RtspCamera(BaseCamera):
    """Reads what the camera sends, over TCP (OpenCV prefers it). Every failure is CameraLost at the moment in
    which it is met, and the caller opens the camera again with its own back-off.

    Where frames are lost or late, or the stream breaks, it goes over to the small stream by itself, and back
    after a calm. How hard the gate looks does not change the stream: a vehicle's first second would be lost.
    """

    def __init__(
        self, name: str, config: RtspConfig, clock: Clock, *, capture: OpenCapture = open_capture
    ) -> None:
        self.name = name
        self._config = config
        self._clock = clock
        self._build = capture
        self._capture: Capture | None = None
        self._low = False
        self._timeline = Timeline()
        self._quality = Quality()
        self._seq = 0

    def open(self) -> None:
        self.close()
        low = self._quality.low and self._config.source_low is not None
        if low != self._low:
            log.warning("camera %s: %s stream: %s", self.name, "small" if low else "large", self._quality.why)
        self._low = low
        self._capture = opened(self.name, self._config.capture(low), self._build)
        self._timeline.start()
        self._quality.opened(self._clock.monotonic())

    def read(self, timeout_s: float) -> Frame:
        """The next frame. `timeout_s` does not bind: a stream has its limit from opening."""
        if self._capture is not None and self._config.source_low and self._quality.low != self._low:
            self.open()
        if self._capture is None:
            raise CameraLost("it is not open", part=self.name)
        image = self._next_image(self._capture)
        now_s = self._clock.monotonic()
        stamp_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        captured_s = self._timeline.captured_s(stamp_s, now_s)
        self._quality.saw(stamp_s, self._timeline.late_s, now_s)
        self._seq += 1
        return Frame(self.name, self._seq - 1, captured_s, Picture.of(image))

    def close(self) -> None:
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.release()

    def _next_image(self, capture: Capture) -> Image:
        try:
            good, image = capture.read()
        except cv2.error as error:
            raise self._broken(shown(str(error))) from error
        if not good or image is None:
            source = shown(self._config.capture(self._low).source)
            raise self._broken(f"no frame from {source}")
        return image  # type: ignore[no-any-return]

    def _broken(self, detail: str) -> CameraLost:
        self._quality.broke(self._clock.monotonic())
        return CameraLost(detail, part=self.name)
