"""What comes before a state's own rules: STOP, then what every state notes, then faults."""

import pytest

from appliance.commands import ClearFault, ClearFaults, Refuse, StopBarrier
from appliance.events import (
    EntryGranted,
    EntryKind,
    EntryRefused,
    Limit,
    Refusal,
    RefusalReason,
    ServiceHeld,
    Tick,
)
from appliance.faults import DiskFull, LimitsDisagree, Maintenance, OutputFailed, ReopenedTooOften
from appliance.machine import ANY_BUT_BOOT
from appliance.states import STATES, Inputs, Leave, Memory, State, StateName, Stay, Trigger, react
from appliance.states.actuate import Actuate
from appliance.states.boot import Boot
from appliance.states.cycle import Cycle, Phase
from appliance.states.fault import Fault
from appliance.states.idle_roi import IdleRoi
from appliance.states.warmup import Warmup

from .given import DECISION, NOW, active, levels, refused, told, word

IDLE = IdleRoi(arm_closed=True, rested_s=8.0)
BOTH_ON = {"opened": Limit.ON, "closed": Limit.ON}
OPEN_ARM = Cycle(Phase.OPEN, NOW - 1, authority=DECISION, clear_s=NOW)


def state(name: StateName) -> State:
    if name is StateName.ACTUATE:
        return Actuate(OPEN_ARM)
    return STATES[name].enter(Memory(arm_closed=True), levels(), NOW)[0]


@pytest.mark.parametrize("name", ANY_BUT_BOOT)
def test_stop_now_leads_to_fault_from_every_state_that_can_move(name: StateName) -> None:
    here = state(name)
    reaction = react(here, Tick(), levels(faults=active(OutputFailed())), NOW)
    assert reaction == Leave(Trigger.FAILED, here.memory(), ())


@pytest.mark.parametrize("name", ANY_BUT_BOOT)
def test_limits_that_disagree_lead_to_fault_and_are_named(name: StateName) -> None:
    reaction = react(state(name), Tick(), levels(**BOTH_ON), NOW)
    assert isinstance(reaction, Leave)
    assert (reaction.trigger, told(reaction.commands)) == (Trigger.FAILED, active(LimitsDisagree()))


def test_limits_that_are_known_to_disagree_are_named_once() -> None:
    here = Fault(arm_closed=False)
    reaction = react(here, Tick(), levels(**BOTH_ON, faults=active(LimitsDisagree())), NOW)
    assert reaction.commands == ()


@pytest.mark.parametrize("limit", ["opened", "closed"])
def test_one_limit_alone_is_no_disagreement(limit: str) -> None:
    reaction = react(Actuate(OPEN_ARM), Tick(), levels(**{limit: Limit.ON}), NOW)
    assert reaction == Stay(Actuate(OPEN_ARM), ())


def test_maintenance_takes_a_gate_at_rest_out_of_service() -> None:
    reaction = react(IDLE, Tick(), levels(closed=Limit.ON, faults=active(Maintenance())), NOW)
    assert reaction == Leave(Trigger.FAILED, Memory(True, 8.0), ())


def test_maintenance_lets_the_cycle_under_way_end() -> None:
    reaction = react(Actuate(OPEN_ARM), Tick(), levels(faults=active(Maintenance())), NOW)
    assert reaction == Stay(Actuate(OPEN_ARM), ())


def test_a_refusing_fault_lets_the_gate_work_on() -> None:
    reaction = react(IDLE, Tick(), levels(closed=Limit.ON, faults=active(DiskFull())), NOW)
    assert reaction == Leave(Trigger.VEHICLE_SEEN, Memory(True, 8.0), ())


def test_an_authority_that_meets_a_fault_is_refused_aloud() -> None:
    reaction = react(IDLE, EntryGranted(DECISION), levels(faults=active(ReopenedTooOften())), NOW)
    refusal = refused(DECISION, RefusalReason.OUT_OF_SERVICE)
    assert reaction == Leave(Trigger.FAILED, Memory(True, 8.0), (refusal,))


def test_stop_comes_before_the_words_and_the_refusal() -> None:
    reaction = react(IDLE, EntryGranted(DECISION), levels(stop=True), NOW)
    assert reaction == Stay(IDLE, (StopBarrier(), refused(DECISION, RefusalReason.OUT_OF_SERVICE)))


def test_stop_comes_before_a_fault() -> None:
    reaction = react(IDLE, Tick(), levels(stop=True, faults=active(OutputFailed())), NOW)
    assert reaction == Stay(IDLE, (StopBarrier(),))


def test_service_is_heard_while_stop_is_held() -> None:
    reaction = react(IDLE, ServiceHeld(reset=True), levels(stop=True), NOW)
    reset = word(EntryKind.MAINTENANCE, "service", "A person reset the faults.")
    assert reaction == Stay(IDLE, (StopBarrier(), reset, ClearFaults()))


def test_boot_and_fault_do_not_fail_again() -> None:
    failing = levels(faults=active(OutputFailed()))
    assert react(Boot(), Tick(), failing, NOW) == Stay(Boot(), ())
    assert react(Fault(), Tick(), failing, NOW) == Stay(Fault(), ())


@pytest.mark.parametrize("here", [Boot(), Warmup(), Fault()], ids=lambda s: str(s.name))
def test_a_refusal_of_access_is_recorded_in_every_state(here: State) -> None:
    refusal = Refusal(RefusalReason.AMBIGUOUS, "AB12CDE", "Too near.", evidence=(("near", "AB12CDF"),))
    reaction = react(here, EntryRefused(refusal), levels(warm=False, faults=active(Maintenance())), NOW)
    fields = (("reason", "ambiguous"), ("near", "AB12CDF"))
    assert reaction.commands == (word(EntryKind.REFUSED, "AB12CDE", "Too near.", fields),)


def test_service_begins_maintenance_and_ends_it() -> None:
    begun = react(Boot(), ServiceHeld(reset=False), levels(), NOW)
    ended = react(Boot(), ServiceHeld(reset=False), levels(faults=active(Maintenance())), NOW)
    began = word(EntryKind.MAINTENANCE, "service", "A person began maintenance.")
    end = word(EntryKind.MAINTENANCE, "service", "A person ended maintenance.")
    assert told(begun.commands) == (began, *active(Maintenance()))
    assert ended.commands == (end, ClearFault("maintenance"))


def test_another_fault_does_not_pass_for_maintenance() -> None:
    reaction = react(Boot(), ServiceHeld(reset=False), levels(faults=active(DiskFull())), NOW)
    assert told(reaction.commands)[1:] == active(Maintenance())


def test_an_event_with_nothing_to_note_gives_the_states_own_commands_alone() -> None:
    reaction = react(Boot(), EntryGranted(DECISION), levels(), NOW)
    assert [type(c) for c in reaction.commands] == [Refuse]


def test_inputs_default_to_doubt() -> None:
    assert Inputs(levels().policy).vetoed
