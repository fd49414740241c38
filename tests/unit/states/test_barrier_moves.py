"""The barrier's cycle in motion: each phase by its limits, its times and its vetoes."""

from dataclasses import replace

import pytest

from appliance.commands import CloseBarrier, NotePassage, OpenBarrier, RaiseFault, StopBarrier, Write
from appliance.events import EntryKind, Limit, Presence, RefusalReason, Tick
from appliance.faults import ArmDropped, ArmStuck, CloseTimedOut, OpenTimedOut, ReopenedTooOften
from appliance.states import Memory
from appliance.states.barrier import advance
from appliance.states.cycle import VETO, Cycle, Passage, Phase, Step
from appliance.states.session import Done, Going

from .given import DECISION, NOW, SECOND, UNTIMED, active, levels, refused, told, word

A_BIT = 0.015625
PAUSING = Cycle(Phase.PAUSING, NOW - 2, authority=DECISION, rested_s=NOW - 0.5, clear_s=NOW - 4, why="d1")
OPENING = replace(PAUSING, phase=Phase.OPENING, since_s=NOW - 0.5)
OPEN = replace(
    PAUSING, phase=Phase.OPEN, since_s=NOW - 4, rested_s=NOW - 4, passage=Passage.DONE, raised=True
)
CLOSING = replace(OPEN, phase=Phase.CLOSING, since_s=NOW - 0.5, raised=False)
CONFIRMING = replace(CLOSING, phase=Phase.CONFIRMING, since_s=NOW - 0.25, rested_s=NOW - 0.25)
PRESENT = {"loop": Presence.PRESENT}


def act(cycle: Cycle, **changed: object) -> Step:
    return advance(cycle, Tick(), levels(**changed), NOW)


def moved(step: Step) -> tuple[object, tuple[object, ...]]:
    """What becomes of the cycle, and its commands with faults as facts."""
    assert isinstance(step, Going)
    return step.cycle, told(step.commands)


# -- dead time -------------------------------------------------------------------------------------


def test_the_dead_time_ends_in_an_opening() -> None:
    assert act(PAUSING) == Going(replace(PAUSING, phase=Phase.OPENING, since_s=NOW), (OpenBarrier("d1"),))


def test_within_the_dead_time_nothing_moves() -> None:
    early = replace(PAUSING, rested_s=NOW - 0.5 + A_BIT)
    assert act(early) == Going(early, ())


def test_an_authority_that_lapses_in_the_dead_time_is_refused_and_the_arm_waits_as_open() -> None:
    step = act(PAUSING, tracks=frozenset())
    held = replace(PAUSING, phase=Phase.OPEN, since_s=NOW, rested_s=NOW, authority=None, passage=Passage.DONE)
    assert step == Going(held, (refused(DECISION, RefusalReason.NOT_IN_ROI),))


def test_a_reopening_on_a_veto_asks_for_no_authority() -> None:
    again = replace(PAUSING, why=VETO)
    step = act(again, tracks=frozenset(), **PRESENT)
    opening = replace(again, phase=Phase.OPENING, since_s=NOW, clear_s=None)
    assert step == Going(opening, (OpenBarrier("veto"),))


# -- opening ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("authority", "why", "subject"), [(DECISION, "d1", "AB12CDE"), (None, VETO, "veto")], ids=["car", "veto"]
)
def test_the_open_limit_ends_the_opening(authority: object, why: str, subject: str) -> None:
    cycle = replace(OPENING, authority=authority, why=why)  # type: ignore[arg-type]
    opened = replace(cycle, phase=Phase.OPEN, since_s=NOW, rested_s=NOW, raised=True)
    words = word(EntryKind.OPENED, subject, "The arm is open.")
    assert act(cycle, opened=Limit.ON) == Going(opened, (StopBarrier(), words))


@pytest.mark.parametrize(("elapsed_s", "phase"), [(1.0, Phase.OPEN), (1.0 - A_BIT, Phase.OPENING)])
def test_without_a_limit_time_ends_the_opening(elapsed_s: float, phase: Phase) -> None:
    step = act(replace(OPENING, since_s=NOW - elapsed_s), **UNTIMED)
    assert isinstance(step, Going)
    assert step.cycle.phase is phase


@pytest.mark.parametrize("limit", [Limit.OFF, Limit.UNKNOWN])
def test_time_does_not_stand_for_a_limit_that_is_fitted(limit: Limit) -> None:
    cycle = replace(OPENING, since_s=NOW - 4)
    assert act(cycle, opened=limit) == Going(cycle, ())


