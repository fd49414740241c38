"""What every camera driver promises, whatever lies behind it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import pytest

from appliance.clock import Clock
from appliance.faults import CameraLost
from appliance.hw.base import BaseCamera, EndOfFootage
from appliance.hw.cameras.fake import FakeCamera
from appliance.hw.cameras.footage import FootageCamera
from appliance.hw.cameras.gstreamer import GStreamerCamera, GStreamerConfig
from appliance.hw.cameras.nvdec import Memory, NvdecCamera, NvdecConfig
from appliance.hw.cameras.nvdec_streams import open_stream
from appliance.hw.cameras.picamera2 import Picamera2Camera, Picamera2Config
from appliance.hw.cameras.rtsp import RtspCamera, RtspConfig
from appliance.hw.cameras.v4l2 import V4l2Camera
from appliance.sight import Effort, Surface
from appliance.vision.capture import fingerprint

from .camera_rig import (
    ADDRESS,
    V4L2,
    FakeCapture,
    FakeDevice,
    FakePicamera2,
    FakePipeline,
    buffer,
    caps,
    picture,
)
from .nvdec_rig import FakeGpu, FakeLibrary, FakePackets
from .rig import a_clock

PICTURES = 5

Build = Callable[[Clock, Path], BaseCamera]


def _fake(clock: Clock, _: Path) -> BaseCamera:
    return FakeCamera("front", [picture(n) for n in range(PICTURES)], clock)


def _footage(clock: Clock, folder: Path) -> BaseCamera:
    for number in range(PICTURES):
        cv2.imwrite(str(folder / f"{number}.png"), picture(number))
    return FootageCamera("front", folder, clock)


def _rtsp(clock: Clock, _: Path) -> BaseCamera:
    capture = FakeCapture(*(picture(n) for n in range(PICTURES)))
    return RtspCamera("front", RtspConfig(ADDRESS), clock, capture=lambda _: capture)


def _v4l2(clock: Clock, _: Path, offer: str) -> BaseCamera:
    # Steps that a JPEG does not round away.
    images = (picture(8 * n) for n in range(PICTURES))
    device = FakeDevice(*images, offers={offer: (64, 48, 15.0)})
    return V4l2Camera("front", V4L2, clock, capture=lambda _: device, wait=lambda _c, _t: True)


def _picamera2(clock: Clock, _: Path) -> BaseCamera:
    vendor = FakePicamera2(8 * n for n in range(PICTURES))
    config = Picamera2Config(0, 64, 48, 15.0, small_width=0)
    return Picamera2Camera("front", config, clock, load=lambda _n, _i: vendor, boot_clock=lambda: 0.0)


def _argus(clock: Clock, _: Path) -> BaseCamera:
    pipeline = FakePipeline([caps(), *(buffer(8 * n) for n in range(PICTURES))])
    return GStreamerCamera("front", GStreamerConfig(()), clock, launch=pipeline)


def _nvdec(clock: Clock, _: Path, source: str) -> BaseCamera:
    library = FakeLibrary(FakeGpu(), range(PICTURES))
    streams = partial(open_stream, load=lambda _: library, capture=lambda _: FakePackets(PICTURES + 1))
    memory = Memory(library.gpu.keep, library.gpu.fingerprint)
    return NvdecCamera("front", NvdecConfig(source, print_s=0.0), clock, lambda: memory, streams)


DRIVERS: dict[str, Build] = {
    "fake": _fake,
    "file": _footage,
    "rtsp": _rtsp,
    "v4l2, NV12": partial(_v4l2, offer="NV12"),
    "v4l2, I420": partial(_v4l2, offer="YU12"),
    "v4l2, YUYV": partial(_v4l2, offer="YUYV"),
    "v4l2, JPEG": partial(_v4l2, offer="MJPG"),
    "v4l2, another": partial(_v4l2, offer="BA81"),
    "picamera2": _picamera2,
    "argus": _argus,
    "nvdec of a file": partial(_nvdec, source="gate.mp4"),
    "nvdec of an address": partial(_nvdec, source=ADDRESS),
}


@pytest.fixture(params=DRIVERS, name="front")
def _front(request: pytest.FixtureRequest, tmp_path: Path) -> BaseCamera:
    return DRIVERS[request.param](a_clock(), tmp_path)


def test_frames_are_numbered_named_stamped_and_told_apart(front: BaseCamera) -> None:
    with front:
        frames = [front.read(0.1) for _ in range(PICTURES)]
    assert [(f.camera, f.seq, f.captured_s) for f in frames] == [("front", n, 100.0) for n in range(PICTURES)]
    assert len({fingerprint(f) for f in frames}) == PICTURES


def test_a_picture_stays_as_it_was_while_others_come(front: BaseCamera) -> None:
    with front:
        first = front.read(0.1)
        before = fingerprint(first)
        for _ in range(PICTURES - 1):
            front.read(0.1)
    assert fingerprint(first) == before


def test_a_picture_says_its_size(front: BaseCamera) -> None:
    with front:
        seen = front.read(0.1).picture
    assert (seen.width, seen.height) == (64, 48)


def test_after_the_last_picture_it_is_lost_or_at_its_end(front: BaseCamera) -> None:
    with front:
        for _ in range(PICTURES):
            front.read(0.1)
        with pytest.raises((CameraLost, EndOfFootage)) as caught:
            front.read(0.1)
    assert "secret" not in str(caught.value)


def test_before_it_is_opened_and_after_it_is_closed_it_is_lost(front: BaseCamera) -> None:
    with pytest.raises(CameraLost, match="front"):
        front.read(0.1)
    front.open()
    front.close()
    with pytest.raises(CameraLost, match="front"):
        front.read(0.1)


def test_it_may_be_closed_twice_and_before_it_was_opened(front: BaseCamera) -> None:
    front.close()
    front.open()
    front.close()
    front.close()


@pytest.mark.parametrize("effort", list(Effort))
def test_it_may_be_told_how_hard_it_is_looked_at_before_it_is_opened(
    front: BaseCamera, effort: Effort
) -> None:
    front.look(effort)
    with front:
        assert front.read(0.1).picture.height == 48


def test_only_a_gpus_picture_has_a_print_of_its_own(front: BaseCamera) -> None:
    with front:
        frame = front.read(0.1)
    assert isinstance(frame.picture, Surface) == (frame.fingerprint is not None)
