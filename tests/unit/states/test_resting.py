"""Boot, warmup, idle, recognize and fault: whole reactions while the arm rests."""

from dataclasses import replace

import pytest

from appliance.commands import ClearFault, Lights, Look, Refuse, ReleaseCar, Spend, StopBarrier
from appliance.events import (
    Button,
    ButtonPressed,
    CommandReceived,
    EntryGranted,
    EntryKind,
    Limit,
    Presence,
    RefusalReason,
    RemoteAction,
    Tick,
)
from appliance.faults import ArmForced, DiskFull, GateFault, Maintenance, OutputFailed
from appliance.sight import Effort
from appliance.states import Leave, Memory, Policy, State, Stay, Trigger, react
from appliance.states.boot import Boot
from appliance.states.fault import Fault
from appliance.states.idle_roi import IdleRoi
from appliance.states.recognize import Recognize
from appliance.states.standing import Standing
from appliance.states.warmup import Warmup

from .given import BARRIER, BUTTON, CAR, COMMAND, DECISION, NOW, POLICY, active, levels, refused, told, word

RESTED = 8.0
LEFT = Memory(True, RESTED)
WAITING = [
    (Warmup(True, RESTED), {"warm": False}),
    (IdleRoi(True, RESTED), {"roi": Presence.CLEAR}),
    (Recognize(True, RESTED), {"roi": Presence.PRESENT}),
    (Fault(True, RESTED), {"faults": active(Maintenance())}),
]
"""Each state with what keeps it where it is."""

waiting = pytest.mark.parametrize(("state", "still"), WAITING, ids=lambda v: getattr(v, "name", ""))


@pytest.mark.parametrize(
    ("kind", "rested_s", "commands"),
    [
        (Warmup, RESTED, (Look(Effort.WATCH),)),
        (IdleRoi, RESTED, (Look(Effort.WATCH),)),
        (Recognize, RESTED, (Look(Effort.RECOGNISE),)),
        (Fault, NOW, (StopBarrier(), Look(Effort.WATCH))),
    ],
)
@pytest.mark.parametrize("closed", [True, False])
def test_entering_keeps_what_is_known_of_the_arm(
    kind: type[Standing], rested_s: float, commands: tuple[object, ...], closed: bool
) -> None:
    assert kind.enter(Memory(closed, RESTED), levels(), NOW) == (kind(closed, rested_s), commands)


def test_a_fault_releases_the_car() -> None:
    assert Fault.enter(Memory(), levels(policy=CAR), NOW)[1] == (
        ReleaseCar(),
        Lights(False),
        Look(Effort.WATCH),
    )


@waiting
def test_time_that_passes_changes_nothing(state: Standing, still: dict[str, object]) -> None:
    assert state.react(Tick(), levels(closed=Limit.ON, **still), NOW) == Stay(state, ())


@waiting
def test_a_good_authority_is_spent_and_leads_to_actuate(state: Standing, still: dict[str, object]) -> None:
    reaction = state.react(EntryGranted(BUTTON), levels(closed=Limit.ON, **still), NOW)
    assert reaction == Leave(Trigger.AUTHORISED, Memory(True, RESTED, BUTTON), (Spend(BUTTON),))


@waiting
def test_an_arm_that_was_forced_is_told_also_where_an_authority_leads_on(
    state: Standing, still: dict[str, object]
) -> None:
    reaction = state.react(EntryGranted(BUTTON), levels(closed=Limit.OFF, **still), NOW)
    assert isinstance(reaction, Leave)
    assert told(reaction.commands) == (*active(ArmForced()), Spend(BUTTON))


