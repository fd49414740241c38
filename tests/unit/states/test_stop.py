"""Every state times the STOP event (law 3), and every state times every event with STOP held."""

import pytest

from appliance.authority import Authority, Source
from appliance.commands import CloseBarrier, EnableCar, OpenBarrier, Refuse, ReleaseCar, StopBarrier
from appliance.events import (
    Button,
    ButtonPressed,
    CommandReceived,
    EntryGranted,
    EntryRefused,
    Event,
    FaultCleared,
    FaultRaised,
    NotRecorded,
    Recorded,
    Refusal,
    RefusalReason,
    RemoteAction,
    ServiceHeld,
    Tick,
)
from appliance.faults import ActiveFault, DiskFull
from appliance.states import STATES, Inputs, Memory, Policy, State, StateName, Stay, react
from appliance.states.actuate import Actuate
from appliance.states.car import CarPhase, Drive
from appliance.states.cycle import Cycle, Phase

GOOD = Authority("b1", Source.BUTTON, 0.0, 100.0, "open", "Pressed.")
FAULT = ActiveFault.of(DiskFull(), 0.0)
EVENTS: list[Event] = [
    Tick(),
    EntryGranted(GOOD),
    EntryRefused(Refusal(RefusalReason.NOT_LISTED, "AB12CDE", "Not listed.")),
    ButtonPressed(Button.OPEN, 9.0),
    ButtonPressed(Button.EXIT, 9.0),
    ServiceHeld(reset=False),
    ServiceHeld(reset=True),
    *(CommandReceived(action, GOOD) for action in RemoteAction),
    Recorded("b1"),
    NotRecorded("b1", FAULT),
    FaultRaised(FAULT),
    FaultCleared("disk_full", ""),
]
PARTED = [
    *(STATES[name]() for name in StateName if name is not StateName.ACTUATE),
    *(Actuate(Cycle(phase, 1.0, authority=GOOD, pending=GOOD)) for phase in Phase),
]
MOVES = (OpenBarrier, CloseBarrier, EnableCar)


@pytest.mark.parametrize("state", PARTED, ids=str)
@pytest.mark.parametrize("event", EVENTS, ids=lambda e: type(e).__name__)
def test_with_stop_held_nothing_moves_whatever_happens(state: State, event: Event) -> None:
    reaction = react(state, event, Inputs(Policy(), stop=True, warm=True), now=10.0)
    assert isinstance(reaction, Stay)
    assert [c for c in reaction.commands if isinstance(c, MOVES)] == []


@pytest.mark.parametrize("state", [s for s in PARTED if s.name is not StateName.BOOT], ids=str)
def test_stop_releases_the_motor_before_anything_else(state: State) -> None:
    reaction = react(state, Tick(), Inputs(Policy(), stop=True), now=10.0)
    assert reaction.commands[0] == StopBarrier()


@pytest.mark.parametrize("phase", CarPhase)
def test_stop_releases_the_car(phase: CarPhase) -> None:
    state = Actuate(Drive(phase, GOOD, 1.0, 1.0))
    reaction = react(state, Tick(), Inputs(Policy(actuator="car"), stop=True), now=10.0)
    assert reaction.commands[0] == ReleaseCar()


@pytest.mark.parametrize("name", [n for n in StateName if n is not StateName.ACTUATE])
def test_an_authority_that_comes_while_stop_is_held_is_refused_aloud(name: StateName) -> None:
    state = STATES[name].enter(Memory(), Inputs(Policy()), 0.0)[0]
    reaction = react(state, EntryGranted(GOOD), Inputs(Policy(), stop=True), now=10.0)
    refusals = [c.reason for c in reaction.commands if isinstance(c, Refuse)]
    assert refusals == [RefusalReason.OUT_OF_SERVICE]


def test_without_stop_the_same_authority_is_taken() -> None:
    state = STATES[StateName.IDLE_ROI].enter(Memory(arm_closed=True), Inputs(Policy()), 0.0)[0]
    reaction = react(state, EntryGranted(GOOD), Inputs(Policy()), now=10.0)
    assert [c for c in reaction.commands if isinstance(c, Refuse)] == []
