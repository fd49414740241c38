import pytest

from appliance.evaluate.agreement import Count, Shares, agree
from appliance.evaluate.likeness import COLOURS, DETECTIONS, READS
from appliance.evaluate.outcome import Found

from .makers import outcome, plate, plate_label, vehicle


def kept(old: list[Found], new: list[Found]) -> tuple[Count, Count]:
    agreement = agree([(old, new)], [], [], 0.5)
    return agreement.counts[DETECTIONS], agreement.counts[READS]


def test_the_same_things_and_texts_are_kept() -> None:
    assert kept([plate(0, "AB12"), vehicle(0)], [vehicle(5, "bus"), plate(3, "AB12")]) == (
        Count(2, 2),
        Count(1, 1),
    )


@pytest.mark.parametrize("new", [[], [plate(300, "AB12")], [vehicle(0)]])
def test_a_thing_that_is_gone_is_lost(new: list[Found]) -> None:
    assert kept([plate(0, "AB12")], new) == (Count(1, 0), Count(1, 0))


def test_another_text_is_a_lost_read() -> None:
    assert kept([plate(0, "AB12")], [plate(0, "AB13")]) == (Count(1, 1), Count(1, 0))


def test_what_was_not_sure_before_is_not_held_against_the_new_version() -> None:
    assert kept([plate(0, "AB12", 0.5), vehicle(0, score=0.55)], []) == (Count(1, 0), Count(0, 0))


@pytest.mark.parametrize(("lost", "refused"), [(1, []), (2, ["2 of 100 sure detections lost (2.0%)"])])
def test_more_than_a_point_is_too_much(lost: int, refused: list[str]) -> None:
    pairs = [([vehicle(0)], [] if i < lost else [vehicle(0)]) for i in range(100)]
    assert agree(pairs, [], [], 0.5).losses() == refused


def test_labels_are_the_better_judge() -> None:
    label = [plate_label(0, "AB12")]
    before, after = [outcome(label, [plate(0, "AB12", 0.5)])], [outcome(label, [plate(0, "AB13", 0.5)])]
    agreement = agree([], before, after, 0.5)
    assert agreement.labelled == {
        "plate found": Shares(1.0, 1.0, 1),
        "plates right, folded": Shares(1.0, 0.0, 1),
    }
    assert agreement.losses() == ["plates right, folded: 0.0% instead of 100.0%"]


@pytest.mark.parametrize(("least", "short"), [(1, {READS: 0}), (2, {DETECTIONS: 1, READS: 0})])
def test_what_was_hardly_seen_is_no_evidence(least: int, short: dict[str, int]) -> None:
    agreement = agree([([vehicle(0)], [vehicle(0)])], [], [], 0.5)
    assert agreement.short((DETECTIONS, READS), least) == short
    assert agreement.losses() == []


def test_what_was_told_closer_is_counted() -> None:
    agreement = agree([], [], [], 0.5, [(COLOURS, True), (COLOURS, False)])
    assert agreement.counts[COLOURS] == Count(2, 1)
    assert agreement.losses() == ["1 of 2 sure colours lost (50.0%)"]