@waiting
@pytest.mark.parametrize("action", [RemoteAction.CLOSE, RemoteAction.STOP])
def test_a_remote_stop_or_close_at_rest_is_used_up_and_recorded(
    state: Standing, still: dict[str, object], action: RemoteAction
) -> None:
    event = CommandReceived(action, COMMAND)
    reaction = state.react(event, levels(closed=Limit.ON, **still), NOW)
    entry = word(EntryKind.COMMAND, "phone", f"{action} from afar: nothing moves.")
    assert reaction == Stay(state, (Spend(COMMAND), entry))
    replayed = state.react(event, levels(closed=Limit.ON, spent=frozenset({"c1"}), **still), NOW)
    assert replayed == Stay(state, (refused(COMMAND, RefusalReason.AUTHORITY_SPENT),))


@waiting
def test_a_spent_authority_is_refused_and_nothing_else_happens(
    state: Standing, still: dict[str, object]
) -> None:
    spent = levels(closed=Limit.ON, spent=frozenset({BUTTON.id}), **still)
    reaction = state.react(EntryGranted(BUTTON), spent, NOW)
    assert reaction == Stay(state, (refused(BUTTON, RefusalReason.AUTHORITY_SPENT),))


@waiting
def test_an_arm_that_left_its_limit_by_itself_is_a_fault(state: Standing, still: dict[str, object]) -> None:
    inputs = levels(policy=replace(POLICY, armed=False), closed=Limit.OFF, **still)
    reaction = state.react(Tick(), inputs, NOW)
    assert isinstance(reaction, Stay)
    assert reaction.state == replace(state, arm_closed=False)
    assert told(reaction.commands) == active(ArmForced())


@waiting
@pytest.mark.parametrize("limit", [Limit.UNKNOWN, Limit.NOT_FITTED])
def test_a_limit_that_says_nothing_changes_nothing(
    state: Standing, still: dict[str, object], limit: Limit
) -> None:
    assert state.react(Tick(), levels(closed=limit, **still), NOW) == Stay(state, ())


@waiting
def test_with_stop_held_the_state_stays_and_the_motor_is_released(
    state: Standing, still: dict[str, object]
) -> None:
    assert state.stopped(levels(**still), NOW) == (state, (StopBarrier(),))
    assert state.stopped(levels(policy=CAR, **still), NOW) == (state, (ReleaseCar(), Lights(False)))


@pytest.mark.parametrize("fault", [ArmForced(), None], ids=["forced", "well"])
def test_an_arm_that_is_seen_closed_ends_its_fault(fault: GateFault | None) -> None:
    faults = active(*(f for f in [fault] if f is not None))
    cleared = tuple(ClearFault(f.kind) for f in faults)
    reaction = IdleRoi(False).react(Tick(), levels(closed=Limit.ON, faults=faults), NOW)
    assert reaction == Leave(Trigger.VEHICLE_SEEN, Memory(True), cleared)


# -- the way on ------------------------------------------------------------------------------------


def test_boot_waits_for_its_self_check() -> None:
    assert Boot.enter(Memory(True, RESTED), levels(), NOW) == (Boot(), ())
    assert Boot().react(Tick(), levels(), NOW) == Stay(Boot(), ())
    checked = Boot().react(Tick(), levels(checked=True), NOW)
    assert checked == Leave(Trigger.CHECKED, Memory())


def test_boot_refuses_everybody_and_orders_nothing() -> None:
    refusal = refused(BUTTON, RefusalReason.OUT_OF_SERVICE)
    assert Boot().react(EntryGranted(BUTTON), levels(), NOW) == Stay(Boot(), (refusal,))
    checked = Boot().react(EntryGranted(BUTTON), levels(checked=True), NOW)
    assert checked == Leave(Trigger.CHECKED, Memory(), (refusal,))
    assert Boot().stopped(levels(), NOW) == (Boot(), ())


def test_boot_stops_what_moves_by_itself_as_soon_as_outputs_are_claimed() -> None:
    held = levels(stop=True, checked=True)
    assert react(Boot(), Tick(), held, NOW) == Stay(Boot(), (StopBarrier(),))
    assert react(Boot(), Tick(), levels(stop=True), NOW) == Stay(Boot(), ())


