"""Camera drivers by the name that the configuration gives; each vendor's library only when named."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ..clock import Clock
from ..config.schema import Camera
from ..faults import CameraLost, ConfigFault, InputDataFault
from ..hw.base import BaseCamera, EndOfFootage
from ..sight import Frame
from .decoding import GpuMemory
from .metering import limits_of


class LiveFootage(BaseCamera):
    """Footage in the place of a camera: where it ends or cannot be used, the camera is lost.

    Capture opens a lost camera again, so that the footage begins anew. A picture comes every 1 / `fps`
    seconds, or every `timeout_s` of its read where that is shorter: a reader never waits in vain.
    """

    def __init__(
        self, footage: BaseCamera, fps: float, clock: Clock, wait: Callable[[float], object] | None = None
    ) -> None:
        self.name = footage.name
        self._footage = footage
        self._period_s = 1.0 / fps
        self._clock = clock
        # Nobody sets this event: its wait is a sleep.
        self._wait = wait or threading.Event().wait
        self._due_s = float("-inf")

    def open(self) -> None:
        with self._lost():
            self._footage.open()

    def read(self, timeout_s: float) -> Frame:
        self._pace(timeout_s)
        with self._lost():
            return self._footage.read(timeout_s)

    def close(self) -> None:
        self._footage.close()

    def _pace(self, timeout_s: float) -> None:
        """Wait for the next picture's moment. One that was asked for late does not hasten the next."""
        now_s = self._clock.monotonic()
        if now_s < self._due_s:
            self._wait(min(self._due_s - now_s, timeout_s))
        self._due_s = max(self._due_s, now_s) + self._period_s

    @contextmanager
    def _lost(self) -> Iterator[None]:
        try:
            yield
        except EndOfFootage as end:
            raise CameraLost(str(end), part=self.name) from end
        except InputDataFault as fault:
            raise CameraLost(f"{fault.part}: {fault.detail}", part=self.name) from fault


Build = Callable[[str, Camera, Clock, GpuMemory], BaseCamera]

# A picture on the GPU is looked at so often for whether it changed, or a few times in `frozen_s`.
_PRINT_S = 0.2
_PRINTS = 4


def build_camera(name: str, settings: Camera, clock: Clock, memory: GpuMemory) -> BaseCamera:
    """The driver of one camera, not opened; `memory` is that of cameras on the GPU.

    Raises ConfigFault for one that this build does not have.
    """
    build = _DRIVERS.get(settings.driver)
    if build is None:
        known = ", ".join(sorted(_DRIVERS))
        raise ConfigFault(
            f'driver = "{settings.driver}" is not available here; use one of: {known}', part=f"cameras.{name}"
        )
    return build(name, settings, clock, memory)


def _v4l2(name: str, settings: Camera, clock: Clock, _: GpuMemory) -> BaseCamera:
    from ..hw.cameras.opencv import OpenCvConfig
    from ..hw.cameras.v4l2 import V4l2Camera

    config = OpenCvConfig("v4l2", settings.source, settings.width, settings.height, settings.fps)
    return V4l2Camera(name, config, clock)


def _rtsp(name: str, settings: Camera, clock: Clock, _: GpuMemory) -> BaseCamera:
    from ..hw.cameras.rtsp import RtspCamera, RtspConfig

    return RtspCamera(name, RtspConfig(settings.source, settings.source_low), clock)


def _picamera2(name: str, settings: Camera, clock: Clock, _: GpuMemory) -> BaseCamera:
    from ..hw.cameras.picamera2 import Picamera2Camera, Picamera2Config

    number = _number(name, settings)
    size = settings.width, settings.height
    return Picamera2Camera(name, Picamera2Config(number, *size, settings.fps, settings.small_width), clock)


def _argus(name: str, settings: Camera, clock: Clock, _: GpuMemory) -> BaseCamera:
    from ..hw.cameras.argus import ArgusConfig, argus_head
    from ..hw.cameras.gstreamer import GStreamerCamera, GStreamerConfig

    number, limits = _number(name, settings), limits_of(settings)
    config = ArgusConfig(number, settings.width, settings.height, settings.fps, limits)
    return GStreamerCamera(name, GStreamerConfig(argus_head(config)), clock)


def _number(name: str, settings: Camera) -> int:
    if not settings.source.isdecimal():
        detail = f'source = "{settings.source}" is not a number; the first ribbon camera is "0"'
        raise ConfigFault(detail, part=f"cameras.{name}")
    return int(settings.source)


def _file(name: str, settings: Camera, clock: Clock, _: GpuMemory) -> BaseCamera:
    from ..hw.cameras.footage import FootageCamera

    return LiveFootage(FootageCamera(name, Path(settings.source), clock), settings.fps, clock)


def _nvdec(name: str, settings: Camera, clock: Clock, memory: GpuMemory) -> BaseCamera:
    from ..hw.cameras.nvdec import NvdecCamera, NvdecConfig
    from ..hw.cameras.nvdec_streams import open_stream

    config = NvdecConfig(settings.source, print_s=min(_PRINT_S, settings.frozen_s / _PRINTS))
    camera = NvdecCamera(name, config, clock, memory, open_stream)
    return camera if config.live else LiveFootage(camera, settings.fps, clock)


_DRIVERS: Mapping[str, Build] = {
    "v4l2": _v4l2,
    "rtsp": _rtsp,
    "file": _file,
    "nvdec": _nvdec,
    "picamera2": _picamera2,
    "argus": _argus,
}
