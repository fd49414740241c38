"""The rule of matching, case by case; `test_strangers` tries to break it."""

from __future__ import annotations

import pytest

from appliance.access.index import PlateIndex
from appliance.access.matching import Match, Matcher, Outcome, Rule
from appliance.access.objection import Objection
from appliance.access.regions import formats_of
from appliance.events import RefusalReason
from appliance.listing import Listing

from .builders import evidence


def match(
    read: str, *unsure: int, listed: str = "", denied: str = "", region: str = "any", reach: int = 1
) -> Outcome:
    lines = [Listing(p) for p in listed.split()] + [Listing(p, allowed=False) for p in denied.split()]
    matcher = Matcher(PlateIndex(lines, reach), formats_of([region]), reach, 0.8)
    return matcher.match(evidence(read, *unsure))


def found(outcome: Outcome) -> tuple[str, Rule] | RefusalReason:
    return (outcome.plate, outcome.rule) if isinstance(outcome, Match) else outcome.reason


EXACT, FORMAT = Rule.EXACT, Rule.FORMAT
AMBIGUOUS, NOT_LISTED = RefusalReason.AMBIGUOUS, RefusalReason.NOT_LISTED


def test_an_exact_read_is_matched() -> None:
    assert found(match("ABC123", listed="ABC123 XYZ999")) == ("ABC123", EXACT)


def test_an_unsure_character_that_is_no_confusion_is_borne_without_neighbours() -> None:
    assert found(match("AXC473", 1, listed="AXC473")) == ("AXC473", EXACT)


def test_an_exact_read_wins_over_a_neighbour_when_the_telling_character_is_sure() -> None:
    assert found(match("ABC123", 0, 1, listed="ABC123 ABC124", region="us-ny")) == ("ABC123", EXACT)


def test_an_exact_read_is_ambiguous_when_the_telling_character_is_unsure() -> None:
    outcome = match("AXC123", 5, listed="AXC123 AXC124")
    assert outcome == Objection(
        AMBIGUOUS, "Read AXC123, listed neighbour AXC124 differs at character 6, read with 0.70 < 0.80."
    )


@pytest.mark.parametrize("neighbour", ["AXC12", "AXC1234", "XC123"])
def test_a_neighbour_of_another_length_needs_sure_characters_too(neighbour: str) -> None:
    assert found(match("AXC123", 0, 5, listed=f"AXC123 {neighbour}")) == AMBIGUOUS
    assert found(match("AXC123", listed=f"AXC123 {neighbour}")) == ("AXC123", EXACT)


def test_listed_plates_that_look_alike_are_neighbours_at_distance_zero() -> None:
    assert found(match("AXC12O", 5, listed="AXC12O AXC120", reach=0)) == AMBIGUOUS
    assert found(match("AXC12O", listed="AXC12O AXC120", reach=0)) == ("AXC12O", EXACT)


def test_an_exact_read_that_no_read_is_sure_of_may_be_another_plate_of_the_region() -> None:
    assert found(match("AXC128", 5, listed="AXC128")) == AMBIGUOUS
    assert found(match("AXC128", 5, listed="AXC128", region="us-ny")) == ("AXC128", EXACT)


def test_a_read_near_two_listed_plates_opens_for_neither() -> None:
    outcome = match("AXC125", listed="AXC123 AXC124")
    assert outcome == Objection(AMBIGUOUS, "Read AXC125, which is near 2 listed plates: AXC123, AXC124.")


def test_a_stranger_read_surely_one_edit_away_is_not_listed() -> None:
    outcome = match("AXC124", listed="AXC123")
    assert outcome == Objection(
        NOT_LISTED,
        "Read AXC124, which is not listed; AXC123 is, but character 6 was read as 4 with 0.95.",
    )


@pytest.mark.parametrize("read", ["AXC124", "AXC12", "AXC1234"])
def test_a_read_one_unsure_edit_away_stays_open_and_shut(read: str) -> None:
    assert found(match(read, *range(len(read)), listed="AXC123")) == AMBIGUOUS


def test_a_look_alike_that_the_format_leaves_open_is_ambiguous() -> None:
    assert found(match("AXC12O", listed="AXC120")) == AMBIGUOUS


def test_a_look_alike_is_solved_where_the_format_leaves_one_plate() -> None:
    assert found(match("AX012O", listed="AXO120", region="us-ny")) == ("AXO120", FORMAT)