def test_boot_refuses_a_press_too() -> None:
    reaction = Boot().react(ButtonPressed(Button.OPEN, 63.0), levels(), NOW)
    assert [type(c) for c in reaction.commands] == [Refuse]


LEAVING = [
    (Warmup(True, RESTED), {"warm": True}, Trigger.TRUSTED),
    (IdleRoi(True, RESTED), {"roi": Presence.PRESENT}, Trigger.VEHICLE_SEEN),
    (Recognize(True, RESTED), {"roi": Presence.CLEAR}, Trigger.VEHICLE_LEFT),
    (Fault(True, RESTED), {"faults": active(DiskFull())}, Trigger.RECOVERED),
]
leaving = pytest.mark.parametrize(
    ("state", "cause", "trigger"), LEAVING, ids=lambda v: getattr(v, "name", "")
)


@leaving
def test_each_state_is_left_for_its_reason(state: State, cause: dict[str, object], trigger: Trigger) -> None:
    assert state.react(Tick(), levels(closed=Limit.ON, **cause), NOW) == Leave(trigger, LEFT, ())


@leaving
def test_leaving_loses_no_words(state: Standing, cause: dict[str, object], trigger: Trigger) -> None:
    here = replace(state, arm_closed=False)
    faults = (*active(ArmForced()), *active(DiskFull()))
    inputs = levels(**{"closed": Limit.ON, **cause, "faults": faults, "spent": frozenset({DECISION.id})})
    reaction = here.react(EntryGranted(DECISION), inputs, NOW)
    refusal = refused(DECISION, RefusalReason.AUTHORITY_SPENT)
    assert reaction == Leave(trigger, LEFT, (ClearFault("arm_forced"), refusal))


@waiting
def test_staying_loses_no_words(state: Standing, still: dict[str, object]) -> None:
    faults = (*active(ArmForced()), *active(Maintenance()))
    inputs = levels(**{"closed": Limit.ON, **still, "faults": faults, "spent": frozenset({DECISION.id})})
    reaction = replace(state, arm_closed=False).react(EntryGranted(DECISION), inputs, NOW)
    refusal = refused(DECISION, RefusalReason.AUTHORITY_SPENT)
    assert reaction == Stay(state, (ClearFault("arm_forced"), refusal))


@pytest.mark.parametrize("roi", [Presence.UNKNOWN, Presence.NOT_FITTED])
def test_doubt_neither_begins_nor_ends_a_recognition(roi: Presence) -> None:
    inputs = levels(roi=roi, closed=Limit.ON)
    assert IdleRoi(True).react(Tick(), inputs, NOW) == Stay(IdleRoi(True), ())
    assert Recognize(True).react(Tick(), inputs, NOW) == Stay(Recognize(True), ())


@pytest.mark.parametrize("changed", [{"faults": active(OutputFailed())}, {"opened": Limit.ON}])
def test_a_fault_that_holds_is_not_left(changed: dict[str, object]) -> None:
    inputs = levels(closed=Limit.ON, **changed)
    assert Fault(True).react(Tick(), inputs, NOW) == Stay(Fault(True), ())


@pytest.mark.parametrize(
    ("policy", "closed", "restores"),
    [
        (POLICY, False, True),
        (POLICY, True, False),
        (replace(POLICY, armed=False), False, False),
        (CAR, False, False),
        (replace(POLICY, barrier=BARRIER.model_copy(update={"restore": "stay"})), False, False),
    ],
    ids=["open", "closed", "unarmed", "car", "stay"],
)
def test_an_arm_not_known_to_be_closed_is_restored_where_wanted(
    policy: Policy, closed: bool, restores: bool
) -> None:
    inputs = levels(policy=policy, closed=Limit.NOT_FITTED)
    reaction = IdleRoi(closed, RESTED).react(Tick(), inputs, NOW)
    trigger = {True: Trigger.RESTORE, False: Trigger.VEHICLE_SEEN}[restores]
    assert reaction == Leave(trigger, Memory(closed, RESTED), ())