def test_an_opening_that_takes_too_long_stops_with_a_fault() -> None:
    cycle = replace(OPENING, since_s=NOW - 4 - A_BIT)
    assert moved(act(cycle)) == (cycle, (StopBarrier(), *active(OpenTimedOut())))


@pytest.mark.parametrize(
    ("elapsed_s", "closed", "stuck"),
    [
        (0.75, Limit.ON, False),
        (0.75 + A_BIT, Limit.ON, True),
        (0.75 + A_BIT, Limit.OFF, False),
        (0.75 + A_BIT, Limit.UNKNOWN, False),
    ],
)
def test_an_arm_that_does_not_leave_its_closed_limit_is_stuck(
    elapsed_s: float, closed: Limit, stuck: bool
) -> None:
    cycle = replace(OPENING, since_s=NOW - elapsed_s)
    faults = {True: (StopBarrier(), *active(ArmStuck("while opening"))), False: ()}
    assert moved(act(cycle, closed=closed)) == (cycle, faults[stuck])


# -- open ------------------------------------------------------------------------------------------


def test_a_way_clear_for_the_hold_time_is_closed() -> None:
    cycle = replace(OPEN, clear_s=NOW - 2)
    closing = replace(cycle, phase=Phase.CLOSING, since_s=NOW, raised=False)
    assert act(cycle) == Going(closing, (CloseBarrier(),))


@pytest.mark.parametrize(
    "changed",
    [
        {"clear_s": NOW - 2 + A_BIT},
        {"clear_s": None},
        {"rested_s": NOW - 0.5 + A_BIT},
        {"pending": SECOND, "pending_s": NOW},
        {"passage": Passage.AWAITED},
    ],
    ids=["hold", "seen", "dead", "pending", "awaited"],
)
def test_the_arm_stays_open_while_anything_speaks_for_it(changed: dict[str, object]) -> None:
    cycle = replace(OPEN, **changed)  # type: ignore[arg-type]
    kept = replace(cycle, clear_s=cycle.clear_s or NOW)
    assert act(cycle) == Going(kept, ())


def test_the_dead_time_before_a_closing_is_met_exactly() -> None:
    assert act(replace(OPEN, rested_s=NOW - 0.5)).commands == (CloseBarrier(),)


@pytest.mark.parametrize("level", [Presence.PRESENT, Presence.UNKNOWN])
def test_presence_or_doubt_starts_the_hold_anew(level: Presence) -> None:
    cycle = replace(OPEN, passage=Passage.FOLLOWED)
    assert act(cycle, loop=level) == Going(replace(cycle, clear_s=None), ())


def test_a_remote_close_spares_the_wait_for_the_passage() -> None:
    cycle = replace(OPEN, passage=Passage.AWAITED, close_asked=True, authority=None)
    assert act(cycle).commands == (CloseBarrier(),)


def test_nobody_drove_through_within_the_time() -> None:
    cycle = replace(OPEN, passage=Passage.AWAITED, since_s=NOW - 8, clear_s=NOW - 2)
    words = word(EntryKind.NOT_PASSED, "AB12CDE", "Nobody drove through.")
    given_up = replace(cycle, passage=Passage.GIVEN_UP)
    closing = replace(given_up, phase=Phase.CLOSING, since_s=NOW, raised=False)
    assert act(cycle) == Going(closing, (words, CloseBarrier()))
    assert act(replace(cycle, since_s=NOW - 8 + A_BIT)).commands == ()


def test_nobody_is_missed_twice() -> None:
    cycle = replace(OPEN, passage=Passage.GIVEN_UP, clear_s=NOW - 2)
    assert act(cycle).commands == (CloseBarrier(),)


def test_everybody_who_did_not_come_is_recorded() -> None:
    cycle = replace(OPEN, passage=Passage.AWAITED, queue=(SECOND,), since_s=NOW - 8, clear_s=NOW - 2)
    subjects = [c.entry.subject for c in act(cycle).commands if isinstance(c, Write)]
    assert subjects == ["AB12CDE", "XY34ZZZ"]


def test_who_comes_after_all_passes() -> None:
    step = act(replace(OPEN, passage=Passage.GIVEN_UP), loop=Presence.PRESENT)
    assert isinstance(step, Going)
    assert step.cycle.passage is Passage.UNDER_ARM


