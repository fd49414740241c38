"""Stages alone, on a clock that each run moves on."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from appliance.bench.pipeline import stages
from appliance.bench.pipeline.films import cameras
from appliance.bench.pipeline.python import Recording, python
from appliance.bench.pipeline.run import Plan
from appliance.bench.pipeline.stages import Stage, Stopwatch
from appliance.clock import ManualClock
from appliance.faults import BenchFault
from appliance.hw.system_clock import SystemClock
from appliance.sight import AnyPicture, Box, Detection
from appliance.vision.base import ReadResult, Shot

from .rig import (
    CAR,
    LENGTH,
    PLATE,
    FakeDetector,
    FakeLane,
    FakeReader,
    Meters,
    a_clock,
    a_film,
    a_picture,
    some_eyes,
)
from .test_run import Broken


class Timed(FakeReader):
    """A reader whose batches take four milliseconds."""

    most = 2

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock

    def read_many(self, plates: Sequence[tuple[AnyPicture, Detection]]) -> tuple[ReadResult, ...]:
        self._clock.advance(0.004)
        return super().read_many(plates)


def test_a_stage_is_timed_by_what_it_does() -> None:
    clock = a_clock()
    assert Stopwatch(clock, 1.0).rate(lambda: clock.advance(0.01), 4) == pytest.approx(400.0)


def test_decoding_is_counted_over_all_cameras() -> None:
    clock = SystemClock()
    stage = stages.decode(cameras(2, a_film(clock), LENGTH, None, clock), clock, 0.02)
    assert stage.name == "decode"
    assert stage.fps > 100


def test_a_camera_that_is_lost_while_decoding_is_a_fault() -> None:
    clock = SystemClock()
    with pytest.raises(BenchFault, match="no signal"):
        stages.decode(cameras(1, lambda _name, _start: Broken(), LENGTH, None, clock), clock, 0.0)


def test_a_net_in_main_memory_counts_every_picture_of_its_batch() -> None:
    clock = a_clock()
    assert stages.net(FakeLane(clock, 4), None, "net", Stopwatch(clock, 1.0)).fps == pytest.approx(4000.0)


def test_the_widest_open_lane_is_timed() -> None:
    clock = a_clock()
    lanes = [FakeLane(clock, images) for images in (4, 16, 8, 1)]
    lanes[1].close()
    assert stages.widest(lanes) is lanes[2]


def test_preparing_fills_the_lane() -> None:
    clock, lane = SystemClock(), FakeLane(a_clock(), 2)
    stage = stages.prepare(lane, None, [a_picture(200)], Box(0.0, 0.0, 64.0, 48.0), Stopwatch(clock, 0.01))
    assert stage.fps > 0
    assert float(lane.inputs["image"][1].min()) == pytest.approx(200 / 255)


def test_detecting_is_asked_for_whole_batches() -> None:
    detector, clock = FakeDetector(most=4), SystemClock()
    stages.detect(detector, [Shot(a_picture())], Stopwatch(clock, 0.01))
    assert set(detector.batches) == {4}


def test_reading_is_told_in_frames() -> None:
    clock = a_clock()
    plates = [(a_picture(), PLATE)]
    stage = stages.read(Timed(clock), plates, 0.25, Stopwatch(clock, 1.0))
    assert stage is not None
    assert stage.fps == pytest.approx(2000.0)


@pytest.mark.parametrize(("plates", "share"), [([], 0.5), ([(a_picture(), PLATE)], 0.0)])
def test_where_nothing_is_read_there_is_no_stage(
    plates: list[tuple[AnyPicture, Detection]], share: float
) -> None:
    assert stages.read(FakeReader(), plates, share, Stopwatch(a_clock(), 1.0)) is None


def test_plates_come_with_the_picture_that_shows_them() -> None:
    shots = [Shot(a_picture(0)), Shot(a_picture(1))]
    assert stages.plates_of(shots, [(CAR,), (CAR, PLATE)]) == [(shots[1].picture, PLATE)]


def test_what_is_python_alone_sees_every_frame_and_asks_no_net() -> None:
    detector = FakeDetector()
    pictures = tuple(a_picture(shade) for shade in range(3))
    recording = Recording(pictures, ((CAR, PLATE),) * 3)
    stage = python(recording, some_eyes(detector), 2, Meters().all(), Plan(0.0, 0.0, frames=100))
    assert stage.fps > 0
    assert detector.batches == []


def test_the_slowest_stage_holds_up_the_others() -> None:
    assert stages.slowest([Stage("decode", 900.0), Stage("net", 400.0)]).name == "net"
