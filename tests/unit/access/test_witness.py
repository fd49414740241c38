"""The second witness: doubts only what everything it remembers contradicts."""

from __future__ import annotations

import pytest

from appliance.access.witness import VISITS_KEPT, VISITS_NEEDED, Past, Witness
from appliance.sight import Guess, Looks


def looks(colour: str, body: str = "van", sure: float = 0.9) -> Looks:
    return Looks(Guess(colour, sure), Guess(body, sure))


def remembering(*colours: str) -> Witness:
    witness = Witness()
    for colour in colours:
        witness.remember("AB1", looks(colour))
    return witness


def test_another_vehicle_than_always_is_doubted_in_words() -> None:
    doubt = remembering("white", "white", "white").doubt("AB1", looks("red", "coupe"))
    assert doubt == "AB1 came on another vehicle before: white, now red; van, now coupe."


@pytest.mark.parametrize("colour", ["white", "silver", "beige", "other"])
def test_what_light_may_do_is_not_doubted(colour: str) -> None:
    assert remembering("white", "white", "white").doubt("AB1", looks(colour)) is None


@pytest.mark.parametrize(
    ("before", "now", "doubted"),
    [("red", "black", False), ("blue", "silver", False), ("red", "blue", True), ("white", "black", True)],
)
def test_what_the_net_takes_for_another_paint_is_not_doubted(before: str, now: str, doubted: bool) -> None:
    assert (remembering(*[before] * 3).doubt("AB1", looks(now)) is not None) is doubted


@pytest.mark.parametrize(("now", "doubted"), [("sedan", False), ("truck", True)])
def test_bodies_that_look_alike_from_behind_are_not_doubted(now: str, doubted: bool) -> None:
    witness = Witness()
    for _ in range(VISITS_NEEDED):
        witness.remember("AB1", looks("white", "suv"))
    assert (witness.doubt("AB1", looks("white", now)) is not None) is doubted


def test_too_short_a_past_says_nothing() -> None:
    witness = remembering(*["white"] * (VISITS_NEEDED - 1))
    assert witness.doubt("AB1", looks("red")) is None
    witness.remember("AB1", looks("white"))
    assert witness.doubt("AB1", looks("red")) is not None


def test_one_visit_in_that_colour_is_enough_for_it() -> None:
    assert remembering("white", "red", "white", "white").doubt("AB1", looks("red")) is None


@pytest.mark.parametrize(("sure", "doubted"), [(0.79, False), (0.8, True)])
def test_an_unsure_sight_is_no_testimony(sure: float, doubted: bool) -> None:
    doubt = remembering("white", "white", "white").doubt("AB1", looks("red", sure=sure))
    assert (doubt is not None) is doubted


def test_an_unsure_memory_is_none() -> None:
    witness = Witness()
    for _ in range(VISITS_NEEDED):
        witness.remember("AB1", looks("white", sure=0.5))
    assert witness.doubt("AB1", looks("red", "coupe")) is None


def test_nothing_seen_and_nobody_known_are_not_doubted() -> None:
    witness = remembering("white", "white", "white")
    assert [witness.doubt("AB1", None), witness.doubt("ZZ9", looks("red"))] == [None, None]


def test_a_sold_car_is_forgotten_after_some_visits() -> None:
    witness = remembering(*["white"] * 3, *["red"] * VISITS_KEPT)
    assert witness.doubt("AB1", looks("white")) is not None
    assert witness.doubt("AB1", looks("red")) is None


def test_the_past_is_learnt_once_and_counts_as_older() -> None:
    witness = remembering("red")
    history = [Past("AB1", looks("white"))] * VISITS_KEPT
    witness.learn(history)
    witness.learn(history)
    assert witness.doubt("AB1", looks("red")) is None


def test_what_was_learnt_is_remembered() -> None:
    witness = Witness()
    witness.learn([Past("AB1", looks("white"))] * VISITS_NEEDED)
    assert witness.doubt("AB1", looks("red")) is not None


def test_what_was_seen_before_the_lesson_counts_as_newer() -> None:
    witness = remembering("red")
    witness.learn([Past("AB1", looks("white"))] * (VISITS_KEPT - 1))
    assert witness.doubt("AB1", looks("green")) is not None
    assert witness.doubt("AB1", looks("red")) is None
