"""The barrier's cycle before and beside the motion: records, further authorities, commands, STOP."""

from dataclasses import replace

import pytest

from appliance.authority import Authority
from appliance.commands import ClearFault, OpenBarrier, Spend, StopBarrier
from appliance.events import (
    Button,
    ButtonPressed,
    CommandReceived,
    EntryGranted,
    EntryKind,
    Event,
    Limit,
    NotRecorded,
    Recorded,
    RefusalReason,
    RemoteAction,
    ServiceHeld,
    Tick,
)
from appliance.faults import DiskFull, Maintenance, StoppedByHand
from appliance.states import Memory
from appliance.states.barrier import advance, begin, restore
from appliance.states.cycle import VETO, Cycle, Passage, Phase, Step, halt
from appliance.states.session import Done, Going

from .given import (
    BUTTON,
    COMMAND,
    DECISION,
    EXIT,
    NOW,
    POLICY,
    SECOND,
    STRICT,
    active,
    asked_to_record,
    levels,
    refused,
    told,
    word,
)

RESTED = 8.0
DISK = active(DiskFull())[0]
RECORDING = Cycle(
    Phase.RECORDING, NOW - 0.5, pending=DECISION, pending_s=NOW - 0.5, rested_s=RESTED, arm_closed=True
)
OPEN = Cycle(
    Phase.OPEN, NOW - 2, authority=DECISION, rested_s=NOW - 2, clear_s=NOW - 1, why="d1", raised=True
)
WAITING = replace(OPEN, pending=SECOND, pending_s=NOW - 0.5)
STOPPED = Cycle(Phase.STOPPED, NOW - 2, authority=DECISION, rested_s=NOW - 2, clear_s=NOW - 1, why="d1")
NOT_RECORDED = RefusalReason.NOT_RECORDED


def of(authority: Authority, cycle: Cycle = RECORDING) -> Cycle:
    return replace(cycle, pending=authority)


def act(cycle: Cycle, event: Event, **changed: object) -> Step:
    return advance(cycle, event, levels(**changed), NOW)


# -- beginning -------------------------------------------------------------------------------------


@pytest.mark.parametrize("closed", [True, False])
def test_a_passage_begins_with_its_record_and_moves_nothing(closed: bool) -> None:
    begun = begin(DECISION, Memory(closed, RESTED), NOW)
    cycle = Cycle(Phase.RECORDING, NOW, pending=DECISION, pending_s=NOW, rested_s=RESTED, arm_closed=closed)
    assert begun == Going(cycle, (asked_to_record(DECISION),))


def test_a_restoring_close_begins_as_an_open_arm_that_nobody_waits_for() -> None:
    begun = restore(Memory(False, RESTED), NOW)
    assert begun == Going(Cycle(Phase.OPEN, NOW, passage=Passage.DONE, rested_s=RESTED), ())


# -- the record ------------------------------------------------------------------------------------


def test_a_record_opens() -> None:
    opening = Cycle(
        Phase.OPENING, NOW, authority=DECISION, rested_s=RESTED, clear_s=NOW, why="d1",
        pending_s=NOW - 0.5, arm_closed=False,
    )  # fmt: skip
    assert act(RECORDING, Recorded("d1")) == Going(opening, (OpenBarrier("d1"),))


@pytest.mark.parametrize("event", [Tick(), Recorded("d2"), NotRecorded("d2", DISK)])
def test_the_record_of_another_opens_nothing(event: Event) -> None:
    assert act(RECORDING, event) == Going(replace(RECORDING, clear_s=NOW), ())


@pytest.mark.parametrize("authority", [DECISION, COMMAND], ids=["decision", "command"])
def test_what_could_not_be_recorded_ends_the_cycle(authority: Authority) -> None:
    ended = act(of(authority), NotRecorded(authority.id, DISK))
    assert ended == Done(Memory(True, RESTED), (refused(authority, NOT_RECORDED),))


@pytest.mark.parametrize("authority", [BUTTON, EXIT], ids=["button", "exit"])
def test_a_person_at_the_button_is_excepted(authority: Authority) -> None:
    assert act(of(authority), NotRecorded(authority.id, DISK)).commands == (OpenBarrier(authority.id),)


