from appliance.config.schema import Vote
from appliance.vision.align import align, distance
from appliance.vision.vote import Ballot, agree

from .makers import reading


def test_most_readings_win_character_by_character() -> None:
    agreed = agree([reading("AB12CD"), reading("A812CD"), reading("AB12CD"), reading("AB12C0")])
    assert agreed is not None
    assert (agreed.text, len(agreed.agreeing), agreed.considered) == ("AB12CD", 2, 4)


def test_a_missing_character_does_not_shift_the_others() -> None:
    agreed = agree([reading("AB12CD"), reading("B12CD"), reading("AB12CD")])
    assert agreed is not None
    assert agreed.text == "AB12CD"


def test_a_sharp_reading_outweighs_blurred_ones() -> None:
    agreed = agree([reading("AB12CD", confidence=0.95), reading("A812CD", confidence=0.3)])
    assert agreed is not None
    assert agreed.text == "AB12CD"


def test_one_read_is_never_certain() -> None:
    agreed = agree([reading("AB12CD", confidence=1.0)])
    assert agreed is not None
    assert agreed.confidence < 0.95


def test_agreement_grows_and_disagreement_lowers_the_confidence() -> None:
    one = agree([reading("AB12CD")])
    three = agree([reading("AB12CD")] * 3)
    split = agree([reading("AB12CD")] * 2 + [reading("A812CD")])
    assert one is not None
    assert three is not None
    assert split is not None
    assert split.confidence < one.confidence < three.confidence


def test_a_text_that_nobody_read_is_no_evidence() -> None:
    agreed = agree([reading("XB12"), reading("AX12"), reading("AB1X")])
    assert agreed is not None
    assert agreed.text in ("XB12", "AX12", "AB1X")


def test_old_readings_do_not_vote() -> None:
    ballot = Ballot(Vote(window_s=5.0))
    ballot.add(reading("AB12CD", at_s=100.0))
    assert ballot.agreement(104.0) is not None
    assert ballot.agreement(106.0) is None


def test_an_empty_reading_says_nothing() -> None:
    ballot = Ballot(Vote())
    ballot.add(reading(""))
    assert ballot.agreement(100.0) is None


def test_another_plate_twice_is_a_switch() -> None:
    ballot = Ballot(Vote())
    for at, text in enumerate(("AB12CD", "AB12CD", "XYZ789", "XYZ789")):
        ballot.add(reading(text, at_s=100.0 + at))
    assert [r.text for r in ballot.switched()] == ["XYZ789", "XYZ789"]


def test_a_misread_is_no_switch() -> None:
    ballot = Ballot(Vote())
    for at, text in enumerate(("AB12CD", "AB12CD", "A812CD", "A812CD")):
        ballot.add(reading(text, at_s=100.0 + at))
    assert ballot.switched() == []


def test_alignment_finds_each_place() -> None:
    assert align("ABC", "AC") == (0, None, 1)
    assert align("ABC", "XABC") == (1, 2, 3)
    assert align("ABC", "ABC") == (0, 1, 2)
    assert distance("ABC", "AXC") == 1
