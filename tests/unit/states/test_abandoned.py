"""What a fault that ends a cycle or a session still owes."""

from dataclasses import replace

import pytest

from appliance.authority import Authority
from appliance.commands import ClearFault, Lights, ReleaseCar
from appliance.events import EntryKind, Recorded, RefusalReason, Tick
from appliance.faults import Maintenance, OutputFailed
from appliance.states import Leave, Memory, State, Trigger, react
from appliance.states.actuate import Actuate
from appliance.states.barrier import advance
from appliance.states.base import Commands
from appliance.states.car import CarPhase, Drive
from appliance.states.cycle import Cycle, Passage, Phase
from appliance.states.rules import safe_use
from appliance.states.session import Going

from .given import BUTTON, CAR, COMMAND, DECISION, NOW, SECOND, active, levels, refused, word

OUT = RefusalReason.OUT_OF_SERVICE
OPEN = Cycle(Phase.OPEN, NOW - 2, authority=DECISION, rested_s=NOW - 2, why="d1", raised=True)
WAITING = replace(OPEN, pending=SECOND, pending_s=NOW - 0.5)


@pytest.mark.parametrize(
    ("state", "owed"),
    [
        (Actuate(OPEN), ()),
        (Actuate(WAITING), (refused(SECOND, OUT),)),
        (Actuate(replace(OPEN, phase=Phase.STOPPED)), (ClearFault("stopped_by_hand"),)),
        (Actuate(Drive(CarPhase.RECORDING, DECISION, NOW, NOW)), (refused(DECISION, OUT),)),
        (Actuate(Drive(CarPhase.ENABLED, DECISION, NOW, NOW)), ()),
    ],
)
def test_a_fault_that_ends_the_work_leaves_nothing_unanswered(state: State, owed: Commands) -> None:
    inputs = levels(policy=CAR, faults=active(OutputFailed()))
    assert react(state, Tick(), inputs, NOW) == Leave(Trigger.FAILED, Memory(), owed)


def test_stop_refuses_a_session_that_is_being_recorded() -> None:
    state = Actuate(Drive(CarPhase.RECORDING, DECISION, NOW, NOW))
    assert state.stopped(levels(policy=CAR), NOW)[1][-1] == refused(DECISION, OUT)


def test_an_authority_that_left_before_it_was_recorded_keeps_no_arm_open() -> None:
    step = advance(WAITING, Recorded("d2"), levels(tracks=frozenset()), NOW)
    kept = replace(WAITING, pending=None, clear_s=NOW)
    assert step == Going(kept, (refused(SECOND, RefusalReason.NOT_IN_ROI),))


def test_those_in_line_who_did_not_come_are_forgotten() -> None:
    cycle = replace(OPEN, queue=(SECOND,), since_s=NOW - 9, clear_s=NOW - 9, passage=Passage.AWAITED)
    step = advance(cycle, Tick(), levels(), NOW)
    assert isinstance(step, Going)
    assert (step.cycle.passage, step.cycle.queue) == (Passage.GIVEN_UP, ())


@pytest.mark.parametrize(
    ("authority", "reason"),
    [(COMMAND, None), (replace(COMMAND, expires_s=NOW), RefusalReason.AUTHORITY_EXPIRED)],
)
def test_a_command_to_stop_lives_no_longer_than_any_other(
    authority: Authority, reason: RefusalReason | None
) -> None:
    assert safe_use(authority, levels(), NOW) is reason


def test_maintenance_releases_a_car_that_nobody_is_watched_for() -> None:
    state = Actuate(Drive(CarPhase.ENABLED, BUTTON, NOW, NOW))
    reaction = state.react(Tick(), levels(policy=CAR, faults=active(Maintenance())), NOW)
    released = word(EntryKind.RELEASED, "open", "Released: the gate is out of service.")
    assert reaction == Leave(Trigger.CYCLE_DONE, Memory(), (ReleaseCar(), Lights(False), released))
