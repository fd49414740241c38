"""The log tells when frames begin to be lost and when that is over; keeping up with the newest is no news."""

from __future__ import annotations

import pytest

from appliance.clock import ManualClock
from appliance.runtime.eyelog import QUIET_S, TIMING_EVERY_S, EyeLog
from appliance.vision.drops import LOSSES, Dropped, Drops
from appliance.vision.stopwatch import BaseStopwatch, NullStopwatch, Stage, Stopwatch

from .rig import a_clock

Lines = pytest.LogCaptureFixture


class Eyes:
    def __init__(self, stopwatch: BaseStopwatch | None = None, time: ManualClock | None = None) -> None:
        self.time = time or a_clock()
        self.drops = Drops()
        self.log = EyeLog(self.time, self.drops, stopwatch or NullStopwatch())

    def look(self, after_s: float = 0.5) -> None:
        self.time.advance(after_s)
        self.log.look()


@pytest.fixture(autouse=True)
def heard(caplog: Lines) -> Lines:
    caplog.set_level("INFO")
    return caplog


@pytest.mark.parametrize("why", sorted(LOSSES))
def test_a_loss_is_told_when_it_begins_and_when_it_is_over(why: Dropped, heard: Lines) -> None:
    eyes = Eyes()
    for times in (3, 2, 5):
        eyes.drops.count("front", why, times)
        eyes.look()
    eyes.look(QUIET_S)
    assert heard.messages == [
        f"camera front begins to lose frames: 3 {why}",
        f"camera front lost frames for 1 s: 10 {why}",
    ]


@pytest.mark.parametrize("why", sorted(set(Dropped) - LOSSES))
def test_what_keeps_to_the_newest_is_no_news(why: Dropped, heard: Lines) -> None:
    eyes = Eyes()
    eyes.drops.count("front", why, 1000)
    eyes.look()
    assert heard.messages == []


def test_a_loss_that_returns_is_told_again(heard: Lines) -> None:
    eyes = Eyes()
    for _ in range(2):
        eyes.drops.count("front", Dropped.STALE)
        eyes.look()
        eyes.look(QUIET_S)
    assert [line.split(":")[0] for line in heard.messages] == [
        "camera front begins to lose frames",
        "camera front lost frames for 0 s",
    ] * 2
    assert heard.messages[-1].endswith(": 1 stale")


def test_cameras_are_told_of_apart(heard: Lines) -> None:
    eyes = Eyes()
    eyes.drops.count("front", Dropped.STALE)
    eyes.look()
    eyes.drops.count("back", Dropped.FAILED)
    eyes.look()
    assert [line.split()[1] for line in heard.messages] == ["front", "back"]


def test_times_are_told_once_a_minute(heard: Lines) -> None:
    time = a_clock()
    watch = Stopwatch(time, 1)
    eyes = Eyes(watch, time)
    watch.since(Stage.AGE, time.monotonic() - 0.0125)
    for _ in range(3):
        eyes.look(TIMING_EVERY_S / 2)
    assert heard.messages == ["p50/p95/max in ms of the last samples: age 12.5/12.5/12.5"]


def test_without_times_nothing_is_told(heard: Lines) -> None:
    Eyes().look(TIMING_EVERY_S)
    assert heard.messages == []
