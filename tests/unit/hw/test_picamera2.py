"""Ribbon cameras of a Pi behind a fake picamera2: streams, padding, time, colours, exposure, faults."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from appliance.faults import CameraLost, ExposureRefused
from appliance.hw.cameras.exposure import Exposure
from appliance.hw.cameras.picamera2 import Picamera2Camera, Picamera2Config, boot_clock, load_vendor
from appliance.sight import Effort, Layout, Matrix, host
from appliance.vision.pixels import bgr

from .camera_rig import FakePicamera2, picture
from .rig import a_clock

CONFIG = Picamera2Config(0, 1280, 720, 15.0)


def camera(
    vendor: FakePicamera2, config: Picamera2Config = CONFIG, *, boot_s: float = 0.0
) -> Picamera2Camera:
    return Picamera2Camera("front", config, a_clock(), load=lambda _n, _i: vendor, boot_clock=lambda: boot_s)


@pytest.mark.parametrize(
    ("effort", "size"),
    [(Effort.WATCH, (640, 360)), (Effort.RECOGNISE, (1280, 720)), (Effort.GUARD, (1280, 720))],
)
def test_the_small_stream_serves_for_watching_only(effort: Effort, size: tuple[int, int]) -> None:
    with camera(FakePicamera2([0])) as front:
        front.look(effort)
        seen = front.read(1.0).picture
    assert (seen.width, seen.height) == size


@pytest.mark.parametrize(
    ("small_width", "streams"), [(0, {"main"}), (640, {"main", "lores"}), (1280, {"main"})]
)
def test_a_small_stream_is_asked_for_where_it_is_smaller(small_width: int, streams: set[str]) -> None:
    vendor = FakePicamera2([0])
    with camera(vendor, Picamera2Config(0, 1280, 720, 15.0, small_width)) as front:
        front.look(Effort.WATCH)
        front.read(1.0)
    assert {"main", "lores"} & vendor.configured.keys() == streams


def test_pictures_are_views_past_the_padding_of_one_copy() -> None:
    with camera(FakePicamera2([40]), Picamera2Config(0, 100, 48, 15.0, 0)) as front:
        seen = host(front.read(1.0).picture)
    assert seen.layout is Layout.I420
    assert [plane.shape for plane in seen.planes] == [(48, 100), (24, 50), (24, 50)]
    assert seen.planes[0].strides == (128, 1)
    assert np.abs(bgr(seen)[:, 2:-2].astype(int) - picture(40, 100)[:, 2:-2].astype(int)).max() <= 6


def test_a_camera_without_planes_gives_bgr() -> None:
    vendor = FakePicamera2([40])
    vendor.offers = {"RGB888"}
    with camera(vendor, Picamera2Config(0, 100, 48, 15.0, 0)) as front:
        seen = host(front.read(1.0).picture)
    assert seen.layout is Layout.BGR
    assert np.array_equal(seen.planes[0], picture(40, 100))


def test_a_camera_that_gives_neither_is_lost_and_closed() -> None:
    vendor = FakePicamera2([40])
    vendor.offers = set()
    front = camera(vendor)
    with pytest.raises(CameraLost, match="neither as YUV420 nor as RGB888"):
        front.open()
    front.close()
    assert vendor.history == ["close"]


@pytest.mark.parametrize(("known", "asked"), [(True, {"FrameDurationLimits": (66667, 66667)}), (False, {})])
def test_the_rate_is_asked_for_where_the_camera_has_one(known: bool, asked: dict[str, object]) -> None:
    vendor = FakePicamera2([0])
    if not known:
        del vendor.camera_controls["FrameDurationLimits"]
    with camera(vendor):
        assert vendor.controls == asked


def test_every_request_goes_back_to_the_camera() -> None:
    vendor = FakePicamera2(range(50))
    with camera(vendor) as front:
        frames = [front.read(1.0) for _ in range(50)]
    assert vendor.lent == 0
    assert [frame.seq for frame in frames] == list(range(50))


@pytest.mark.parametrize(
    ("told", "captured_s"),
    [({"SensorTimestamp": 4_970_000_000}, 99.97), ({"SensorTimestamp": 5_100_000_000}, 100.0), ({}, 100.0)],
)
def test_the_sensors_stamp_comes_over_to_the_gates_clock(told: dict[str, int], captured_s: float) -> None:
    vendor = FakePicamera2([0])
    vendor.metadata = dict(told)
    with camera(vendor, boot_s=5.0) as front:
        assert front.read(1.0).captured_s == pytest.approx(captured_s)


def test_libcameras_clock_goes_on() -> None:
    assert 0.0 < boot_clock() <= boot_clock()


@pytest.mark.parametrize(
    ("encoding", "span", "seen"),
    [
        ("Rec709", "Limited", (Matrix.BT709, False)),
        ("Rec601", "Limited", (Matrix.BT601, False)),
        ("Rec601", "Full", (Matrix.BT601, True)),
    ],
)
def test_colours_are_as_the_camera_says(encoding: str, span: str, seen: tuple[Matrix, bool]) -> None:
    vendor = FakePicamera2([0])
    vendor.colours = SimpleNamespace(
        ycbcrEncoding=SimpleNamespace(name=encoding), range=SimpleNamespace(name=span)
    )
    with camera(vendor) as front:
        given = host(front.read(1.0).picture)
    assert (given.matrix, given.full_range) == seen


def test_no_frame_in_time_is_a_lost_camera_and_its_job_is_cancelled() -> None:
    vendor = FakePicamera2([])
    with camera(vendor) as front, pytest.raises(CameraLost, match="no frame in time"):
        front.read(1.0)
    assert vendor.history == ["start", "cancel", "close"]


def test_an_error_of_the_vendor_is_a_lost_camera() -> None:
    vendor = FakePicamera2([0])
    with camera(vendor) as front:
        vendor.running = False
        with pytest.raises(CameraLost, match="not started") as caught:
            front.read(1.0)
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_a_camera_that_is_not_there_is_lost() -> None:
    def nobody(name: str, number: int) -> FakePicamera2:
        raise IndexError("list index out of range")

    with pytest.raises(CameraLost, match="front"):
        Picamera2Camera("front", CONFIG, a_clock(), load=nobody).open()


def test_without_the_package_it_is_lost_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(CameraLost, match="apt-get install python3-picamera2"):
        load_vendor("front", 0)


def test_a_camera_that_does_not_close_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    vendor = FakePicamera2([0])
    vendor.sticks = True
    with camera(vendor) as front:
        front.read(1.0)
    assert "front did not close: Device or resource busy" in caplog.text


# -- exposure --------------------------------------------------------------------------------------


def test_it_exposes_as_it_is_told_within_a_frame() -> None:
    vendor = FakePicamera2([0])
    with camera(vendor) as front:
        reach = front.reach()
        front.set(Exposure(0.002, 4.0))
    assert (reach.shortest_s, reach.longest_s) == pytest.approx((29e-6, 1 / 15))
    assert (reach.least_gain, reach.most_gain) == (1.0, 16.0)
    told = {"AeEnable": False, "ExposureTime": 2000, "AnalogueGain": 4.0}
    assert vendor.controls == {"FrameDurationLimits": (66667, 66667), **told}


def test_a_sensor_without_the_control_or_a_closed_camera_refuses() -> None:
    vendor = FakePicamera2([0])
    del vendor.camera_controls["ExposureTime"]
    front = camera(vendor)
    with pytest.raises(ExposureRefused, match="not open"):
        front.reach()
    with front:
        with pytest.raises(ExposureRefused, match="front exposure"):
            front.reach()
        with pytest.raises(ExposureRefused, match="not advertised"):
            front.set(Exposure(0.002, 4.0))
