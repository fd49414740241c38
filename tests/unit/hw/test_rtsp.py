"""RTSP cameras: when their streams are changed, how old their frames are, and what is kept from logs."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import cv2
import pytest

from appliance.faults import CameraLost
from appliance.hw.cameras.opencv import Capture, OpenCvConfig, open_capture, shown
from appliance.hw.cameras.quality import Quality
from appliance.hw.cameras.rtsp import RtspCamera, RtspConfig
from appliance.hw.cameras.timeline import Timeline

from .camera_rig import ADDRESS, FakeCapture, picture
from .rig import a_clock

STEP_S = 0.05


def a_stream(
    quality: Quality, start_s: float, seconds: float, *, every: int = 1, late_s: float = 0.0
) -> float:
    """Frames of 20 a second, of which only every so many comes. Returns when they end."""
    steps = round(seconds / STEP_S)
    for number in range(0, steps, every):
        stamp_s = start_s + number * STEP_S
        quality.saw(stamp_s, late_s, stamp_s)
    return start_s + steps * STEP_S


def irregular(quality: Quality, start_s: float, seconds: float) -> None:
    """Every fifth frame is missing."""
    for number in range(round(seconds / STEP_S)):
        if number % 5:
            quality.saw(start_s + number * STEP_S, 0.0, start_s + number * STEP_S)


def test_a_good_stream_stays_and_so_does_a_slow_one() -> None:
    good, slow = Quality(), Quality()
    a_stream(good, 0.0, 600.0)
    a_stream(slow, 0.0, 600.0, every=4)
    assert not good.low
    assert not slow.low


def test_lost_frames_ask_for_the_small_stream() -> None:
    quality = Quality()
    irregular(quality, 0.0, 5.0)
    assert quality.low
    assert quality.why.endswith("% of its frames are lost")


@pytest.mark.parametrize(("seconds", "low"), [(1.9, False), (2.2, True)])
def test_frames_that_come_late_for_long_ask_for_the_small_stream(seconds: float, low: bool) -> None:
    quality = Quality()
    a_stream(quality, 0.0, seconds, late_s=0.6)
    assert quality.low is low


@pytest.mark.parametrize(("apart_s", "low"), [(20.0, True), (40.0, False)])
def test_a_stream_that_breaks_twice_soon_is_too_much(apart_s: float, low: bool) -> None:
    quality = Quality()
    quality.broke(0.0)
    quality.broke(apart_s)
    assert quality.low is low


def fallen(quality: Quality, now_s: float) -> float:
    irregular(quality, now_s, 5.0)
    assert quality.low
    quality.opened(now_s + 5.0)
    return now_s + 5.0


def test_the_large_stream_is_tried_after_a_calm_and_then_more_rarely() -> None:
    quality, now_s, calms = Quality(), 0.0, []
    for _ in range(3):
        began_s = fallen(quality, now_s)
        now_s = began_s
        while quality.low:
            now_s = a_stream(quality, now_s, 1.0)
        calms.append(round(now_s - began_s))
        quality.opened(now_s)
    assert calms == pytest.approx([60, 120, 240], abs=2)


def test_a_large_stream_that_holds_is_trusted_as_before() -> None:
    quality = Quality()
    now_s = a_stream(quality, fallen(quality, 0.0), 62.0)
    quality.opened(now_s)
    began_s = fallen(quality, a_stream(quality, now_s, 2000.0))
    a_stream(quality, began_s, 62.0)
    assert not quality.low


def test_trouble_on_the_small_stream_begins_the_calm_anew() -> None:
    quality = Quality()
    now_s = a_stream(quality, fallen(quality, 0.0), 50.0)
    now_s = a_stream(quality, now_s, 1.0, late_s=1.0)
    a_stream(quality, now_s, 50.0)
    assert quality.low


# -- time ------------------------------------------------------------------------------------------


def test_a_frame_is_as_old_as_its_stamp_says_and_never_from_the_future() -> None:
    timeline = Timeline()
    prompt = timeline.captured_s(0.0, 100.0)
    held_up = timeline.captured_s(0.1, 101.1)
    earlier = timeline.captured_s(0.2, 100.1)
    assert (prompt, held_up, earlier) == pytest.approx((100.0, 100.1, 100.1))
    assert timeline.late_s == pytest.approx(0.0)


def test_clocks_that_drift_apart_are_followed() -> None:
    timeline = Timeline()
    for second in range(1000):
        captured_s = timeline.captured_s(second * 0.999, 100.0 + second)
    assert 1099.0 - captured_s < 0.1


def test_a_stream_that_begins_anew_or_has_no_stamps_counts_from_then() -> None:
    timeline = Timeline()
    timeline.captured_s(50.0, 100.0)
    assert timeline.captured_s(0.0, 101.0) == 101.0
    assert timeline.captured_s(0.0, 102.0) == 102.0


# -- the camera ------------------------------------------------------------------------------------


class Streams:
    """Captures by address; each address gives its pictures in turn."""

    def __init__(self, **captures: Iterator[FakeCapture]) -> None:
        self._captures = captures
        self.opened: list[str] = []

    def __call__(self, config: OpenCvConfig) -> Capture:
        name = config.source.rpartition("/")[2]
        self.opened.append(name)
        return next(self._captures[name])


def captures(*counts: int) -> Iterator[FakeCapture]:
    return (FakeCapture(*(picture(n) for n in range(count))) for count in counts)


def a_camera(streams: Streams, low: str | None = "rtsp://guard:secret@h/small") -> RtspCamera:
    return RtspCamera("front", RtspConfig("rtsp://guard:secret@h/large", low), a_clock(), capture=streams)


def broken(front: RtspCamera) -> None:
    front.open()
    with pytest.raises(CameraLost, match="no frame from rtsp://h/"):
        front.read(1.0)


def test_a_stream_that_breaks_often_gives_way_to_the_small_one_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    streams = Streams(large=captures(0, 0), small=captures(1))
    front = a_camera(streams)
    broken(front)
    broken(front)
    with caplog.at_level(logging.WARNING), front:
        assert front.read(1.0).seq == 0
    assert streams.opened == ["large", "large", "small"]
    assert "small stream: it broke 2 times in 30 s" in caplog.text
    assert "secret" not in caplog.text


def test_without_a_small_stream_it_stays_with_the_large_one() -> None:
    streams = Streams(large=captures(0, 0, 1))
    front = a_camera(streams, None)
    broken(front)
    broken(front)
    with front:
        assert front.read(1.0).seq == 0
    assert streams.opened == ["large"] * 3


@pytest.mark.parametrize(
    ("source", "safe"),
    [
        ("rtsp://a:b@h/x", "rtsp://h/x"),
        ("rtsp://a:b/c@h/x", "rtsp://h/x"),
        ("rtsp://a:b@c@h/x", "rtsp://h/x"),
        ("rtsp://h/x", "rtsp://h/x"),
        ("0", "0"),
    ],
)
def test_an_address_is_shown_without_its_user(source: str, safe: str) -> None:
    assert shown(source) == safe


def test_an_error_of_opencv_is_a_lost_camera_without_its_password() -> None:
    capture = FakeCapture(picture())
    capture.error = cv2.error(f"cannot read {ADDRESS} now")
    front = RtspCamera("front", RtspConfig(ADDRESS), a_clock(), capture=lambda _: capture)
    with front, pytest.raises(CameraLost, match=r"rtsp://10\.0\.0\.9/live") as caught:
        front.read(1.0)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("own", [None, "rtsp_transport;udp"])
def test_streams_come_over_tcp_unless_the_owner_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, own: str | None
) -> None:
    name, told = "OPENCV_FFMPEG_CAPTURE_OPTIONS", []
    environ = {} if own is None else {name: own}
    monkeypatch.setattr(os, "environ", dict(environ))
    monkeypatch.setattr(cv2, "VideoCapture", lambda *_: told.append(os.environ[name]))
    open_capture(OpenCvConfig("rtsp", ADDRESS, 0, 0, 0.0))
    assert told[0].startswith(own or "rtsp_transport;tcp|")
    assert os.environ == environ
