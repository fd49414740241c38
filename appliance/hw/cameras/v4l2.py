"""V4L2 cameras through OpenCV, their pictures as they come: NV12, I420 or YUYV without a turn through BGR."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ...clock import Clock
from ...faults import CameraLost
from ...sight import Effort, Frame, Layout, Picture
from ..base import BaseCamera
from .opencv import Capture, OpenCapture, OpenCvConfig, open_capture, opened, shown

if TYPE_CHECKING:
    from ...sight import Image

STAMP_LIMIT_S = 1.0
"""A sensor's time stamp that lies further back is not on this clock."""
# Of the rate that is asked for: drivers round a frame's time to their own ticks.
_ENOUGH = 0.9
# A picture that a USB hiccup damaged is passed over; several of them in a row are a lost camera.
_TRIES = 3
# A JPEG is unpacked at half its size while it stays as wide as this: the detector's input is no wider.
_WATCHED_WIDTH = 640

Unpack = Callable[["Image", "Mode"], "Picture | None"]


@dataclass(frozen=True, slots=True)
class Mode:
    """What the device gives: pixels, frames a second, and its format as V4L2 spells it."""

    format: str
    width: int
    height: int
    fps: float

    def serves(self, config: OpenCvConfig) -> bool:
        same = (self.width, self.height) == (config.width, config.height)
        return same and self.fps >= _ENOUGH * config.fps


def wait_frame(capture: Capture, timeout_s: float) -> bool:
    """Whether a V4L2 capture has a frame within `timeout_s`."""
    ready, _ = cv2.VideoCapture.waitAny([capture], int(timeout_s * 1e9))  # type: ignore[list-item]
    return ready


class V4l2Camera(BaseCamera):
    """Reads the newest frame that the device holds, in the format that costs least of those that give the
    asked size and rate. Every failure is CameraLost; the caller opens it again with its own back-off.

    A camera that only gives JPEG is unpacked at half its size while it is watched.
    """

    def __init__(
        self,
        name: str,
        config: OpenCvConfig,
        clock: Clock,
        *,
        capture: OpenCapture = open_capture,
        wait: Callable[[Capture, float], bool] = wait_frame,
    ) -> None:
        self.name = name
        self._config = config
        self._clock = clock
        self._build = capture
        self._wait = wait
        self._opened: tuple[Capture, Mode] | None = None
        self._watched = False
        self._seq = 0

    def open(self) -> None:
        self.close()
        capture = opened(self.name, self._config, self._build)
        try:
            self._opened = capture, choose_mode(capture, self._config)
        except cv2.error as error:
            capture.release()
            raise CameraLost(str(error), part=self.name) from error

    def read(self, timeout_s: float) -> Frame:
        if self._opened is None:
            raise CameraLost("it is not open", part=self.name)
        capture, mode = self._opened
        picture = self._next_picture(capture, mode, timeout_s)
        self._seq += 1
        return Frame(self.name, self._seq - 1, self._captured_s(capture), picture)

    def look(self, effort: Effort) -> None:
        self._watched = effort is Effort.WATCH

    def close(self) -> None:
        was, self._opened = self._opened, None
        if was is not None:
            was[0].release()

    def _next_picture(self, capture: Capture, mode: Mode, timeout_s: float) -> Picture:
        try:
            for _ in range(_TRIES):
                good, raw = capture.read() if self._wait(capture, timeout_s) else (False, None)
                if not good or raw is None:
                    raise CameraLost(f"no frame from {shown(self._config.source)}", part=self.name)
                picture = self._unpacked(raw, mode)
                if picture is not None:
                    return picture
        except cv2.error as error:
            raise CameraLost(str(error), part=self.name) from error
        raise CameraLost(f"its {mode.format} pictures are damaged; check the cable", part=self.name)

    def _unpacked(self, raw: Image, mode: Mode) -> Picture | None:
        if mode.format == "MJPG":
            return _from_jpeg(raw, half=self._watched and mode.width >= 2 * _WATCHED_WIDTH)
        unpack = _UNPACK.get(mode.format)
        return Picture.of(raw) if unpack is None else unpack(raw, mode)

    def _captured_s(self, capture: Capture) -> float:
        """The sensor's time where V4L2 gives it on the monotonic clock, else the time of reading."""
        now_s = self._clock.monotonic()
        stamp_s = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        return stamp_s if 0 <= now_s - stamp_s <= STAMP_LIMIT_S else now_s


