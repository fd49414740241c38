"""What a setting finds and reads of those who came."""

from __future__ import annotations

import pytest

from appliance.evaluate.tuning.score import Score, score

from .makers import answer, run, stay, told, visit

SURE = 0.6
NONE: frozenset[int] = frozenset()
FIRST = frozenset({0})


def test_a_right_answer_is_found_and_read_when_it_came_first() -> None:
    seen = score([run(stay(answer(at_s=4.0), answer(at_s=3.0)))], [visit()], SURE)
    assert (seen.found, seen.read_s, seen.wrong, seen.strangers) == (FIRST, {0: 3.0}, 0, 0)


def test_o_and_0_are_alike() -> None:
    assert score([run(stay(answer("ABO1")))], [visit("AB01")], SURE).read == FIRST


def test_who_says_nothing_is_found_and_not_read() -> None:
    seen = score([run(stay())], [visit()], SURE)
    assert (seen.found, seen.read, seen.strangers) == (FIRST, NONE, 0)


def test_an_answer_below_the_threshold_counts_for_the_margin_alone() -> None:
    seen = score([run(stay(answer(clears=0.4)))], [visit()], SURE)
    assert (seen.found, seen.read, seen.weakest_right) == (FIRST, NONE, 0.4)


def test_a_near_text_is_found_and_wrong() -> None:
    seen = score([run(stay(answer("AB128CD", clears=0.7)))], [visit()], SURE)
    assert (seen.found, seen.read, seen.wrong, seen.strongest_wrong) == (FIRST, NONE, 1, 0.7)


def test_a_text_that_nobody_bears_is_wrong_and_a_stranger_s() -> None:
    seen = score([run(stay(answer("TAXI")))], [visit()], SURE)
    assert (seen.found, seen.wrong, seen.strangers) == (NONE, 1, 1)


@pytest.mark.parametrize(
    ("first_s", "last_s", "strangers"), [(10.5, 20.0, 1), (0.0, 60.0, 1), (1.0, 10.5, 0), (4.0, 5.0, 0)]
)
def test_who_was_there_before_or_after_is_another(first_s: float, last_s: float, strangers: int) -> None:
    seen = score([run(stay(first_s=first_s, last_s=last_s))], [visit(last_s=8.0)], SURE)
    assert (seen.strangers, len(seen.found)) == (strangers, 1 - strangers)


def test_the_weakest_of_the_best_answers_bounds_the_threshold() -> None:
    runs = [run(stay(answer(clears=0.7), answer(clears=0.9))), run(stay(answer("XY1", clears=0.8)))]
    assert score(runs, [visit(), visit("XY1", video=1)], SURE).weakest_right == 0.8


def test_a_visit_of_another_video_is_not_read() -> None:
    assert score([run(stay(answer())), run()], [visit(video=1)], SURE).read == NONE


def test_one_whose_time_nobody_knows_is_found_by_its_text_alone() -> None:
    nowhere = visit(first_s=float("-inf"), last_s=float("inf"))
    assert [score([run(s)], [nowhere], SURE).found for s in (stay(), stay(answer()))] == [NONE, FIRST]


@pytest.mark.parametrize(
    ("setting", "loses"),
    [
        (told({0: 3.0, 1: 9.0}), False),
        (told({0: 3.9, 1: 9.9, 2: 5.0}), False),
        (told({0: 4.1, 1: 9.0}), True),
        (told({0: 3.0}, found={0, 1}), True),
        (told({0: 3.0, 1: 9.0}, found={0}), True),
        (told({0: 3.0, 1: 9.0}, wrong=1), True),
    ],
)
def test_less_wrong_or_late_is_a_loss(setting: Score, loses: bool) -> None:
    assert setting.loses(told({0: 3.0, 1: 9.0}), 1.0) == loses


def test_later_is_that_of_the_slowest() -> None:
    assert told({0: 3.5, 1: 9.2}).later_s(told({0: 3.0, 1: 9.0})) == 0.5
