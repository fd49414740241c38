"""Frames agree on the looks of a vehicle."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.sight import Guess, Looks
from appliance.vision.looks import LooksBallot


def looks(colour: str, confidence: float = 0.9) -> Looks:
    return Looks(Guess(colour, confidence), Guess("van", 0.8))


def ballot(*seen: Looks) -> LooksBallot:
    made = LooksBallot()
    for one in seen:
        made.add(one, 100.0)
    return made


def test_one_frame_says_nothing_yet_and_two_do() -> None:
    assert ballot(looks("red")).agreed() is None
    assert ballot(looks("red"), looks("red")).agreed() == Looks(Guess("red", 0.9), Guess("van", 0.8))


def test_a_frame_that_differs_costs_confidence() -> None:
    agreed = ballot(looks("red", 0.9), looks("red", 0.9), looks("blue", 0.6)).agreed()
    assert agreed is not None
    assert agreed.colour == Guess("red", 0.6)


def test_the_model_is_voted_on_where_the_owner_brought_a_net() -> None:
    golf, polo = (replace(looks("red"), model=Guess(word, 0.9)) for word in ("VW Golf", "VW Polo"))
    agreed = ballot(golf, polo, golf).agreed()
    assert agreed is not None
    assert agreed.model == Guess("VW Golf", pytest.approx(0.6))  # type: ignore[arg-type]


def test_without_such_a_net_there_is_no_model() -> None:
    agreed = ballot(looks("red"), looks("red")).agreed()
    assert agreed is not None
    assert agreed.model is None


@pytest.mark.parametrize(("width", "wanted"), [(63.0, False), (64.0, True)])
def test_a_vehicle_too_small_to_describe_is_not_wanted(width: float, wanted: bool) -> None:
    assert LooksBallot().wants(width) is wanted


@pytest.mark.parametrize(("width", "wanted"), [(124.0, False), (125.0, True)])
def test_after_a_few_frames_only_a_much_nearer_one_is(width: float, wanted: bool) -> None:
    assert ballot(*[looks("red")] * 4).wants(100.0)
    assert ballot(*[looks("red")] * 5).wants(width) is wanted


def test_near_frames_push_far_ones_out() -> None:
    made = ballot(*[looks("grey")] * 5)
    for _ in range(5):
        made.add(looks("red"), 200.0)
    agreed = made.agreed()
    assert agreed is not None
    assert agreed.colour == Guess("red", 0.9)