# -- modes -------------------------------------------------------------------------------------------


def choose_mode(capture: Capture, config: OpenCvConfig) -> Mode:
    """Set the first format that gives what is asked; the widest and fastest where none does.

    A wish, not a demand: the sensor gives its nearest mode, the frame says which.
    """
    # One buffer: a queue would hand out old frames (law 8).
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    offered = []
    for name in _FORMATS:
        mode = _try_mode(capture, config, name)
        if mode.format == name:
            if mode.serves(config):
                return mode
            offered.append(mode)
    if offered:
        return _try_mode(capture, config, max(offered, key=_worth).format)
    capture.set(cv2.CAP_PROP_CONVERT_RGB, 1)
    return Mode("", config.width, config.height, config.fps)


def _try_mode(capture: Capture, config: OpenCvConfig, name: str) -> Mode:
    capture.set(cv2.CAP_PROP_CONVERT_RGB, 0)
    capture.set(cv2.CAP_PROP_FOURCC, int.from_bytes(name.encode(), "little"))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, config.width)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, config.height)
    capture.set(cv2.CAP_PROP_FPS, config.fps)
    width, height = (int(capture.get(p)) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
    told = int(capture.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little").decode("latin-1")
    return Mode(told, width, height, capture.get(cv2.CAP_PROP_FPS))


def _worth(mode: Mode) -> tuple[int, float]:
    return mode.width * mode.height, mode.fps


# -- pictures: views of what OpenCV copied out of the device's buffer ----------------------------------
# BT.601 and limited range are what V4L2 has for cameras by default (the kernel's "Colorspaces" chapter).


def _from_nv12(raw: Image, mode: Mode) -> Picture | None:
    both = _planes_of(raw, mode)
    if both is None:
        return None
    return Picture(Layout.NV12, (both[0], both[1].reshape(mode.height // 2, mode.width // 2, 2)))


def _from_i420(raw: Image, mode: Mode) -> Picture | None:
    both = _planes_of(raw, mode)
    if both is None:
        return None
    u, v = both[1].reshape(2, mode.height // 2, mode.width // 2)
    return Picture(Layout.I420, (both[0], u, v))


def _from_yuyv(raw: Image, mode: Mode) -> Picture | None:
    """NV12: of every second row the second bytes are U and V in turn."""
    if raw.size != 2 * mode.width * mode.height:
        return None
    pairs = raw.reshape(mode.height, mode.width, 2)
    chroma = np.asarray(cv2.extractChannel(pairs[::2], 1), np.uint8)
    luma = np.asarray(cv2.extractChannel(pairs, 0), np.uint8)
    return Picture(Layout.NV12, (luma, chroma.reshape(mode.height // 2, mode.width // 2, 2)))


def _from_jpeg(raw: Image, *, half: bool) -> Picture | None:
    image = cv2.imdecode(raw.reshape(-1), cv2.IMREAD_REDUCED_COLOR_2 if half else cv2.IMREAD_COLOR)
    return None if image is None else Picture.of(np.asarray(image, np.uint8))


def _planes_of(raw: Image, mode: Mode) -> tuple[Image, Image] | None:
    """Luma, and all that follows; None where the picture is not whole."""
    luma = mode.width * mode.height
    if raw.size != luma * 3 // 2:
        return None
    flat = raw.reshape(-1)
    return flat[:luma].reshape(mode.height, mode.width), flat[luma:]


_UNPACK: Mapping[str, Unpack] = {"NV12": _from_nv12, "YU12": _from_i420, "YUYV": _from_yuyv}
# As V4L2 spells them, that first which costs least.
_FORMATS = (*_UNPACK, "MJPG")
