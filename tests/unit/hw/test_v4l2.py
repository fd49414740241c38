"""V4L2 cameras: which of a device's formats is taken, and its pictures as they come."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
import pytest

from appliance.faults import CameraLost, ExposureRefused
from appliance.hw.cameras.exposure import Exposure
from appliance.hw.cameras.opencv import Capture, OpenCvConfig, open_capture
from appliance.hw.cameras.v4l2 import V4l2Camera, choose_mode
from appliance.hw.cameras.v4l2_controls import (
    EXPOSURE_ABSOLUTE,
    EXPOSURE_AUTO,
    EXPOSURE_PRIORITY,
    GAIN,
    V4l2Exposure,
)
from appliance.sight import Effort, Layout, host
from appliance.vision.pixels import bgr

from .camera_rig import V4L2, FakeCapture, FakeDevice, picture
from .rig import a_clock

WANTED = (64, 48, 15.0)


def camera(capture: Capture, config: OpenCvConfig = V4L2, *, ready: bool = True) -> V4l2Camera:
    return V4l2Camera("front", config, a_clock(), capture=lambda _: capture, wait=lambda _c, _t: ready)


@pytest.mark.parametrize(
    ("offers", "chosen"),
    [
        ({"MJPG": WANTED, "YUYV": WANTED, "NV12": WANTED, "YU12": WANTED}, "NV12"),
        ({"MJPG": WANTED, "YUYV": WANTED, "YU12": WANTED}, "YU12"),
        ({"MJPG": WANTED, "YUYV": WANTED}, "YUYV"),
        ({"YUYV": (64, 48, 5.0), "MJPG": WANTED}, "MJPG"),
        ({"YUYV": (32, 24, 15.0), "MJPG": WANTED}, "MJPG"),
        ({"YUYV": (64, 48, 14.99), "MJPG": WANTED}, "YUYV"),
        ({"YUYV": (64, 48, 5.0), "MJPG": (32, 24, 15.0)}, "YUYV"),
        ({"BA81": WANTED}, ""),
    ],
)
def test_the_cheapest_format_that_gives_size_and_rate_is_taken(
    offers: Mapping[str, tuple[int, int, float]], chosen: str
) -> None:
    device = FakeDevice(offers=offers)
    assert choose_mode(device, V4L2).format == chosen
    assert device.converts == (chosen == "")
    assert device.asked[cv2.CAP_PROP_BUFFERSIZE] == 1


@pytest.mark.parametrize(
    ("offer", "layout"),
    [
        ("NV12", Layout.NV12),
        ("YU12", Layout.I420),
        ("YUYV", Layout.NV12),
        ("MJPG", Layout.BGR),
        ("BA81", Layout.BGR),
    ],
)
def test_pictures_come_as_the_device_has_them(offer: str, layout: Layout) -> None:
    with camera(FakeDevice(picture(), offers={offer: WANTED})) as front:
        seen = host(front.read(1.0).picture)
    assert seen.layout is layout
    assert np.abs(bgr(seen).astype(int) - picture().astype(int)).max() <= 4


@pytest.mark.parametrize(("effort", "width"), [(Effort.WATCH, 640), (Effort.RECOGNISE, 1280)])
def test_a_jpeg_is_unpacked_at_half_its_size_while_watched(effort: Effort, width: int) -> None:
    config = OpenCvConfig("v4l2", "0", 1280, 720, 15.0)
    device = FakeDevice(picture(width=1280, height=720), offers={"MJPG": (1280, 720, 15.0)})
    with camera(device, config) as front:
        front.look(effort)
        assert front.read(1.0).picture.width == width


@pytest.mark.parametrize("offer", ["NV12", "YU12", "YUYV", "MJPG"])
def test_a_damaged_picture_is_passed_over_and_several_lose_the_camera(offer: str) -> None:
    device = FakeDevice(picture(), offers={offer: WANTED})
    damaged = np.zeros((1, 100), np.uint8)
    with camera(device) as front:
        whole = device.read()[1]
        # From here on the pictures are given as they are.
        device.converts = True
        device.images = [damaged, damaged, whole]
        assert front.read(1.0).picture.width == 64
        device.images = [damaged] * 3
        with pytest.raises(CameraLost, match=f"its {offer} pictures are damaged"):
            front.read(1.0)


@pytest.mark.parametrize(
    ("stamp_s", "captured_s"), [(99.9, 99.9), (0.0, 100.0), (90.0, 100.0), (100.5, 100.0)]
)
def test_the_sensors_stamp_counts_when_it_is_on_this_clock(stamp_s: float, captured_s: float) -> None:
    with camera(FakeCapture(picture(), stamp_ms=stamp_s * 1000)) as front:
        assert front.read(1.0).captured_s == pytest.approx(captured_s)


def test_no_frame_in_time_is_a_lost_camera() -> None:
    with camera(FakeCapture(picture()), ready=False) as front, pytest.raises(CameraLost, match="front"):
        front.read(0.5)


def test_a_device_that_does_not_open_is_a_lost_camera_and_released() -> None:
    capture = FakeCapture(opens=False)
    with pytest.raises(CameraLost, match="cannot be opened"):
        camera(capture).open()
    assert capture.released


def test_an_opencv_error_is_mapped_at_open_and_at_read() -> None:
    capture = FakeCapture(picture())
    capture.error = cv2.error("vendor words")
    with camera(capture) as front, pytest.raises(CameraLost) as read:
        front.read(0.5)
    assert isinstance(read.value.__cause__, cv2.error)

    def failing(_: OpenCvConfig) -> Capture:
        raise cv2.error("vendor words")

    with pytest.raises(CameraLost) as opened:
        V4l2Camera("front", V4L2, a_clock(), capture=failing).open()
    assert isinstance(opened.value.__cause__, cv2.error)


def test_a_device_that_is_absent_is_not_open() -> None:
    for source in ("93", "/dev/video93"):
        assert not open_capture(OpenCvConfig("v4l2", source, 64, 48, 15.0)).isOpened()


# -- controls --------------------------------------------------------------------------------------

RANGES = {EXPOSURE_ABSOLUTE: (3, 2047), GAIN: (0, 255)}


class FakeControls:
    """A device's controls by the kernel's calls: two words, and of a query name, least, most and the rest."""

    def __init__(self, ranges: Mapping[int, tuple[int, int]], flags: int = 0) -> None:
        self.ranges = ranges
        self.flags = flags
        self.values: dict[int, int] = {}

    def __call__(self, handle: int, request: int, room: bytearray) -> None:
        words = memoryview(room).cast("i")
        control = words[0]
        if control not in (*self.ranges, EXPOSURE_AUTO, EXPOSURE_PRIORITY):
            raise OSError(22, "Invalid argument")
        if len(room) == 8:
            self.values[control] = words[1]
            return
        assert len(room) == 68
        words[10], words[11] = self.ranges[control]
        words[14] = self.flags


def exposure(controls: FakeControls) -> V4l2Exposure:
    return V4l2Exposure("front", "/dev/null", ioctl=controls)


def test_shutter_and_gain_are_set_by_hand_in_the_devices_units() -> None:
    controls = FakeControls(RANGES)
    device = exposure(controls)
    reach = device.reach()
    device.set(Exposure(0.00205, 8.5))
    assert (reach.shortest_s, reach.longest_s) == pytest.approx((0.0003, 0.2047))
    assert controls.values == {EXPOSURE_AUTO: 1, EXPOSURE_PRIORITY: 0, EXPOSURE_ABSOLUTE: 20, GAIN: 128}


def test_a_camera_without_gain_still_has_a_shutter() -> None:
    controls = FakeControls({EXPOSURE_ABSOLUTE: (1, 100)})
    device = exposure(controls)
    assert device.reach().most_gain == 1.0
    device.set(Exposure(0.01, 1.0))
    assert controls.values[EXPOSURE_ABSOLUTE] == 100


@pytest.mark.parametrize("controls", [FakeControls({}), FakeControls(RANGES, flags=1)])
def test_a_camera_without_a_shutter_refuses(controls: FakeControls) -> None:
    with pytest.raises(ExposureRefused, match="front exposure"):
        exposure(controls).reach()


def test_a_device_that_is_gone_refuses() -> None:
    with pytest.raises(ExposureRefused, match="/dev/video93: No such file"):
        V4l2Exposure("front", "93").reach()
