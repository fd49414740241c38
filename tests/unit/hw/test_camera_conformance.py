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
from appliance.hw.cameras.nvdec import Memory, NvdecCamera, NvdecConfig
from appliance.hw.cameras.nvdec_streams import open_stream
from appliance.hw.cameras.opencv import OpenCvCamera, OpenCvConfig
from appliance.sight import Surface
from appliance.vision.capture import fingerprint

from .nvdec_rig import FakeGpu, FakeLibrary, FakePackets
from .rig import a_clock
from .test_cameras import FakeCapture, picture

PICTURES = 5
ADDRESS = "rtsp://guard:secret@10.0.0.9/live"

Build = Callable[[Clock, Path], BaseCamera]


def _fake(clock: Clock, _: Path) -> BaseCamera:
    return FakeCamera("front", [picture(n) for n in range(PICTURES)], clock)


def _footage(clock: Clock, folder: Path) -> BaseCamera:
    for number in range(PICTURES):
        cv2.imwrite(str(folder / f"{number}.png"), picture(number))
    return FootageCamera("front", folder, clock)


def _opencv(clock: Clock, _: Path) -> BaseCamera:
    config = OpenCvConfig("rtsp", ADDRESS, 64, 48, 15.0)
    capture = FakeCapture(*(picture(n) for n in range(PICTURES)))
    return OpenCvCamera("front", config, clock, capture=lambda _: capture)


def _nvdec(clock: Clock, _: Path, source: str) -> BaseCamera:
    library = FakeLibrary(FakeGpu(), range(PICTURES))
    streams = partial(open_stream, load=lambda _: library, capture=lambda _: FakePackets(PICTURES + 1))
    memory = Memory(library.gpu.keep, library.gpu.fingerprint)
    return NvdecCamera("front", NvdecConfig(source, print_s=0.0), clock, lambda: memory, streams)


DRIVERS: dict[str, Build] = {
    "fake": _fake,
    "file": _footage,
    "rtsp": _opencv,
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


def test_only_a_gpus_picture_has_a_print_of_its_own(front: BaseCamera) -> None:
    with front:
        frame = front.read(0.1)
    assert isinstance(frame.picture, Surface) == (frame.fingerprint is not None)