def test_after_one_has_passed_the_next_is_awaited() -> None:
    cycle = replace(OPEN, passage=Passage.UNDER_ARM, queue=(SECOND,), clear_s=NOW - 0.5)
    step = act(cycle)
    awaited = replace(cycle, passage=Passage.AWAITED, authority=SECOND, queue=(), since_s=NOW)
    passed = word(EntryKind.PASSED, "AB12CDE", "The vehicle passed.")
    assert step == Going(awaited, (NotePassage(DECISION), passed))


def test_an_authority_that_lapses_before_anything_moved_leaves_the_arm_alone() -> None:
    cycle = replace(OPEN, phase=Phase.PAUSING, why="d1", rested_s=NOW - 0.5, arm_closed=True)
    step = act(cycle, tracks=frozenset())
    assert step == Done(Memory(True, NOW - 0.5), (refused(DECISION, RefusalReason.NOT_IN_ROI),))


def test_an_authority_that_lapses_makes_room_for_the_one_behind_it() -> None:
    cycle = replace(OPEN, phase=Phase.PAUSING, why="d1", rested_s=NOW - 0.5, queue=(SECOND,))
    step = act(cycle, tracks=frozenset({("front", 2)}))
    turned = replace(cycle, authority=SECOND, queue=(), why="d2")
    assert step == Going(turned, (refused(DECISION, RefusalReason.NOT_IN_ROI),))


def test_an_authority_that_waits_is_refused_when_the_cycle_goes_wrong() -> None:
    step = act(replace(OPEN, reopens=3, pending=SECOND, pending_s=NOW))
    assert step.commands[-1] == refused(SECOND, RefusalReason.OUT_OF_SERVICE)


def test_a_way_that_never_stayed_clear_ends_the_cycle_with_a_fault() -> None:
    step = act(replace(OPEN, reopens=3))
    assert isinstance(step, Done)
    assert step.memory == Memory(False, NOW - 4)
    assert told(step.commands) == active(ReopenedTooOften("3 times"))


def test_as_many_reopenings_as_allowed_are_no_fault() -> None:
    assert act(replace(OPEN, reopens=2)).commands == (CloseBarrier(),)


# -- the vehicle that passes -----------------------------------------------------------------------


def test_a_vehicle_under_the_arm_is_followed() -> None:
    cycle = replace(OPEN, passage=Passage.AWAITED)
    under = replace(cycle, passage=Passage.UNDER_ARM, clear_s=None)
    assert act(cycle, **PRESENT) == Going(under, ())


@pytest.mark.parametrize(("clear_s", "passed"), [(0.5, True), (0.5 - A_BIT, False)])
def test_a_vehicle_has_passed_when_the_gap_is_no_axle_gap(clear_s: float, passed: bool) -> None:
    cycle = replace(OPEN, passage=Passage.UNDER_ARM, clear_s=NOW - clear_s)
    words = (NotePassage(DECISION), word(EntryKind.PASSED, "AB12CDE", "The vehicle passed."))
    after = {True: (replace(cycle, passage=Passage.DONE), words), False: (cycle, ())}
    assert moved(act(cycle)) == after[passed]


def test_a_passage_without_an_authority_is_nobodys() -> None:
    cycle = replace(OPEN, passage=Passage.UNDER_ARM, authority=None, clear_s=NOW - 1)
    assert act(cycle) == Going(replace(cycle, passage=Passage.DONE), ())


def test_a_vehicle_that_follows_is_recorded() -> None:
    followed = replace(OPEN, passage=Passage.FOLLOWED, clear_s=None)
    words = word(EntryKind.TAILGATE, "AB12CDE", "Another vehicle followed.")
    assert act(OPEN, **PRESENT) == Going(followed, (words,))
    assert act(followed, **PRESENT) == Going(followed, ())


def test_a_person_in_the_beam_follows_nobody() -> None:
    assert act(OPEN, beam=Presence.PRESENT) == Going(replace(OPEN, clear_s=None), ())


def test_a_vehicle_under_an_arm_that_restores_follows_nobody() -> None:
    cycle = replace(OPEN, authority=None)
    assert act(cycle, **PRESENT) == Going(replace(cycle, clear_s=None), ())


def test_a_passage_and_the_last_reopening_in_one_step_lose_no_words() -> None:
    step = act(replace(OPEN, passage=Passage.UNDER_ARM, reopens=3))
    words = word(EntryKind.PASSED, "AB12CDE", "The vehicle passed.")
    assert told(step.commands) == (NotePassage(DECISION), words, *active(ReopenedTooOften("3 times")))


