"""Stages are timed by sample, in bounded memory; where nobody asked, no clock is read."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from appliance.clock import ManualClock, WallTime
from appliance.sight import Effort
from appliance.vision.stopwatch import NullStopwatch, Stage, Stopwatch, Timing, make_stopwatch

from .makers import FakeDetector, clock, plate
from .rig import Bench


class UnreadClock:
    """Fails whoever reads it."""

    def monotonic(self) -> float:
        raise AssertionError("the clock was read")

    def wall(self) -> WallTime:
        raise AssertionError("the clock was read")


class CountingClock(ManualClock):
    """Counts how often it is read."""

    reads = 0

    def monotonic(self) -> float:
        self.reads += 1
        return super().monotonic()


def test_a_block_is_timed() -> None:
    time = clock()
    watch = Stopwatch(time, 1)
    for seconds in (0.1, 0.3, 0.2):
        with watch.time(Stage.DETECT):
            time.advance(seconds)
    timing = watch.timings()[Stage.DETECT]
    assert timing.samples == 3
    assert timing.p50_s == pytest.approx(0.2)
    assert timing.max_s == pytest.approx(0.3)


def test_what_began_before_is_timed_to_now() -> None:
    time = clock()
    watch = Stopwatch(time, 1)
    watch.since(Stage.WHOLE, time.monotonic() - 0.25)
    assert watch.timings()[Stage.WHOLE].max_s == pytest.approx(0.25)


def test_one_run_of_so_many_is_timed_each_stage_by_itself() -> None:
    watch = Stopwatch(clock(), 3)
    for _ in range(7):
        with watch.time(Stage.DETECT):
            watch.since(Stage.AGE, 0.0)
    assert {stage: timing.samples for stage, timing in watch.timings().items()} == {
        Stage.DETECT: 3,
        Stage.AGE: 3,
    }


def test_a_run_that_is_not_chosen_reads_no_clock() -> None:
    time = CountingClock(datetime(2026, 1, 1, tzinfo=timezone.utc))
    watch = Stopwatch(time, 1000)
    watch.since(Stage.AGE, 0.0)
    before = time.reads
    for _ in range(999):
        watch.since(Stage.AGE, 0.0)
    assert time.reads == before


def test_only_the_last_samples_are_kept() -> None:
    watch = Stopwatch(clock(), 1)
    for _ in range(5000):
        watch.since(Stage.AGE, 0.0)
    assert watch.timings()[Stage.AGE].samples == 512


def test_the_middle_the_tail_and_the_worst() -> None:
    timing = Timing.of([float(n) for n in range(100, -1, -1)])
    assert timing == Timing(101, 50.0, 95.0, 100.0)


@pytest.mark.parametrize(("every", "kind"), [(0, NullStopwatch), (1, Stopwatch), (50, Stopwatch)])
def test_zero_means_none(every: int, kind: type) -> None:
    assert type(make_stopwatch(clock(), every)) is kind


def test_who_takes_no_time_reads_no_clock_and_keeps_nothing() -> None:
    watch = make_stopwatch(UnreadClock(), 0)
    with watch.time(Stage.DETECT):
        watch.since(Stage.AGE, 0.0)
    assert watch.timings() == {}


def reads_of_the_clock(every: int) -> int:
    time = CountingClock(datetime(2026, 1, 1, tzinfo=timezone.utc), start_s=100.0)
    bench = Bench(FakeDetector([plate(150)]), time=time, stopwatch=make_stopwatch(time, every))
    bench.loop.look(Effort.RECOGNISE)
    bench.run(30)
    return time.reads


def test_a_loop_that_is_not_timed_reads_the_clock_less_often_than_one_that_is() -> None:
    assert reads_of_the_clock(0) < reads_of_the_clock(1000) < reads_of_the_clock(1)


def test_every_stage_of_the_loop_is_timed() -> None:
    time = clock()
    watch = Stopwatch(time, 1)
    bench = Bench(FakeDetector([plate(150)]), time=time, stopwatch=watch)
    bench.loop.look(Effort.RECOGNISE)
    bench.run(30)
    assert set(watch.timings()) == set(Stage)


def test_the_whole_way_is_from_the_frame_to_its_vote() -> None:
    time = clock()
    watch = Stopwatch(time, 1)
    bench = Bench(FakeDetector([plate(150)]), time=time, stopwatch=watch)
    bench.loop.look(Effort.RECOGNISE)
    bench.run(4)
    assert watch.timings()[Stage.WHOLE].p50_s == pytest.approx(0.1)  # a read is taken in by the next step
