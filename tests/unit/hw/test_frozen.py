"""A camera that repeats one picture, or gives none, is found within 2 s, whatever its driver."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import TimeoutError as JobTimeout

import pytest

from appliance.clock import ManualClock
from appliance.config.schema import Camera
from appliance.faults import GateFault
from appliance.hw.base import BaseCamera
from appliance.hw.cameras.gstreamer import GStreamerCamera, GStreamerConfig
from appliance.hw.cameras.picamera2 import Picamera2Camera, Picamera2Config
from appliance.hw.cameras.rtsp import RtspCamera, RtspConfig
from appliance.hw.cameras.v4l2 import V4l2Camera
from appliance.sight import Frame
from appliance.vision.capture import Capture

from .camera_rig import (
    ADDRESS,
    V4L2,
    FakeCapture,
    FakeDevice,
    FakeJob,
    FakePicamera2,
    FakePipeline,
    FakeRequest,
    buffer,
    caps,
    picture,
)
from .rig import a_clock

FOUND_S = 2.0
STEP_S = 1 / 15
MANY = 60
READS = 3
"""So often OpenCV asks a stream that sends nothing, for half a second each (measured)."""


class Stalling(FakeCapture):
    """A stream that sends nothing after its pictures, and is waited for."""

    def __init__(self, clock: ManualClock, pictures: int) -> None:
        super().__init__(*[picture()] * pictures)
        self._clock = clock

    def read(self) -> tuple[bool, object]:
        if not self.images:
            self._clock.advance(READS * 0.5)
        return super().read()


class StallingPicamera2(FakePicamera2):
    def __init__(self, clock: ManualClock, pictures: int) -> None:
        super().__init__([0] * pictures)
        self.clock = clock

    def capture_request(self, *, wait: bool) -> FakeJob:
        return StallingJob(self)


class StallingJob(FakeJob):
    def __init__(self, camera: StallingPicamera2) -> None:
        super().__init__(camera)
        self._clock = camera.clock

    def get_result(self, timeout: float | None = None) -> FakeRequest:
        try:
            return super().get_result(timeout)
        except JobTimeout:
            self._clock.advance(timeout or 0.0)
            raise


def _v4l2(clock: ManualClock, pictures: int) -> BaseCamera:
    device = FakeDevice(*[picture()] * pictures, offers={"NV12": (64, 48, 15.0)})

    def wait(_: object, timeout_s: float) -> bool:
        if not device.images:
            clock.advance(timeout_s)
        return bool(device.images)

    return V4l2Camera("front", V4L2, clock, capture=lambda _: device, wait=wait)


def _rtsp(clock: ManualClock, pictures: int) -> BaseCamera:
    return RtspCamera("front", RtspConfig(ADDRESS), clock, capture=lambda _: Stalling(clock, pictures))


def _picamera2(clock: ManualClock, pictures: int) -> BaseCamera:
    vendor = StallingPicamera2(clock, pictures)
    config = Picamera2Config(0, 64, 48, 15.0, 0)
    return Picamera2Camera("front", config, clock, load=lambda _n, _i: vendor, boot_clock=lambda: 0.0)


def _argus(clock: ManualClock, pictures: int) -> BaseCamera:
    pipeline = FakePipeline([caps(), *[buffer(0)] * pictures])
    return GStreamerCamera("front", GStreamerConfig(()), clock, launch=pipeline)


DRIVERS: dict[str, Callable[[ManualClock, int], BaseCamera]] = {
    "v4l2": _v4l2,
    "rtsp": _rtsp,
    "picamera2": _picamera2,
    "argus": _argus,
}


class Watched:
    """A capture with the configuration's own limits, and when it found what."""

    def __init__(self, driver: str, pictures: int) -> None:
        self.clock = a_clock()
        self.found: list[tuple[str, float]] = []
        self._last_s = self._began_s = self.clock.monotonic()
        camera = DRIVERS[driver](self.clock, pictures)
        self._capture = Capture("front", camera, Camera(), self.clock, self._take, self)

    def _take(self, frame: Frame) -> None:
        self._last_s = self.clock.monotonic()

    def raised(self, fault: GateFault) -> None:
        self.found.append((fault.kind(), self.clock.monotonic()))

    def cleared(self, kind: str, part: str) -> None:
        self.found.append((f"-{kind}", self.clock.monotonic()))

    def run(self) -> float:
        """Until something is found. Seconds since the first of the same pictures, or the last at all."""
        first_s: float | None = None
        while not self.found:
            self.clock.advance(STEP_S)
            self._capture.step()
            first_s = first_s or self._last_s
        base = self._last_s if self.found[0][0] == "camera_lost" else first_s
        return self.found[0][1] - (base or self._began_s)


@pytest.mark.parametrize("driver", DRIVERS)
def test_the_same_picture_for_ever_is_found(driver: str) -> None:
    watched = Watched(driver, MANY)
    assert watched.run() <= FOUND_S
    assert watched.found[0][0] == "camera_frozen"


@pytest.mark.parametrize("driver", DRIVERS)
def test_no_picture_any_more_is_found(driver: str) -> None:
    watched = Watched(driver, 3)
    assert watched.run() <= FOUND_S
    assert watched.found[0][0] == "camera_lost"