def test_a_passage_and_the_closing_in_one_step_lose_no_words() -> None:
    step = act(replace(OPEN, passage=Passage.UNDER_ARM))
    words = word(EntryKind.PASSED, "AB12CDE", "The vehicle passed.")
    assert step.commands == (NotePassage(DECISION), words, CloseBarrier())


# -- closing ---------------------------------------------------------------------------------------


def test_a_veto_stops_the_closing_and_opens_again() -> None:
    step = act(CLOSING, loop=Presence.PRESENT, beam=Presence.UNKNOWN)
    seen = "Reopened on presence: loop present, beam unknown, camera clear."
    back = replace(CLOSING, phase=Phase.PAUSING, since_s=NOW, rested_s=NOW, reopens=1, why=VETO, clear_s=None)
    assert step == Going(back, (StopBarrier(), word(EntryKind.REOPENED, "veto", seen)))


def test_a_veto_comes_before_the_limit() -> None:
    step = act(CLOSING, closed=Limit.ON, **PRESENT)
    assert isinstance(step, Going)
    assert step.cycle.phase is Phase.PAUSING


def test_the_closed_limit_ends_the_closing() -> None:
    confirming = replace(CLOSING, phase=Phase.CONFIRMING, since_s=NOW, rested_s=NOW)
    assert act(CLOSING, closed=Limit.ON) == Going(confirming, (StopBarrier(),))


@pytest.mark.parametrize(("elapsed_s", "phase"), [(1.5, Phase.CONFIRMING), (1.5 - A_BIT, Phase.CLOSING)])
def test_without_a_limit_time_ends_the_closing(elapsed_s: float, phase: Phase) -> None:
    step = act(replace(CLOSING, since_s=NOW - elapsed_s), **UNTIMED)
    assert isinstance(step, Going)
    assert step.cycle.phase is phase


def test_a_closing_takes_its_time_at_most() -> None:
    in_time = replace(CLOSING, since_s=NOW - 4)
    late = replace(CLOSING, since_s=NOW - 4 - A_BIT)
    assert act(in_time) == Going(in_time, ())
    assert moved(act(late)) == (late, (StopBarrier(), *active(CloseTimedOut())))


def test_an_arm_that_does_not_leave_its_open_limit_is_stuck() -> None:
    cycle = replace(CLOSING, since_s=NOW - 1)
    stuck = (StopBarrier(), *active(ArmStuck("while closing")))
    assert moved(act(cycle, opened=Limit.ON)) == (cycle, stuck)


# -- confirming ------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [Limit.ON, Limit.NOT_FITTED])
def test_a_limit_that_stayed_on_ends_the_cycle(limit: Limit) -> None:
    words = word(EntryKind.CLOSED, "arm", "The arm is closed.")
    assert act(CONFIRMING, closed=limit) == Done(Memory(True, NOW - 0.25), (words,))


@pytest.mark.parametrize("changed", [{"since_s": NOW - 0.25 + A_BIT}, {"pending": SECOND, "pending_s": NOW}])
def test_the_cycle_waits_for_the_limit_and_for_a_record(changed: dict[str, object]) -> None:
    cycle = replace(CONFIRMING, **changed)  # type: ignore[arg-type]
    assert act(cycle, closed=Limit.ON) == Going(cycle, ())


@pytest.mark.parametrize("limit", [Limit.OFF, Limit.UNKNOWN])
def test_a_limit_that_is_lost_holds_the_arm_as_open(limit: Limit) -> None:
    back = replace(CONFIRMING, phase=Phase.OPEN, since_s=NOW, reopens=1)
    assert act(CONFIRMING, closed=limit) == Going(back, ())


def test_the_reopenings_of_a_cycle_add_up() -> None:
    step = act(replace(CLOSING, reopens=1), **PRESENT)
    lost = act(replace(CONFIRMING, reopens=1))
    assert [s.cycle.reopens for s in (step, lost) if isinstance(s, Going)] == [2, 2]


def test_an_arm_that_came_down_by_itself_is_a_fault() -> None:
    step = act(OPEN, opened=Limit.OFF, closed=Limit.ON)
    assert isinstance(step, Going)
    assert (step.cycle, told(step.commands)) == (
        replace(OPEN, raised=False, clear_s=step.cycle.clear_s),
        active(ArmDropped()),
    )


def test_an_arm_that_was_never_raised_may_rest_closed() -> None:
    assert not any(
        isinstance(c, RaiseFault) for c in act(replace(OPEN, raised=False), closed=Limit.ON).commands
    )
