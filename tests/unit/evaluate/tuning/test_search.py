"""What is chosen of footage whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.config import Config
from appliance.evaluate.tuning.choice import Gap
from appliance.evaluate.tuning.search import Bounds, Tuned

from .makers import SIDE, Came, reel, search, visit

VISITS = [visit(last_s=9.0), visit("XYZ9876", 12.0, 18.0)]
BOTH = frozenset({0, 1})
FOOTAGE = reel(Came(2.0, 9.0), Came(12.0, 18.0, "XYZ9876", score=0.7))


def tuned(
    *came: Came, wait_s: float = 1.0, config: Config | None = None, sides: tuple[int, ...] = (SIDE,)
) -> Tuned:
    made = search(reel(*came) if came else FOOTAGE, visits=VISITS, config=config, sides=sides)
    return replace(made, bounds=replace(made.bounds, wait_s=wait_s)).tune()


def test_everything_is_read_with_the_choice() -> None:
    score = tuned().chosen.score
    assert (score.found, score.read, score.wrong) == (BOTH, BOTH, 0)


def test_rates_go_a_step_back_from_the_last_that_loses_nothing() -> None:
    found = tuned()
    for sweep in (found.recognise, found.idle):
        assert sweep.loses[: sweep.steps.last + 1] == (False,) * (sweep.steps.last + 1)
        assert sweep.loses[sweep.steps.last + 1]
        assert sweep.steps.taken == sweep.steps.last - 1
    assert found.chosen.setting.idle_fps == found.idle.trials[found.idle.steps.taken].setting.idle_fps


def test_who_may_wait_longer_is_looked_at_less_often() -> None:
    patient, hasty = tuned(wait_s=4.0), tuned(wait_s=0.5)
    assert patient.chosen.setting.idle_fps < hasty.chosen.setting.idle_fps
    assert patient.chosen.whole.looks < hasty.chosen.whole.looks


def test_the_threshold_stays_where_it_has_margins() -> None:
    found = tuned()
    assert (found.sides[0].gap, found.chosen.setting.detection_threshold) == (Gap(0.7, None), 0.5)


def test_a_weak_vehicle_brings_the_threshold_down() -> None:
    found = tuned(Came(2.0, 9.0), Came(12.0, 18.0, "XYZ9876", score=0.42))
    assert (found.sides[0].gap.weakest_true, found.chosen.score.read) == (0.4, BOTH)
    assert found.chosen.setting.detection_threshold == pytest.approx(0.35)


def test_what_is_no_vehicle_brings_it_up() -> None:
    flash = Came(0.0, 20.0, "", score=0.52)
    found = tuned(Came(2.0, 9.0), Came(12.0, 18.0, "XYZ9876"), flash)
    assert found.sides[0].gap == Gap(0.9, 0.5)
    assert found.chosen.setting.detection_threshold == pytest.approx(0.7)


@pytest.mark.parametrize(("sides", "taken"), [((416, SIDE), 416), ((SIDE,), SIDE)])
def test_the_smallest_side_that_loses_nothing_is_taken(sides: tuple[int, ...], taken: int) -> None:
    half_seen = Came(12.0, 18.0, "XYZ9876", sides=sides)
    assert tuned(Came(2.0, 9.0), half_seen, sides=(416, SIDE)).chosen.setting.detect_side == taken


def test_a_vote_s_threshold_goes_between_right_and_wrong() -> None:
    unsure = Came(12.0, 18.0, "XYZ9876", confidence=0.55)
    found = tuned(Came(2.0, 9.0), unsure, config=_asking(0.3))
    assert found.recognition == Gap(found.chosen.score.weakest_right, None)
    assert found.recognition_threshold == 0.3


def test_a_vote_s_threshold_is_not_lowered_for_a_margin_s_sake() -> None:
    near = Came(12.0, 18.0, "XYZ9876", confidence=0.66)
    found = tuned(Came(2.0, 9.0), near, config=_asking(0.6))
    assert found.recognition.weakest_true == 0.6
    assert found.recognition_threshold == 0.6


def test_as_many_reads_are_asked_for_as_now() -> None:
    assert tuned().chosen.setting.min_reads == Config().vote.min_reads


def test_rates_are_those_of_every_frame_and_of_one_in_so_many() -> None:
    rates = Bounds.of(Config(), (SIDE,), 15.0, 1.0).rates
    assert (rates[:4], rates[-1]) == ((15.0, 7.5, 5.0, 3.75), 0.5)


def test_no_rate_is_tried_with_which_the_gate_would_not_arm() -> None:
    front = {"cameras": {"front": {"frame_limit_s": 0.6}}, "record": {"path": "gate.db"}}
    found = tuned(config=Config.model_validate(front), wait_s=4.0)
    assert min(trial.setting.idle_fps for trial in found.idle.trials) == 1.67
    assert min(trial.setting.idle_fps for trial in tuned(wait_s=4.0).idle.trials) == 0.5


def test_slow_footage_still_has_a_rate() -> None:
    assert Bounds.of(Config(), (SIDE,), 0.4, 1.0).rates == (0.4,)


def test_the_threshold_that_is_set_is_tried() -> None:
    config = Config.model_validate({"vision": {"detection_threshold": 0.22}})
    assert Bounds.of(config, (SIDE,), 15.0, 1.0).thresholds[:2] == (0.22, 0.3)


def _asking(threshold: float) -> Config:
    return Config.model_validate({"access": {"recognition_threshold": threshold}})