def test_a_confusion_with_several_solutions_is_ambiguous() -> None:
    assert found(match("AX0123", 2, listed="AXO123", region="us-ny")) == AMBIGUOUS
    assert found(match("AX0123", listed="AXO123", region="us-ny")) == ("AXO123", FORMAT)


def test_a_solved_read_near_a_listed_neighbour_needs_sure_characters() -> None:
    assert found(match("AX0123", 5, listed="AXO123 AXO124", region="us-ny")) == AMBIGUOUS
    assert found(match("AX0123", listed="AXO123 AXO124", region="us-ny")) == ("AXO123", FORMAT)


def test_a_solved_character_never_tells_from_a_neighbour() -> None:
    assert found(match("AX0123", listed="AXO123 AXC123", region="us-ny")) == AMBIGUOUS


def test_a_stray_stroke_is_dropped_within_the_match_distance_only() -> None:
    assert found(match("IAXC123", 0, listed="AXC123", region="us-ak")) == ("AXC123", FORMAT)
    assert found(match("IAXC123", 0, listed="AXC123", region="us-ak", reach=0)) == RefusalReason.BAD_FORMAT


def test_a_solved_read_within_reach_of_another_listed_plate_is_ambiguous() -> None:
    assert found(match("AX0123", listed="AXO123 AXO128", region="us-ny", reach=2)) == AMBIGUOUS
    assert found(match("AX0123", listed="AXO123 AXO189", region="us-ny", reach=2)) == ("AXO123", FORMAT)


def test_a_dropped_stroke_leaves_its_place_in_doubt() -> None:
    assert found(match("IAXC123", 0, listed="AXC123 LAXCI23", region="us-ak")) == AMBIGUOUS


def test_a_lost_character_never_opens() -> None:
    assert found(match("AXC12", 4, listed="AXC123", region="us-ak")) == AMBIGUOUS


def test_more_confusions_than_a_plate_has_are_no_plate() -> None:
    assert found(match("5105122", listed="SIO5122", region="us-ny")) == RefusalReason.BAD_FORMAT
    assert found(match("51O5122", listed="SIO5122", region="us-ny")) == ("SIO5122", FORMAT)


def test_an_unknown_plate_is_not_listed_and_a_text_that_is_no_plate_has_bad_format() -> None:
    assert found(match("AXC123", listed="XYZ999", region="us-ak")) == NOT_LISTED
    assert found(match("PARKING", listed="XYZ999", region="us-ak")) == RefusalReason.BAD_FORMAT


def test_a_listed_personal_plate_passes_whatever_the_format() -> None:
    assert found(match("CATCHME", listed="CATCHME", region="us-ak")) == ("CATCHME", EXACT)


@pytest.mark.parametrize("read", ["AXC123", "AXC124", "AXC12"])
def test_a_read_of_or_near_a_denied_plate_is_refused_with_an_alert(read: str) -> None:
    outcome = match(read, denied="AXC123")
    assert isinstance(outcome, Objection)
    assert (outcome.reason, outcome.alert) == (RefusalReason.DENIED, True)


def test_a_denied_plate_is_a_neighbour_of_a_listed_one() -> None:
    unsure = match("AXC123", 5, listed="AXC123", denied="AXC124")
    assert unsure == Objection(
        AMBIGUOUS,
        "Read AXC123, listed neighbour AXC124 differs at character 6, read with 0.70 < 0.80.",
        alert=True,
    )
    assert found(match("AXC123", listed="AXC123", denied="AXC124")) == ("AXC123", EXACT)


def test_a_read_between_a_listed_and_a_denied_plate_is_ambiguous_with_an_alert() -> None:
    outcome = match("AXC125", listed="AXC123", denied="AXC124")
    assert isinstance(outcome, Objection)
    assert (outcome.reason, outcome.alert) == (AMBIGUOUS, True)


def test_a_plate_both_listed_and_denied_is_denied() -> None:
    assert found(match("AXC123", listed="AXC123", denied="AXC123")) == RefusalReason.DENIED


@pytest.mark.parametrize("swapped", [False, True])
def test_ambiguity_refuses_both_sides_alike(swapped: bool) -> None:
    read, other = ("AXC124", "AXC123") if swapped else ("AXC123", "AXC124")
    assert found(match(read, 5, listed=f"{read} {other}")) == AMBIGUOUS
