"""Versions, admission, health, windows, the gate's word: what is pure."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from appliance.clock import WallTime
from appliance.config.schema import Schedule
from appliance.events import EntryKind
from appliance.update.admission import Situation, compatible, kind_of, objections
from appliance.update.base import Bundle, Kind, Version
from appliance.update.gate import busy
from appliance.update.health import Facts, Proof, Told, Verdict, facts_of
from appliance.update.windows import closed

WELL = Facts(running=True, record=True, lines=True, golden=True)
STARTING = Facts(running=True, record=True)
STARTED = [
    Told(EntryKind.BOOT, "gate"),
    Told(EntryKind.TRANSITION, "warmup", source="boot"),
    Told(EntryKind.TRANSITION, "idle_roi", source="warmup"),
]


@pytest.mark.parametrize(
    ("older", "newer"),
    [("1.9", "1.10"), ("2.0rc1", "2.0"), ("2.0rc1", "2.0rc2"), ("2.0b9", "2.0rc1"), ("2026.11", "2026.11.1")],
)
def test_versions_are_ordered_by_their_numbers(older: str, newer: str) -> None:
    assert Version.parse(older) < Version.parse(newer)
    assert not Version.parse(newer) < Version.parse(older)


@pytest.mark.parametrize("text", ["1.0", "1", "v1.0.0"])
def test_zeros_at_the_end_tell_no_versions_apart(text: str) -> None:
    assert Version.parse(text) == Version.parse("1.0")


@pytest.mark.parametrize("text", ["", "new", "1.", "1.2.3.4.5.6", "1.0-7", "1.0\n2"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no version"):
        Version.parse(text)


@pytest.mark.parametrize("kind", Kind)
def test_the_kind_of_a_bundle_is_told_by_what_it_is_for(kind: Kind) -> None:
    assert kind_of(compatible("gatehouse-rpi", kind)) is kind


def reasons(version: str, family: str = "gatehouse-rpi") -> list[bool]:
    bundle = Bundle(Path("b"), Kind.SYSTEM, family, Version.parse(version))
    situation = Situation("gatehouse-rpi", {Kind.SYSTEM: Version.parse("2.0")})
    return [one.age for one in objections(bundle, situation)]


@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_the_same_or_a_newer_version_is_admitted(version: str) -> None:
    assert reasons(version) == []


def test_a_person_overrules_age_and_no_other_board() -> None:
    assert reasons("1.9", family="gatehouse-jetson") == [False, True]


def shown(entries: list[Told]) -> Facts:
    return facts_of(entries, running=True)


def test_a_gate_that_was_killed_for_good_is_not_well() -> None:
    assert facts_of(STARTED, running=False).missing() == ("the gate does not run",)


def test_a_gate_that_started_and_reads_is_well() -> None:
    assert shown(STARTED).missing() == ()


@pytest.mark.parametrize("left", range(len(STARTED)))
def test_each_step_of_the_start_has_to_be_there(left: int) -> None:
    assert len(shown(STARTED[:left]).missing()) == len(STARTED) - left


def test_a_gate_that_started_again_proves_itself_anew() -> None:
    assert shown([*STARTED, STARTED[0]]) == Facts(running=True, record=True)


def seen(*entries: Told) -> Facts:
    return facts_of([*STARTED, *entries], running=True, cameras=("front", "rear"))


SIGHTED = [Told(EntryKind.SIGHTED, name) for name in ("front", "rear")]


def test_frames_flow_where_every_camera_has_given_one() -> None:
    assert seen(*SIGHTED).missing() == ()


def test_a_camera_that_has_given_no_frames_is_missing_though_no_fault_tells() -> None:
    assert seen(SIGHTED[0]).missing() == ("camera rear has given no frames",)


def test_frames_of_the_start_before_count_for_nothing() -> None:
    assert seen(*SIGHTED, *STARTED).blind == ("front", "rear")


def test_a_camera_in_whose_place_another_reads_need_give_no_frames() -> None:
    covered = Told(EntryKind.FAULT_RAISED, "camera_covered", "rear")
    over = Told(EntryKind.FAULT_CLEARED, "camera_covered", "rear")

    assert seen(SIGHTED[0], covered).missing() == ()
    assert seen(SIGHTED[0], covered, over).blind == ("rear",)


def test_a_fault_counts_until_it_is_cleared() -> None:
    raised = Told(EntryKind.FAULT_RAISED, "camera_lost", "front")
    cleared = Told(EntryKind.FAULT_CLEARED, "camera_lost", "front")

    assert shown([*STARTED, raised]).faults == ("camera_lost of front",)
    assert shown([*STARTED, raised, cleared]).faults == ()


@pytest.mark.parametrize("kind", ["arm_forced", "clock_untrusted", "board_hot", "recognition_rests"])
def test_what_no_update_brought_about_speaks_against_none(kind: str) -> None:
    assert shown([*STARTED, Told(EntryKind.FAULT_RAISED, kind, "")]).faults == ()


def test_good_is_what_holds_for_a_while() -> None:
    proof = Proof(0.0, limit_s=600.0, settle_s=45.0)

    assert [proof.look(WELL, now).verdict for now in (0.0, 44.0, 45.0)] == ["waiting", "waiting", "good"]


def test_a_gate_that_fails_in_between_begins_anew() -> None:
    proof = Proof(0.0, limit_s=600.0, settle_s=45.0)
    seen = [proof.look(facts, now).verdict for facts, now in ((WELL, 0.0), (Facts(), 40.0), (WELL, 50.0))]

    assert seen == [Verdict.WAITING] * 3
    assert proof.look(WELL, 90.0).verdict is Verdict.WAITING
    assert proof.look(WELL, 95.0).verdict is Verdict.GOOD


def test_what_is_missing_at_the_end_of_the_time_is_bad_and_named() -> None:
    proof = Proof(0.0, limit_s=600.0, settle_s=45.0)
    before, after = proof.look(STARTING, 599.0), proof.look(STARTING, 600.0)

    assert (before.verdict, after.verdict) == (Verdict.WAITING, Verdict.BAD)
    assert len(after.reasons) == 2


def at(text: str, *, trusted: bool = True) -> WallTime:
    return WallTime(datetime.fromisoformat(text).replace(tzinfo=timezone.utc), trusted)


NIGHT = Schedule(days=("sat",), start="22:00", end="04:00")


@pytest.mark.parametrize("text", ["2026-02-28T22:00", "2026-02-28T23:59", "2026-03-01T03:59"])
def test_a_window_over_midnight_is_open(text: str) -> None:
    assert closed((NIGHT,), at(text), "UTC") == ""


@pytest.mark.parametrize(
    "text", ["2026-02-28T21:59", "2026-02-28T03:00", "2026-03-01T04:00", "2026-03-01T22:30"]
)
def test_a_window_over_midnight_is_closed(text: str) -> None:
    assert "no window" in closed((NIGHT,), at(text), "UTC")


def test_a_window_is_of_the_owner_s_time() -> None:
    assert closed((NIGHT,), at("2026-02-28T21:30"), "Europe/Berlin") == ""


def test_a_doubtful_clock_opens_no_window() -> None:
    assert "not confirmed" in closed((NIGHT,), at("2026-02-28T23:00", trusted=False), "UTC")


def test_without_windows_any_time_is_right() -> None:
    assert closed((), at("2026-02-28T23:00", trusted=False), "UTC") == ""


@pytest.mark.parametrize(
    "answer",
    [
        "ActiveState=active\nStatusText=idle_roi\n",
        "ActiveState=inactive\nStatusText=\n",
        "ActiveState=failed\n",
    ],
)
def test_a_gate_at_rest_may_be_updated(answer: str) -> None:
    assert busy(lambda *words: answer) == ""


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "",
        "ActiveState=active\nStatusText=recognize\n",
        "ActiveState=active\nStatusText=fault\n",
        "ActiveState=active\nStatusText=\n",
        "ActiveState=activating\nStatusText=\n",
    ],
)
def test_a_gate_that_is_not_surely_at_rest_may_not(answer: str | None) -> None:
    assert busy(lambda *words: answer) != ""