@pytest.mark.parametrize("authority", [BUTTON, EXIT], ids=["button", "exit"])
def test_a_person_at_the_button_waits_where_the_owner_says_so(authority: Authority) -> None:
    ended = act(of(authority), NotRecorded(authority.id, DISK), policy=STRICT)
    assert ended == Done(Memory(True, RESTED), (refused(authority, NOT_RECORDED),))


@pytest.mark.parametrize(("waited_s", "ends"), [(1.0, True), (0.984375, False)])
def test_a_record_is_awaited_for_its_time(waited_s: float, ends: bool) -> None:
    late = act(replace(RECORDING, pending_s=NOW - waited_s), Tick())
    assert isinstance(late, Done) is ends


def test_a_record_that_never_answers_refuses_the_decision_and_opens_for_the_button() -> None:
    late = replace(RECORDING, pending_s=NOW - 1)
    assert act(late, Tick()) == Done(Memory(True, RESTED), (refused(DECISION, NOT_RECORDED),))
    assert act(of(BUTTON, late), Tick()).commands == (OpenBarrier(BUTTON.id),)


def test_an_overdue_record_does_not_swallow_what_else_happens() -> None:
    cycle = replace(RECORDING, pending_s=NOW - 1)
    step = act(cycle, CommandReceived(RemoteAction.STOP, COMMAND))
    assert step.commands[:2] == (Spend(COMMAND), StopBarrier())


def test_an_authority_that_lapsed_while_it_was_recorded_is_refused() -> None:
    ended = act(RECORDING, Recorded("d1"), tracks=frozenset())
    assert ended == Done(Memory(True, RESTED), (refused(DECISION, RefusalReason.NOT_IN_ROI),))


def test_a_spent_authority_is_still_good_for_its_own_cycle() -> None:
    opened = act(RECORDING, Recorded("d1"), spent=frozenset({"d1"}))
    assert opened.commands == (OpenBarrier("d1"),)


# -- a further authority ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phase", "event", "authority"),
    [
        (Phase.OPEN, EntryGranted(SECOND), SECOND),
        (Phase.OPEN, CommandReceived(RemoteAction.OPEN, COMMAND), COMMAND),
        (Phase.STOPPED, EntryGranted(BUTTON), BUTTON),
        (Phase.STOPPED, EntryGranted(EXIT), EXIT),
    ],
)
def test_a_further_authority_is_spent_and_recorded(phase: Phase, event: Event, authority: Authority) -> None:
    cycle = replace(OPEN, phase=phase)
    waiting = replace(cycle, pending=authority, pending_s=NOW)
    assert act(cycle, event) == Going(waiting, (Spend(authority), asked_to_record(authority)))


@pytest.mark.parametrize(("authority", "mode"), [(SECOND, "button"), (COMMAND, "button"), (EXIT, "free")])
def test_what_comes_by_itself_or_from_afar_does_not_end_a_stop(authority: Authority, mode: str) -> None:
    policy = replace(POLICY, exit=POLICY.exit.model_copy(update={"mode": mode}))
    cycle = replace(OPEN, phase=Phase.STOPPED)
    step = act(cycle, EntryGranted(authority), policy=policy)
    assert step == Going(cycle, (refused(authority, RefusalReason.OUT_OF_SERVICE),))


def test_a_third_authority_waits_for_nobody() -> None:
    press = ButtonPressed(Button.OPEN, 63.0)
    refusal = replace(BUTTON, expires_s=68.0)
    assert act(WAITING, press) == Going(WAITING, (refused(refusal, RefusalReason.ALREADY_DECIDED),))


def test_a_spent_authority_is_refused_as_spent_though_another_waits() -> None:
    step = act(WAITING, EntryGranted(DECISION), spent=frozenset({"d1"}))
    assert step == Going(WAITING, (refused(DECISION, RefusalReason.AUTHORITY_SPENT),))


def test_a_further_authority_that_is_not_recorded_leaves_the_cycle_as_it_was() -> None:
    step = act(WAITING, NotRecorded("d2", DISK))
    kept = replace(WAITING, pending=None)
    assert step == Going(kept, (refused(SECOND, NOT_RECORDED),))


