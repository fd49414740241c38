"""Cameras through GStreamer: its messages, formats and times, and the elements of a Jetson's camera."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from appliance.clock import ManualClock
from appliance.faults import CameraLost
from appliance.hw.cameras.argus import ArgusConfig, argus_head
from appliance.hw.cameras.exposure import Limits
from appliance.hw.cameras.gst_pipeline import BUFFER, HEADER, MOST_WORDS, NO_STAMP, Packet, Pipeline
from appliance.hw.cameras.gstreamer import Caps, GStreamerCamera, GStreamerConfig, command
from appliance.hw.system_clock import SystemClock
from appliance.sight import Matrix

from .camera_rig import NV12_CAPS, FakePipeline, buffer, caps
from .rig import a_clock

LIMIT_S = 20.0
"""Of real time, for a process of a busy computer; it comes in milliseconds."""


def camera(pipeline: FakePipeline, clock: ManualClock | None = None) -> GStreamerCamera:
    return GStreamerCamera("front", GStreamerConfig(("head",)), clock or a_clock(), launch=pipeline)


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("width=(int)64, height=(int)48", Caps(64, 48, Matrix.BT601, False)),
        ("width=(int)1280, height=(int)720", Caps(1280, 720, Matrix.BT709, False)),
        ("width=64, height=48, colorimetry=(string)bt709", Caps(64, 48, Matrix.BT709, False)),
        ("width=64, height=48, colorimetry=(string)1:3:5:1", Caps(64, 48, Matrix.BT709, True)),
        ("width=64, height=48, colorimetry=(string)2:4:5:4", Caps(64, 48, Matrix.BT601, False)),
    ],
)
def test_formats_are_understood(said: str, seen: Caps) -> None:
    assert Caps.of(f"video/x-raw, format=(string)NV12, {said}") == seen


@pytest.mark.parametrize(
    "said",
    ["format=(string)I420, width=64, height=48", "format=NV12, width=63, height=48", "format=NV12", ""],
)
def test_what_is_not_nv12_is_refused(said: str) -> None:
    pipeline = FakePipeline([caps(f"video/x-raw, {said}"), buffer(0)])
    with camera(pipeline) as front, pytest.raises(CameraLost, match="this is not NV12"):
        front.read(1.0)


@pytest.mark.parametrize("messages", [[buffer(0)], [caps(), Packet(BUFFER, 0, np.zeros(100, np.uint8))]])
def test_a_picture_without_its_format_or_of_another_size_is_refused(messages: list[Packet]) -> None:
    with camera(FakePipeline(messages)) as front, pytest.raises(CameraLost, match="picture"):
        front.read(1.0)


def test_other_messages_are_passed_over_and_stamps_count() -> None:
    clock = a_clock()
    event = Packet(64, 0, np.zeros(4, np.uint8))
    late = buffer(2, 100_000_000)
    with camera(FakePipeline([event, caps(), buffer(1), event, late, buffer(3, NO_STAMP)]), clock) as front:
        first = front.read(1.0)
        clock.advance(0.4)
        second, third = front.read(1.0), front.read(1.0)
    assert [f.captured_s for f in (first, second, third)] == pytest.approx([100.0, 100.1, 100.4])


@pytest.mark.parametrize(("messages", "waited_s"), [([], 5.0), ([caps(), buffer(0)], 1.5)])
def test_only_the_start_may_take_longer_than_a_frame(messages: list[Packet], waited_s: float) -> None:
    clock = a_clock()
    with camera(FakePipeline(messages), clock) as front:
        for _ in messages[1:]:
            front.read(1.5)
        with pytest.raises(CameraLost, match="no frame in time"):
            front.read(1.5)
    assert clock.monotonic() == pytest.approx(100.0 + waited_s)


def test_a_lost_pipeline_is_closed_with_the_camera() -> None:
    pipeline = FakePipeline([])
    with camera(pipeline):
        assert not pipeline.closed
    assert pipeline.closed


# -- a Jetson's elements -----------------------------------------------------------------------------


def test_a_jetsons_camera_comes_out_of_nvmm_as_nv12() -> None:
    assert " ".join(argus_head(ArgusConfig(1, 1920, 1080, 15.0))) == (
        "nvarguscamerasrc sensor-id=1"
        " ! video/x-raw(memory:NVMM),width=1920,height=1080,framerate=15/1,format=NV12"
        " ! nvvidconv ! video/x-raw,width=1920,height=1080,format=NV12"
    )


def test_its_own_exposure_stays_within_the_owners_limits() -> None:
    source = argus_head(ArgusConfig(0, 1280, 720, 29.97, Limits(0.002, 8.0)))[:5]
    assert source == (
        "nvarguscamerasrc",
        "sensor-id=0",
        "exposuretimerange=13000 2000000",
        "gainrange=1 8",
        "ispdigitalgainrange=1 1",
    )


def test_a_rate_is_told_as_a_fraction() -> None:
    assert "framerate=2997/100," in argus_head(ArgusConfig(0, 1280, 720, 29.97))[3]


def test_only_the_newest_picture_waits() -> None:
    words = command(("a", "!", "b"))
    assert words[:5] == ("gst-launch-1.0", "-q", "a", "!", "b")
    assert "leaky=downstream" in words


# -- the process -----------------------------------------------------------------------------------


def a_process(code: str) -> Pipeline:
    return Pipeline("front", (sys.executable, "-c", code))


def packed(payload: bytes, kind: int = BUFFER) -> bytes:
    return HEADER.pack(1, 0, 1, kind, len(payload), 7, 0, 0, 0, 0, b"", 0, 0) + payload


def test_messages_come_whole_whatever_the_pipe_makes_of_them(tmp_path: Path) -> None:
    sent = tmp_path / "sent"
    sent.write_bytes(packed(b"x" * 300_000) + packed(b"caps", 2))
    pipeline, clock = (
        a_process(f"import sys; sys.stdout.buffer.write(open({str(sent)!r},'rb').read())"),
        SystemClock(),
    )
    try:
        first, second = (pipeline.next(clock.monotonic() + LIMIT_S, clock) for _ in range(2))
        assert (first.kind, first.payload.size, first.stamp_ns) == (1, 300_000, 7)
        assert (second.kind, second.payload.tobytes()) == (2, b"caps")
        with pytest.raises(CameraLost, match="it said nothing"):
            pipeline.next(clock.monotonic() + LIMIT_S, clock)
    finally:
        pipeline.close()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import sys; sys.exit('ERROR: no camera')", "ERROR: no camera"),
        ("print('x' * 100)", "out of step"),
        ("import time; time.sleep(60)", "no frame in time"),
    ],
)
def test_what_ends_a_pipeline_is_told(code: str, said: str) -> None:
    pipeline, clock = a_process(code), SystemClock()
    limit_s = 0.2 if "sleep" in code else LIMIT_S
    try:
        with pytest.raises(CameraLost, match=said):
            pipeline.next(clock.monotonic() + limit_s, clock)
    finally:
        pipeline.close()


WORDY = """
import os, sys, time
sys.stderr.write("WARNING\\n" * {words}); sys.stderr.flush()
sys.stdout.buffer.write({packets!r}); sys.stdout.flush()
while not os.path.exists({end!r}):
    time.sleep(0.01)
sys.exit("ERROR: no camera")
"""


def test_of_a_pipeline_that_warns_for_months_only_the_last_words_are_kept(tmp_path: Path) -> None:
    end = tmp_path / "end"
    code = WORDY.format(words=MOST_WORDS, packets=packed(b"x") * 2, end=str(end))
    pipeline, clock = a_process(code), SystemClock()
    try:
        pipeline.next(clock.monotonic() + LIMIT_S, clock)
        pipeline.next(clock.monotonic() + LIMIT_S, clock)
        end.touch()
        with pytest.raises(CameraLost, match="ended: ERROR: no camera"):
            pipeline.next(clock.monotonic() + LIMIT_S, clock)
        assert os.fstat(pipeline._words.fileno()).st_size < MOST_WORDS
    finally:
        pipeline.close()


def test_without_gstreamer_it_is_lost_with_the_remedy_and_nothing_stays_open() -> None:
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(CameraLost, match=r"apt-get install gstreamer1\.0-tools"):
        Pipeline("front", ("no-such-program",))
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_format_fits_its_pictures() -> None:
    seen = Caps.of(NV12_CAPS).picture(buffer(9).payload)
    assert seen is not None
    assert [plane.shape for plane in seen.planes] == [(48, 64), (24, 32, 2)]
