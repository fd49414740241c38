"""Confusions that formats solve, and those that stay open."""

from __future__ import annotations

import pytest

from appliance.access.confusions import Evidence, candidates, doubts, fold
from appliance.access.regions import formats_of
from appliance.access.regions.notation import Formats, form

from .builders import evidence, reading

SURE = 0.8


def texts(read: Evidence, *patterns: str) -> list[str]:
    return [c.text for c in candidates(read, Formats(form(p) for p in patterns), SURE)]


@pytest.mark.parametrize(
    ("read", "pattern", "solved"),
    [
        ("ABO123", "AAA999", "ABO123"),
        ("AB0123", "AAA999", "ABO123"),
        ("ABC12O", "AAA999", "ABC120"),
        ("1BCI23", "AAA999", "IBC123"),
        ("A8CB23", "AAA999", "ABC823"),
        ("AB5S23", "AAA999", "ABS523"),
        ("2BCZ23", "AAA999", "ZBC223"),
        ("ABCG23", "AAA999", "ABC623"),
        ("AB6123", "AAA999", "ABG123"),
        ("ABCD23", "AAA999", "ABC023"),
        ("ABCQ23", "AAA999", "ABC023"),
    ],
)
def test_a_surely_read_confusion_is_solved_by_its_position(read: str, pattern: str, solved: str) -> None:
    assert texts(evidence(read), pattern) == [solved]


@pytest.mark.parametrize("read", ["ABX12X", "ABC1234", "AB7123", ""])
def test_what_no_confusion_explains_has_no_candidate(read: str) -> None:
    assert texts(evidence(read), "AAA999") == []


def test_an_unsure_zero_in_a_letters_place_stays_open() -> None:
    assert texts(evidence("AB0123", 2), "AAA999") == ["ABO123", "ABD123", "ABQ123"]


def test_two_formats_that_read_differently_stay_open() -> None:
    assert texts(evidence("AB0123"), "AAA999", "AA9999") == ["AB0123", "ABO123"]


def test_an_excluded_letter_is_no_candidate() -> None:
    french = formats_of(["fr"])
    assert [c.text for c in candidates(evidence("AB12SCD"), french, SURE)] == ["AB125CD"]
    assert list(candidates(evidence("A1123CD"), french, SURE)) == []


def test_a_stray_stroke_is_dropped_when_no_read_was_sure_of_it() -> None:
    dropped, *others = candidates(evidence("IABC123", 0), Formats([form("AAA999")]), SURE)
    assert (dropped.text, dropped.strays, others) == ("ABC123", 1, [])


def test_a_surely_read_stroke_is_never_dropped() -> None:
    assert texts(evidence("IABC123"), "AAA999") == []


def test_candidates_come_cheapest_first_and_say_what_was_changed() -> None:
    found = candidates(evidence("AB0123", 2, weak=0.6), Formats([form("AAA999")]), SURE)
    assert [(c.text, round(c.cost, 2), c.swaps) for c in found] == [
        ("ABO123", 0.3, 1),
        ("ABD123", 0.6, 1),
        ("ABQ123", 0.6, 1),
    ]
    assert found[0].floors == (0.95, 0.95, 0.0, 0.95, 0.95, 0.95)


def test_a_doubt_is_another_plate_that_only_unsure_characters_tell_apart() -> None:
    either = Formats([form("***")])
    assert list(doubts(evidence("AB8", 2), either, SURE)) == ["ABB"]
    assert list(doubts(evidence("AB8"), either, SURE)) == []
    assert list(doubts(evidence("AB8", 2), Formats([form("AA9")]), SURE)) == []


def test_evidence_keeps_the_lowest_and_highest_confidence_of_each_character() -> None:
    read = Evidence.of([reading("AB", [0.9, 0.5]), reading("AB", [0.7, 0.8])])
    assert [(s.text, s.floor, s.peak) for s in read.strokes] == [("A", 0.7, 0.9), ("B", 0.5, 0.8)]


@pytest.mark.parametrize("nonsense", [float("nan"), 1.7, -0.1])
def test_a_confidence_that_is_no_probability_counts_as_none(nonsense: float) -> None:
    read = Evidence.of([reading("A", [nonsense])])
    assert read.strokes[0].peak == 0.0


def test_a_hopeless_read_costs_no_time() -> None:
    everything = formats_of(["eu", "uk"])
    found = candidates(evidence("0O0DQ08", *range(7)), everything, SURE)
    assert 1 < len(found) <= 16


def test_plates_that_look_alike_fold_alike() -> None:
    assert fold("OIBSZ01852") == "0185201852"
    assert fold("ABC120") != fold("ABD120")
