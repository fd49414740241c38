"""OpenCV's captures: what the V4L2 and RTSP drivers share, with the vendor's errors as ours."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import cv2

from ...faults import CameraLost

OPEN_LIMIT_S = 5.0
"""An RTSP camera answers within a second; one that boots is asked again by the caller."""

_FFMPEG = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
# TCP, since over UDP a lost packet smears a plate. The rate is not probed, and what came meanwhile is not
# kept: the first frame comes after 0.7 s instead of 1.5 s, and is no older than others.
_STREAMS = "rtsp_transport;tcp|fpsprobesize;0|fflags;nobuffer"


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
    read_limit_s: float = 0.5
    """How long a stream may send nothing; OpenCV takes it at opening only, and asks three times before it
    gives up: this is found after 1.5 s.
    """


OpenCapture = Callable[[OpenCvConfig], Capture]


def open_capture(config: OpenCvConfig) -> Capture:
    """OpenCV's capture of this source. Raises cv2.error; a source that is absent is not open."""
    if config.driver == "rtsp":
        limits = [
            *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, int(OPEN_LIMIT_S * 1000)),
            *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, int(config.read_limit_s * 1000)),
        ]
        with _options_of_streams():
            return cv2.VideoCapture(config.source, cv2.CAP_FFMPEG, limits)
    if config.source.isdecimal():
        return cv2.VideoCapture(int(config.source), cv2.CAP_V4L2)
    return cv2.VideoCapture(config.source, cv2.CAP_V4L2)


@contextmanager
def _options_of_streams() -> Iterator[None]:
    """OpenCV takes FFmpeg's own options from the environment only. Left there, files would lose frames."""
    if _FFMPEG in os.environ:
        # The owner's own.
        yield
        return
    os.environ[_FFMPEG] = _STREAMS
    try:
        yield
    finally:
        os.environ.pop(_FFMPEG, None)


def opened(name: str, config: OpenCvConfig, build: OpenCapture) -> Capture:
    """A capture that is open. Raises CameraLost."""
    try:
        capture = build(config)
    except cv2.error as error:
        raise CameraLost(shown(str(error)), part=name) from error
    if not capture.isOpened():
        capture.release()
        raise CameraLost(f"{shown(config.source)} cannot be opened", part=name)
    return capture


def shown(source: str) -> str:
    """The source for logs and faults: without the user and the password of an address."""
    return re.sub(r"//\S*@", "//", source)