def test_a_further_authority_keeps_the_arm_open() -> None:
    cycle = replace(WAITING, passage=Passage.FOLLOWED, close_asked=True)
    admitted = replace(cycle, authority=SECOND, pending=None, passage=Passage.AWAITED)
    kept = replace(admitted, close_asked=False, since_s=NOW)
    assert act(cycle, Recorded("d2"), opened=Limit.ON) == Going(kept, ())


@pytest.mark.parametrize("passage", [Passage.AWAITED, Passage.UNDER_ARM])
def test_a_vehicle_behind_one_that_has_not_passed_waits_its_turn(passage: Passage) -> None:
    cycle = replace(WAITING, passage=passage, clear_s=NOW)
    queued = replace(cycle, queue=(SECOND,), pending=None, since_s=NOW)
    assert act(cycle, Recorded("d2"), opened=Limit.ON) == Going(queued, ())


def test_a_press_for_a_vehicle_that_is_awaited_only_gives_it_more_time() -> None:
    cycle = replace(WAITING, pending=BUTTON, passage=Passage.AWAITED)
    more = replace(cycle, authority=BUTTON, pending=None, since_s=NOW)
    assert act(cycle, Recorded(BUTTON.id), opened=Limit.ON) == Going(more, ())


def test_an_arm_that_sank_off_its_switch_is_driven_up_for_the_next() -> None:
    cycle = replace(WAITING, passage=Passage.DONE)
    step = act(cycle, Recorded("d2"), opened=Limit.OFF)
    assert step.commands == (OpenBarrier("d2"),)


def test_a_further_authority_takes_up_an_arm_that_rests_where_nobody_raised_it() -> None:
    cycle = replace(WAITING, authority=None, raised=False, passage=Passage.DONE)
    admitted = replace(cycle, authority=SECOND, pending=None, passage=Passage.AWAITED, why="d2")
    opening = replace(admitted, phase=Phase.OPENING, since_s=NOW)
    assert act(cycle, Recorded("d2")) == Going(opening, (OpenBarrier("d2"),))


def test_a_further_authority_rides_on_an_opening_under_way() -> None:
    cycle = replace(WAITING, phase=Phase.OPENING, since_s=NOW - 0.5, passage=Passage.UNDER_ARM)
    queued = replace(cycle, queue=(SECOND,), pending=None)
    assert act(cycle, Recorded("d2")) == Going(queued, ())


def test_a_further_authority_stops_a_closing_before_it_opens_again() -> None:
    cycle = replace(WAITING, phase=Phase.CLOSING, since_s=NOW - 0.5, reopens=1)
    admitted = replace(cycle, authority=SECOND, pending=None, why="d2")
    pausing = replace(admitted, phase=Phase.PAUSING, since_s=NOW, rested_s=NOW)
    assert act(cycle, Recorded("d2")) == Going(pausing, (StopBarrier(),))


def test_a_further_authority_reopens_an_arm_that_came_to_rest() -> None:
    cycle = replace(WAITING, phase=Phase.CONFIRMING, rested_s=NOW - 0.25)
    admitted = replace(cycle, authority=SECOND, pending=None, why="d2")
    pausing = replace(admitted, phase=Phase.PAUSING, since_s=NOW)
    assert act(cycle, Recorded("d2")) == Going(pausing, ())


def test_a_further_authority_does_not_take_over_a_reopening_on_a_veto() -> None:
    cycle = replace(WAITING, phase=Phase.PAUSING, rested_s=NOW - 0.25, why=VETO, passage=Passage.DONE)
    admitted = replace(cycle, authority=SECOND, pending=None, since_s=NOW, passage=Passage.AWAITED)
    assert act(cycle, Recorded("d2")) == Going(admitted, ())


def test_a_further_authority_waits_behind_the_opening_of_another() -> None:
    cycle = replace(WAITING, phase=Phase.PAUSING, rested_s=NOW - 0.25)
    assert act(cycle, Recorded("d2")) == Going(replace(cycle, queue=(SECOND,), pending=None), ())


def test_a_press_takes_over_the_opening_of_another() -> None:
    cycle = replace(WAITING, phase=Phase.PAUSING, pending=BUTTON, rested_s=NOW - 0.25)
    admitted = replace(cycle, authority=BUTTON, pending=None, since_s=NOW, why=BUTTON.id)
    assert act(cycle, Recorded(BUTTON.id)) == Going(admitted, ())


