"""Actuate as a state: which work it begins, and how it is left."""

from dataclasses import replace

import pytest

from appliance.commands import Look, ReleaseCar, StopBarrier
from appliance.events import EntryKind, Limit, Tick
from appliance.sight import Effort
from appliance.states import Leave, Memory, Stay, Trigger
from appliance.states.actuate import Actuate
from appliance.states.car import CarPhase, Drive
from appliance.states.cycle import Cycle, Passage, Phase

from .given import CAR, DECISION, NOW, asked_to_record, levels, word

LEFT = Memory(True, 8.0, DECISION)
CONFIRMED = Cycle(Phase.CONFIRMING, NOW - 1, rested_s=NOW - 1, clear_s=NOW - 2)
LOOK = Look(Effort.GUARD)


def test_an_authority_begins_the_barriers_cycle() -> None:
    cycle = Cycle(Phase.RECORDING, NOW, pending=DECISION, pending_s=NOW, rested_s=8.0, arm_closed=True)
    entered = Actuate.enter(LEFT, levels(), NOW)
    assert entered == (Actuate(cycle), (LOOK, asked_to_record(DECISION)))


def test_an_authority_begins_the_cars_session() -> None:
    drive = Drive(CarPhase.RECORDING, DECISION, NOW, NOW)
    entered = Actuate.enter(LEFT, levels(policy=CAR), NOW)
    assert entered == (Actuate(drive), (LOOK, asked_to_record(DECISION)))


def test_without_an_authority_the_arm_is_restored() -> None:
    cycle = Cycle(Phase.OPEN, NOW, passage=Passage.DONE, rested_s=8.0)
    assert Actuate.enter(Memory(False, 8.0), levels(), NOW) == (Actuate(cycle), (LOOK,))


@pytest.mark.parametrize(("warm", "trigger"), [(True, Trigger.CYCLE_DONE), (False, Trigger.COLD)])
def test_a_cycle_that_ended_leads_to_idle_or_back_to_warmup(warm: bool, trigger: Trigger) -> None:
    reaction = Actuate(CONFIRMED).react(Tick(), levels(closed=Limit.ON, warm=warm), NOW)
    words = (word(EntryKind.CLOSED, "arm", "The arm is closed."),)
    assert reaction == Leave(trigger, Memory(True, NOW - 1), words)


def test_a_session_that_ended_knows_nothing_of_an_arm() -> None:
    drive = Drive(CarPhase.STOPPED, DECISION, NOW - 1, NOW - 1)
    reaction = Actuate(drive).react(Tick(), levels(policy=CAR), NOW)
    assert reaction == Leave(Trigger.CYCLE_DONE, Memory(), ())


def test_work_that_goes_on_stays() -> None:
    cycle = replace(CONFIRMED, since_s=NOW)
    drive = Drive(CarPhase.ENABLED, DECISION, NOW - 1, NOW - 1)
    kept = Actuate(replace(drive, seen_s=NOW))
    assert Actuate(cycle).react(Tick(), levels(closed=Limit.ON), NOW) == Stay(Actuate(cycle), ())
    assert Actuate(drive).react(Tick(), levels(policy=CAR), NOW) == Stay(kept, ())


def test_stop_halts_the_work() -> None:
    still, commands = Actuate(CONFIRMED).stopped(levels(), NOW)
    assert isinstance(still, Actuate)
    halted = replace(CONFIRMED, phase=Phase.STOPPED, since_s=NOW, rested_s=NOW, clear_s=None)
    assert (still.work, commands[0]) == (halted, StopBarrier())


def test_stop_halts_the_car_and_records_the_moment() -> None:
    drive = Drive(CarPhase.ENABLED, DECISION, NOW - 1, NOW - 1)
    still, commands = Actuate(drive).stopped(levels(policy=CAR), NOW)
    words = word(EntryKind.RELEASED, "AB12CDE", "Released: STOP was pressed.")
    assert still == Actuate(replace(drive, phase=CarPhase.STOPPED))
    assert (commands[0], commands[-1]) == (ReleaseCar(), words)


def test_a_cycle_that_is_broken_off_leaves_the_arm_unknown() -> None:
    assert Actuate(CONFIRMED).memory() == Memory(False)
