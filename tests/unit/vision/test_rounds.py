"""Several cameras, one detector: what is due goes through it together, what matters most first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest

from appliance.clock import ManualClock
from appliance.config.schema import Camera, Vision
from appliance.faults import EngineFailed, GateFault
from appliance.sight import AnyPicture, Box, Detection, Effort
from appliance.vision.ahead import AskAhead, AskAtOnce, BaseAsking
from appliance.vision.base import BaseDetector, Shot
from appliance.vision.drops import Dropped, Drops
from appliance.vision.loop import VisionLoop
from appliance.vision.rounds import Rounds

from .makers import FakeDetector, clock, plate
from .rig import Bench


class BatchDetector(BaseDetector):
    """Notes the places that it is shown together; fails where it is told to; takes `detect_s` a run."""

    def __init__(self, most: int, time: ManualClock, detect_s: float = 0.0) -> None:
        self.most = most
        self.fault: GateFault | None = None
        self.batches: list[list[Box | None]] = []
        self.found: tuple[Detection, ...] = ()
        self._time = time
        self._detect_s = detect_s

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        raise AssertionError("asked for one alone")

    def detect_many(self, shots: Sequence[Shot]) -> tuple[tuple[Detection, ...], ...]:
        self.batches.append([shot.roi for shot in shots])
        self._time.advance(self._detect_s)
        if self.fault is not None:
            raise self.fault
        return tuple(self.found for _ in shots)


class Site:
    """Cameras that share a detector, clock and counts; each gives a frame whenever it is told to."""

    def __init__(
        self, *names: str, most: int, detect_s: float = 0.0, asking: BaseAsking | None = None
    ) -> None:
        self.time = clock()
        self.drops = Drops()
        self.detector = BatchDetector(most, self.time, detect_s)
        self.eyes = {name: self._eye(name) for name in names}
        first = next(iter(self.eyes.values()))
        loops = [eye.loop for eye in self.eyes.values()]
        self.rounds = Rounds(loops, first.parts, asking or AskAtOnce())

    def _eye(self, name: str) -> Bench:
        return Bench(FakeDetector([]), name=name, time=self.time, drops=self.drops, shared=self.detector)

    def loop(self, name: str) -> VisionLoop:
        return self.eyes[name].loop

    def shoot(self, *names: str, after_s: float = 0.0) -> None:
        self.time.advance(after_s)
        for name in names or self.eyes:
            self.eyes[name].put()

    def seen(self) -> dict[str, int]:
        return {name: eye.loop.processed for name, eye in self.eyes.items()}


def test_frames_that_are_due_together_are_one_run() -> None:
    site = Site("north", "south", "yard", most=8)
    site.shoot()
    assert site.rounds.turn() == 3
    assert [len(batch) for batch in site.detector.batches] == [3]
    assert site.seen() == {"north": 1, "south": 1, "yard": 1}


def test_a_round_without_frames_asks_the_detector_nothing() -> None:
    site = Site("north", "south", most=8)
    assert site.rounds.turn() == 0
    assert site.detector.batches == []


def test_what_does_not_fit_is_seen_in_the_next_round() -> None:
    site = Site("a", "b", "c", most=2)
    site.shoot()
    assert [site.rounds.turn() for _ in range(3)] == [2, 1, 0]
    assert site.seen() == {"a": 1, "b": 1, "c": 1}
    assert site.drops.tally() == {}


def test_a_frame_without_room_that_is_replaced_is_counted_as_such() -> None:
    site = Site("a", "b", most=1)
    site.shoot()
    site.rounds.turn()
    site.shoot("b", after_s=0.01)
    site.rounds.turn()
    assert site.drops.tally() == {("b", Dropped.NO_ROOM): 1}
    assert site.seen() == {"a": 1, "b": 1}


def test_recognising_comes_before_guarding_before_watching() -> None:
    site = Site("watching", "guarding", "recognising", most=1)
    site.loop("guarding").look(Effort.GUARD)
    site.loop("recognising").look(Effort.RECOGNISE)
    site.shoot()
    order: list[dict[str, int]] = []
    for _ in range(3):
        site.rounds.turn()
        order.append(site.seen())
    assert order == [
        {"watching": 0, "guarding": 0, "recognising": 1},
        {"watching": 0, "guarding": 1, "recognising": 1},
        {"watching": 1, "guarding": 1, "recognising": 1},
    ]


def test_of_like_cameras_the_longest_overdue_comes_first() -> None:
    site = Site("early", "late", most=1)
    site.shoot("late")
    site.rounds.turn()
    site.shoot("early", after_s=0.1)
    site.rounds.turn()
    site.shoot(after_s=0.7)
    site.rounds.turn()
    assert site.seen() == {"early": 1, "late": 2}


def test_a_watching_camera_is_seen_in_time_however_busy_the_others_are() -> None:
    site = Site("watching", "one", "two", most=1, detect_s=0.1)
    for name in ("one", "two"):
        site.loop(name).look(Effort.RECOGNISE)
    for _ in range(100):
        site.shoot()
        site.rounds.turn()
    times = [scene.captured_s for scene in site.eyes["watching"].scenes()]
    gaps = [after - before for before, after in pairwise(times)]
    assert max(gaps) < Camera().frame_limit_s + 1 / Vision().idle_fps  # the gate holds a scene that long


def test_a_fault_of_a_batch_is_told_to_each_of_its_cameras() -> None:
    site = Site("north", "south", most=8)
    site.detector.fault = EngineFailed("x", part="own.det")
    site.shoot()
    site.rounds.turn()
    raised = [eye.faults.lines for eye in site.eyes.values()]
    assert raised == [["+engine_failed"], ["+engine_failed"]]
    assert site.drops.tally() == {("north", Dropped.FAILED): 1, ("south", Dropped.FAILED): 1}


def test_each_loop_beats_in_a_round_that_has_no_room_for_it() -> None:
    site = Site("a", "b", "c", most=1)
    site.shoot(after_s=5.0)
    site.rounds.turn()
    assert {eye.loop.beat_s for eye in site.eyes.values()} == {site.time.monotonic()}


def test_the_rest_ends_when_the_next_frame_is_due() -> None:
    site = Site("a", most=1)
    site.loop("a").look(Effort.RECOGNISE)
    site.shoot()
    site.rounds.turn()
    site.time.advance(1 / 15 - 0.005)
    assert round(site.rounds.rest_s, 6) == 0.005


def test_the_rest_is_short_however_far_the_next_frame_lies() -> None:
    site = Site("a", most=1)
    site.shoot()
    site.rounds.turn()
    assert site.rounds.rest_s == 0.02


def test_a_detector_slower_than_its_rate_sees_the_newest_and_leaves_no_read_waiting() -> None:
    site = Site("a", most=1, detect_s=0.3)
    site.detector.found = (plate(150),)
    site.loop("a").look(Effort.RECOGNISE)
    lags: list[float] = []
    for _ in range(10):
        site.shoot(after_s=0.02)
        shot_s = site.time.monotonic()
        site.rounds.turn()
        lags.append(shot_s - site.eyes["a"].scenes()[-1].captured_s)
    assert lags == [0.0] * 10
    assert len(site.eyes["a"].votes()[2].vote.agreeing) == 3


# -- while the detector is at work -----------------------------------------------------------------


def test_the_next_frames_are_asked_about_before_the_last_are_followed() -> None:
    site = Site("north", "south", most=2, asking=AskAhead())
    site.shoot()
    assert (site.rounds.turn(), site.seen()) == (2, {"north": 0, "south": 0})
    site.shoot(after_s=1.0)
    assert (site.rounds.turn(), site.seen()) == (2, {"north": 1, "south": 1})
    site.rounds.close()


def test_without_new_frames_the_last_are_followed_at_once() -> None:
    site = Site("north", most=2, asking=AskAhead())
    site.shoot()
    turns = [site.rounds.turn() for _ in range(3)]
    assert (turns, site.seen()) == ([1, 1, 0], {"north": 1})
    site.rounds.close()


def test_a_detector_that_fails_ahead_is_a_fault_of_its_frames() -> None:
    site = Site("north", most=2, asking=AskAhead())
    site.detector.fault = EngineFailed("error 700", part="cuda")
    site.shoot()
    for _ in range(2):
        site.rounds.turn()
    assert site.drops.tally() == {("north", Dropped.FAILED): 1}
    site.rounds.close()


def test_what_no_fault_explains_ends_the_rounds() -> None:
    site = Site("north", most=2, asking=AskAhead())
    site.detector.fault = ZeroDivisionError("a defect")  # type: ignore[assignment]
    site.shoot()
    site.rounds.turn()
    with pytest.raises(ZeroDivisionError):
        site.rounds.turn()
    site.rounds.close()


@pytest.mark.parametrize(("most", "seen"), [(1, 1), (2, 0)])
def test_only_an_accelerator_is_asked_ahead(most: int, seen: int) -> None:
    site = Site("north", most=most)
    rounds = Rounds([site.loop("north")], site.eyes["north"].parts)
    site.shoot()
    rounds.turn()
    assert site.seen() == {"north": seen}
    rounds.close()


def test_after_a_batch_with_room_left_frames_of_other_cameras_are_waited_for() -> None:
    site = Site("a", "b", most=2)
    site.shoot("a")
    taken = [site.rounds.turn()]
    site.shoot("b")
    taken += [site.rounds.turn()]
    rest_s = site.rounds.rest_s
    site.time.advance(rest_s)
    assert [*taken, site.rounds.turn()] == [1, 0, 1]
    assert 0.0 < rest_s <= 0.005


def test_after_a_full_batch_nothing_is_waited_for() -> None:
    site = Site("a", "b", most=2)
    site.shoot()
    taken = [site.rounds.turn()]
    for name in ("a", "b"):
        site.loop(name).look(Effort.RECOGNISE)
    site.shoot(after_s=0.001)
    assert [*taken, site.rounds.turn()] == [2, 2]
