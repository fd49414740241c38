"""What was told of vehicles against who was there."""

from __future__ import annotations

from appliance.config.schema import Vote as VoteSettings
from appliance.evaluate.visits.answers import Present, Reads, Told, score, told
from tests.unit.access.builders import track, vote


def said(text: str, *, settled: bool = True, agreeing: int = 3, at_s: float = 5.0) -> Told:
    return Told(1, text, agreeing, at_s, at_s + 1, settled)


def here(plate: str, *, first_s: float = 0.0, due: bool = True) -> Present:
    return Present(plate, first_s, first_s + 20.0, due)


def test_a_settled_right_text_is_found_and_right() -> None:
    assert score([said("AB12O")], [here("AB120")]) == Reads(1, 1, 1, 1, 0, 0)


def test_an_unsettled_one_is_found_and_no_answer() -> None:
    assert score([said("AB120", settled=False)], [here("AB120")]) == Reads(1, 1, 0, 0, 0, 0)


def test_a_near_text_is_a_misread() -> None:
    assert score([said("AB129")], [here("AB120")]) == Reads(1, 1, 0, 1, 1, 0)


def test_a_text_that_nobody_bears_is_stray() -> None:
    assert score([said("TAXI42")], [here("AB120")]) == Reads(1, 0, 0, 1, 0, 1)


def test_a_plate_of_another_time_is_not_meant() -> None:
    assert score([said("AB120")], [here("AB120", first_s=100.0)]) == Reads(1, 0, 0, 1, 0, 1)


def test_the_answer_with_the_most_reads_counts_for_the_vehicle() -> None:
    reads = score([said("AB120", agreeing=5), said("AB129")], [here("AB120")])
    assert (reads.right, reads.misread) == (1, 1)


def test_who_need_not_be_read_is_no_stray_either() -> None:
    assert score([said("AB120")], [here("AB120", due=False)]) == Reads(0, 0, 0, 1, 0, 0)


def test_a_plate_that_people_read_in_part_may_go_on_as_it_likes() -> None:
    assert score([said("DV58312"), said("DV58912")], [here("DV583*")]) == Reads(0, 0, 0, 2, 1, 0)


def test_the_last_settled_vote_of_a_track_is_what_it_told() -> None:
    votes = [vote("AB120", 0.9), vote("AB129"), vote("AB120", 0.9, considered=4)]
    assert [(one.text, one.settled) for one in told(votes, VoteSettings())] == [("AB129", True)]


def test_each_track_tells_once() -> None:
    votes = [vote("AB120", on=track(1)), vote("XY9", 0.9, on=track(2))]
    assert [(o.text, o.settled) for o in told(votes, VoteSettings())] == [("AB120", True), ("XY9", False)]