def test_a_further_authority_rides_on_a_reopening_under_way() -> None:
    cycle = replace(WAITING, phase=Phase.OPENING, since_s=NOW - 0.5, why=VETO, passage=Passage.DONE)
    admitted = replace(cycle, authority=SECOND, pending=None, passage=Passage.AWAITED)
    assert act(cycle, Recorded("d2")) == Going(admitted, ())


def test_a_further_authority_ends_the_stop() -> None:
    cycle = replace(WAITING, phase=Phase.STOPPED)
    admitted = replace(cycle, authority=SECOND, pending=None, why="d2")
    opening = replace(admitted, phase=Phase.OPENING, since_s=NOW)
    cleared = (ClearFault("stopped_by_hand"), OpenBarrier("d2"))
    assert act(cycle, Recorded("d2")) == Going(opening, cleared)


# -- commands and service --------------------------------------------------------------------------


def test_a_remote_close_is_spent_and_remembered() -> None:
    step = act(OPEN, CommandReceived(RemoteAction.CLOSE, COMMAND))
    assert step == Going(replace(OPEN, close_asked=True), (Spend(COMMAND),))


def test_a_remote_stop_is_spent_and_stops() -> None:
    step = act(replace(OPEN, phase=Phase.CLOSING), CommandReceived(RemoteAction.STOP, COMMAND))
    assert isinstance(step, Going)
    assert step.cycle == replace(
        OPEN, phase=Phase.STOPPED, since_s=NOW, rested_s=NOW, clear_s=None, raised=False
    )
    words = word(EntryKind.STOPPED, "stop", "STOP while closing.")
    assert told(step.commands) == (Spend(COMMAND), StopBarrier(), *active(StoppedByHand()), words)


@pytest.mark.parametrize("action", [RemoteAction.CLOSE, RemoteAction.STOP])
def test_maintenance_holds_no_stop_and_no_close_back(action: RemoteAction) -> None:
    step = act(
        replace(OPEN, phase=Phase.CLOSING), CommandReceived(action, COMMAND), faults=active(Maintenance())
    )
    assert step.commands[0] == Spend(COMMAND)


@pytest.mark.parametrize("action", [RemoteAction.CLOSE, RemoteAction.STOP])
def test_a_replayed_command_does_nothing(action: RemoteAction) -> None:
    step = act(OPEN, CommandReceived(action, COMMAND), spent=frozenset({"c1"}))
    assert step == Going(OPEN, (refused(COMMAND, RefusalReason.AUTHORITY_SPENT),))


def test_service_resets_a_stop_and_the_arm_waits_as_open() -> None:
    step = act(STOPPED, ServiceHeld(reset=True))
    held = replace(STOPPED, phase=Phase.OPEN, since_s=NOW, rested_s=NOW)
    assert step == Going(held, (ClearFault("stopped_by_hand"),))


def test_service_for_maintenance_does_not_end_a_stop() -> None:
    assert act(STOPPED, ServiceHeld(reset=False)) == Going(STOPPED, ())


def test_a_reset_changes_no_cycle_that_is_not_stopped() -> None:
    assert act(OPEN, ServiceHeld(reset=True)) == Going(OPEN, ())


# -- STOP ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", [p for p in Phase if p is not Phase.STOPPED])
def test_stop_releases_the_motor_and_drops_what_waits(phase: Phase) -> None:
    halted = halt(replace(WAITING, phase=phase), NOW)
    stopped = replace(
        WAITING, phase=Phase.STOPPED, since_s=NOW, pending=None, rested_s=NOW, clear_s=None, raised=False
    )
    words = word(EntryKind.STOPPED, "stop", f"STOP while {phase.value}.")
    dropped = refused(SECOND, RefusalReason.OUT_OF_SERVICE)
    assert halted.cycle == stopped
    assert told(halted.commands) == (StopBarrier(), *active(StoppedByHand()), words, dropped)


def test_stop_that_is_held_on_is_recorded_once() -> None:
    assert halt(STOPPED, NOW) == Going(replace(STOPPED, clear_s=None), (StopBarrier(),))
