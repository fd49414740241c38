"""Every check of a decision, accepted and refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from appliance.access.decide import Approach, Decider
from appliance.authority import Source
from appliance.clock import ManualClock
from appliance.events import Granted, PlateEventKind, RefusalReason, Refused, Verdict
from appliance.faults import ConfigFault
from appliance.listing import Listing
from appliance.sight import Direction, Guess, Looks, Reading, Vote

from .builders import characters, moving, reading, track, vote

Build = Callable[..., Decider]
KNOWN = {"AXC473": "Ada"}


def outcome(verdict: Verdict) -> str:
    return verdict.authority.subject if isinstance(verdict, Granted) else str(verdict.refusal.reason)


def refusal_of(decider: Decider, seen: Vote, approach: Approach = "any") -> RefusalReason:
    verdict = decider.decide(seen, approach)
    assert isinstance(verdict, Refused)
    return verdict.refusal.reason


def kinds(verdict: Verdict) -> list[PlateEventKind]:
    return [event.kind for event in verdict.events]


def test_a_listed_plate_is_granted_one_short_authority(decider_of: Build) -> None:
    verdict = decider_of(known_plates=KNOWN, decision_expires_s=4.0).decide(
        vote("AXC473", on=track(7)), "any"
    )
    assert isinstance(verdict, Granted)
    given = verdict.authority
    assert (given.id, given.source, given.subject) == ("id1", Source.DECISION, "AXC473")
    assert (given.issued_s, given.expires_s, given.track_id, given.camera) == (100.0, 104.0, 7, "front")


def test_an_authority_says_what_it_rests_on(decider_of: Build) -> None:
    seen = vote("AXC473", 0.9, 0.95, 0.85, considered=4)
    verdict = decider_of(known_plates=KNOWN).decide(seen, "any")
    assert isinstance(verdict, Granted)
    assert verdict.authority.reason == "Read AXC473 in 3 of 4 reads; AXC473 (Ada) is listed."
    assert dict(verdict.authority.evidence) == {
        "plate": "AXC473",
        "owner": "Ada",
        "rule": "exact",
        "text": "AXC473",
        "confidence": "0.950",
        "agreeing": "3",
        "fresh": "3",
        "considered": "4",
        "lowest": "0.85,0.85,0.85,0.85,0.85,0.85",
        "raw": "axc473",
        "frames": "0,1,2",
        "direction": "towards",
    }


def test_every_authority_has_an_id_of_its_own(decider_of: Build) -> None:
    decider = decider_of(known_plates=KNOWN)
    verdicts = [decider.decide(vote("AXC473"), "any") for _ in range(2)]
    assert [v.authority.id for v in verdicts if isinstance(v, Granted)] == ["id1", "id2"]


@pytest.mark.parametrize(
    ("reads", "considered", "found"), [(3, 5, "AXC473"), (3, 6, "too_few_reads"), (2, 2, "too_few_reads")]
)
def test_enough_reads_must_agree(decider_of: Build, reads: int, considered: int, found: str) -> None:
    seen = vote("AXC473", *[0.95] * reads, considered=considered)
    assert outcome(decider_of(known_plates=KNOWN).decide(seen, "any")) == found


def test_a_frame_counts_once(decider_of: Build) -> None:
    again = replace(vote("AXC473"), agreeing=(reading("AXC473", seq=5),) * 3)
    assert refusal_of(decider_of(known_plates=KNOWN), again) is RefusalReason.TOO_FEW_READS


@pytest.mark.parametrize(
    "foreign",
    [
        reading("AXC473", seq=9, on=2),
        reading("AXC474", seq=9),
        replace(reading("AXC473", seq=9), camera="rear"),
    ],
)
def test_reads_of_another_track_text_or_camera_do_not_count(decider_of: Build, foreign: Reading) -> None:
    seen = vote("AXC473", 0.95, 0.95)
    mixed = replace(seen, agreeing=(*seen.agreeing, foreign), considered=3)
    assert refusal_of(decider_of(known_plates=KNOWN), mixed) is RefusalReason.TOO_FEW_READS


def test_an_empty_text_is_no_read(decider_of: Build) -> None:
    assert refusal_of(decider_of(), vote("")) is RefusalReason.TOO_FEW_READS


@pytest.mark.parametrize(("age_s", "found"), [(10.0, "AXC473"), (10.1, "stale")])
def test_old_evidence_opens_for_nobody(
    decider_of: Build, clock: ManualClock, age_s: float, found: str
) -> None:
    decider = decider_of(known_plates=KNOWN, evidence_limit_s=10.0)
    clock.advance(age_s)
    assert outcome(decider.decide(vote("AXC473"), "any")) == found


def test_evidence_from_the_future_opens_for_nobody(decider_of: Build) -> None:
    assert refusal_of(decider_of(known_plates=KNOWN), vote("AXC473", at_s=100.5)) is RefusalReason.STALE


def test_a_vehicle_outside_the_roi_is_refused(decider_of: Build) -> None:
    away = vote("AXC473", on=track(in_roi=False))
    assert refusal_of(decider_of(known_plates=KNOWN), away) is RefusalReason.NOT_IN_ROI


@pytest.mark.parametrize(
    ("approach", "direction", "found"),
    [
        ("any", Direction.AWAY, "AXC473"),
        ("towards", Direction.TOWARDS, "AXC473"),
        ("towards", Direction.UNKNOWN, "AXC473"),
        ("towards", Direction.AWAY, "wrong_direction"),
        ("away", Direction.TOWARDS, "wrong_direction"),
        ("away", Direction.AWAY, "AXC473"),
    ],
)
def test_only_the_direction_of_the_camera_may_enter(
    decider_of: Build, approach: Approach, direction: Direction, found: str
) -> None:
    seen = moving(direction, vote("AXC473"))
    assert outcome(decider_of(known_plates=KNOWN).decide(seen, approach)) == found


@pytest.mark.parametrize(
    ("overall", "found"), [(0.6, "AXC473"), (0.59, "low_confidence"), (float("nan"), "low_confidence")]
)
def test_a_weak_vote_decides_nothing(decider_of: Build, overall: float, found: str) -> None:
    assert outcome(decider_of(known_plates=KNOWN).decide(vote("AXC473", overall=overall), "any")) == found


@pytest.mark.parametrize(
    ("text", "weak", "found"),
    [("TTZ0T24", 3, "TTZ0T24"), ("TTZ0T24", 1, "low_confidence"), ("TTZ0T24", 4, "low_confidence")],
)
def test_a_belief_split_between_lookalikes_is_for_the_format_to_settle(
    decider_of: Build, text: str, weak: int, found: str
) -> None:
    decider = decider_of(regions=["br-mercosur"], known_plates={"TTZ0T24": "Bo"})
    confidences = [0.54 if at == weak else 0.95 for at in range(len(text))]
    seen = replace(vote(text, *[confidences] * 3), characters=characters(text, confidences), confidence=0.54)
    assert outcome(decider.decide(seen, "any")) == found


def test_the_order_of_the_checks(decider_of: Build, clock: ManualClock) -> None:
    decider = decider_of()
    worst = moving(Direction.AWAY, vote("AXC473", 0.9, on=track(in_roi=False), overall=0.1, at_s=0.0))
    enough = replace(
        worst, agreeing=tuple(reading("AXC473", seq=n, at_s=0.0) for n in range(3)), considered=3
    )
    fresh = replace(enough, agreeing=tuple(reading("AXC473", seq=n) for n in range(3)))
    placed = replace(fresh, track=replace(fresh.track, in_roi=True))
    turned = moving(Direction.TOWARDS, placed)
    seen = [refusal_of(decider, v, "towards") for v in (worst, enough, fresh, placed, turned)]
    assert seen == ["too_few_reads", "stale", "not_in_roi", "wrong_direction", "low_confidence"]


def test_a_text_that_no_region_has_is_refused_unless_it_is_listed(decider_of: Build) -> None:
    decider = decider_of(regions=["br-mercosur"], known_plates={"CATCHME": "Bo"})
    assert refusal_of(decider, vote("PARKING")) is RefusalReason.BAD_FORMAT
    assert outcome(decider.decide(vote("CATCHME"), "any")) == "CATCHME"


def test_a_position_solves_a_confusion(decider_of: Build) -> None:
    decider = decider_of(regions=["br-mercosur"], known_plates={"ABO1D23": "Bo"})
    verdict = decider.decide(vote("AB01D23"), "any")
    assert isinstance(verdict, Granted)
    assert (verdict.authority.subject, dict(verdict.authority.evidence)["rule"]) == ("ABO1D23", "format")


def test_a_character_that_one_read_is_unsure_of_does_not_tell_neighbours_apart(decider_of: Build) -> None:
    decider = decider_of(known_plates={"AXC473": "Ada", "AXC474": "Bo"})
    unsure = [0.95] * 5 + [0.79]
    assert refusal_of(decider, vote("AXC473", 0.95, 0.95, unsure)) is RefusalReason.AMBIGUOUS
    assert outcome(decider.decide(vote("AXC473", 0.95, 0.95, 0.95), "any")) == "AXC473"


def test_a_denied_plate_raises_an_alert(decider_of: Build) -> None:
    verdict = decider_of(denied_plates={"AXC473": "banned"}).decide(vote("AXC473"), "any")
    assert outcome(verdict) == "denied"
    assert PlateEventKind.ALERT in kinds(verdict)
    assert verdict.events[0].sentence == "Read AXC473, which is denied (banned)."


def test_a_schedule_needs_a_trusted_clock_and_the_rest_does_not(
    decider_of: Build, clock: ManualClock
) -> None:
    decider = decider_of(known_plates=KNOWN, schedules={"noon": [{"start": "11:00", "end": "13:00"}]})
    decider.replace_list([Listing("BXC473", schedule="noon")])
    assert outcome(decider.decide(vote("BXC473"), "any")) == "BXC473"
    clock.trusted = False
    assert outcome(decider.decide(vote("BXC473"), "any")) == "clock_untrusted"
    assert outcome(decider.decide(vote("AXC473"), "any")) == "AXC473"


@pytest.mark.parametrize(("on", "found"), [(True, "already_inside"), (False, "AXC473")])
def test_anti_passback_refuses_who_is_inside(decider_of: Build, on: bool, found: str) -> None:
    decider = decider_of(known_plates=KNOWN, anti_passback=on, inside={"AXC473"}.__contains__)
    assert outcome(decider.decide(vote("AXC473"), "any")) == found


def test_a_new_list_takes_over_whole_beside_the_configuration(decider_of: Build) -> None:
    decider = decider_of(known_plates=KNOWN)
    decider.replace_list([Listing("qr 77-88 st")])
    decider.replace_list([Listing("UV 33-44 WX")])
    found = [outcome(decider.decide(vote(text), "any")) for text in ("AXC473", "QR7788ST", "UV3344WX")]
    assert found == ["AXC473", "not_listed", "UV3344WX"]


def test_a_bad_line_leaves_the_old_list_in_place(decider_of: Build) -> None:
    decider = decider_of(known_plates=KNOWN)
    with pytest.raises(ConfigFault, match="'--'"):
        decider.replace_list([Listing("QR7788ST"), Listing("--")])
    assert outcome(decider.decide(vote("AXC473"), "any")) == "AXC473"


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ({"regions": ["atlantis"]}, "regions"),
        ({"timezone": "Nowhere"}, "timezone"),
        ({"known_plates": {"-": ""}}, "plate"),
    ],
)
def test_settings_that_mean_nothing_are_refused(
    decider_of: Build, keys: dict[str, object], what: str
) -> None:
    with pytest.raises(ConfigFault, match=what):
        decider_of(**keys)


@pytest.mark.parametrize(
    ("text", "overall", "told"),
    [
        ("AXC473", 0.95, ["READ", "LIST_MATCH"]),
        ("QR7788ST", 0.95, ["READ", "LIST_MISMATCH"]),
        ("AXC473", 0.3, ["LOW_CONFIDENCE"]),
    ],
)
def test_the_journal_tells_what_commercial_readers_tell(
    decider_of: Build, text: str, overall: float, told: list[str]
) -> None:
    assert kinds(decider_of(known_plates=KNOWN).decide(vote(text, overall=overall), "any")) == told


def test_a_vehicle_that_leaves_is_told_as_wrong_direction(decider_of: Build) -> None:
    verdict = decider_of(known_plates=KNOWN).decide(moving(Direction.AWAY, vote("AXC473")), "towards")
    assert kinds(verdict) == [PlateEventKind.WRONG_DIRECTION]


def test_a_plate_on_another_vehicle_opens_with_an_alert(decider_of: Build) -> None:
    decider = decider_of(known_plates={"AB12CDE": "Ann"}, doubt=lambda plate, looks: f"{plate} is odd.")
    verdict = decider.decide(vote("AB12CDE"), "any")
    assert isinstance(verdict, Granted)
    told = [(event.kind, event.sentence) for event in verdict.events if event.kind is PlateEventKind.ALERT]
    assert told == [(PlateEventKind.ALERT, "AB12CDE is odd.")]


def test_a_plate_on_another_vehicle_stays_out_where_the_owner_says_so(decider_of: Build) -> None:
    decider = decider_of(
        known_plates={"AB12CDE": "Ann"}, witness="refuse", doubt=lambda plate, looks: f"{plate} is odd."
    )
    verdict = decider.decide(vote("AB12CDE"), "any")
    assert isinstance(verdict, Refused)
    assert verdict.refusal.reason is RefusalReason.UNLIKE_BEFORE
    assert PlateEventKind.ALERT in [event.kind for event in verdict.events]


@pytest.mark.parametrize("witness", ["report", "refuse"])
def test_a_plate_on_its_own_vehicle_opens_without_one(decider_of: Build, witness: str) -> None:
    verdict = decider_of(known_plates={"AB12CDE": "Ann"}, witness=witness).decide(vote("AB12CDE"), "any")
    assert isinstance(verdict, Granted)
    assert PlateEventKind.ALERT not in [event.kind for event in verdict.events]


def test_a_witness_that_is_off_is_not_heard(decider_of: Build) -> None:
    decider = decider_of(known_plates={"AB12CDE": "Ann"}, witness="off", doubt=lambda plate, looks: "Odd.")
    verdict = decider.decide(vote("AB12CDE"), "any")
    assert isinstance(verdict, Granted)
    assert PlateEventKind.ALERT not in [event.kind for event in verdict.events]


def test_the_looks_stand_in_the_evidence(decider_of: Build) -> None:
    white = Looks(Guess("white", 0.9), Guess("van", 0.85))
    verdict = decider_of(known_plates={"AB12CDE": "Ann"}).decide(replace(vote("AB12CDE"), looks=white), "any")
    assert isinstance(verdict, Granted)
    assert verdict.authority.evidence[-2:] == (("colour", "white 0.90"), ("body", "van 0.85"))


def test_a_model_that_was_named_stands_in_the_evidence(decider_of: Build) -> None:
    golf = Looks(Guess("white", 0.9), Guess("hatchback", 0.85), Guess("VW Golf", 0.7))
    verdict = decider_of(known_plates={"AB12CDE": "Ann"}).decide(replace(vote("AB12CDE"), looks=golf), "any")
    assert isinstance(verdict, Granted)
    assert verdict.authority.evidence[-1] == ("model", "VW Golf 0.70")
