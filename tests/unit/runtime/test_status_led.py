"""What the status LED shows of a gate, and what becomes of an LED that does not obey."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.faults import ActiveFault, CameraLost, ClockUntrusted, GateFault, Maintenance, StatusLedFailed
from appliance.hw.led import FakeStatusLed
from appliance.hw.signs import Sign
from appliance.runtime.status_led import ASK_EVERY_S, LOOK_EVERY_S, StatusLed, sign_of
from appliance.states import Policy
from appliance.states.base import Inputs, StateName
from appliance.update.underway import Underway

IDLE = StateName.IDLE_ROI


def inputs(*faults: GateFault, armed: bool = True, stop: bool = False) -> Inputs:
    active = tuple(ActiveFault.of(fault, 0.0) for fault in faults)
    return Inputs(Policy(armed=armed), stop=stop, faults=active)


class Rig:
    """A status LED of a gate that nothing ails."""

    def __init__(self, place: Path) -> None:
        self.led = FakeStatusLed()
        self.underway = Underway(place / "updating")
        self.told: list[str] = []
        self.shown = StatusLed(self.led, self.underway, self)
        self.now_s = 100.0

    def raised(self, fault: GateFault) -> None:
        self.told.append(fault.kind())

    def cleared(self, kind: str, part: str = "") -> None:
        self.told.append(f"{kind} over")

    def note(self, state: StateName = IDLE, after_s: float = ASK_EVERY_S) -> list[Sign]:
        self.now_s += after_s
        self.shown.note(state, inputs(), self.now_s)
        return self.led.history


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


@pytest.mark.parametrize(
    ("state", "given", "sign"),
    [
        (StateName.BOOT, inputs(), Sign.STARTING),
        (StateName.WARMUP, inputs(), Sign.BUTTONS_ONLY),
        (IDLE, inputs(), Sign.ARMED),
        (StateName.RECOGNIZE, inputs(), Sign.ARMED),
        (StateName.ACTUATE, inputs(), Sign.MOVING),
        (StateName.FAULT, inputs(), Sign.FAULT),
        (IDLE, inputs(ClockUntrusted()), Sign.ARMED),
        (IDLE, inputs(CameraLost()), Sign.BUTTONS_ONLY),
        (IDLE, inputs(CameraLost(), armed=False), Sign.UNARMED),
        (IDLE, inputs(Maintenance()), Sign.FAULT),
        (StateName.ACTUATE, inputs(stop=True), Sign.FAULT),
        (StateName.WARMUP, inputs(armed=False), Sign.UNARMED),
    ],
)
def test_the_gravest_is_shown(state: StateName, given: Inputs, sign: Sign) -> None:
    assert sign_of(state, given, updating=False) is sign


@pytest.mark.parametrize(
    ("state", "sign"),
    [(IDLE, Sign.UPDATING), (StateName.ACTUATE, Sign.MOVING), (StateName.FAULT, Sign.FAULT)],
)
def test_an_update_is_shown_unless_something_graver_is(state: StateName, sign: Sign) -> None:
    assert sign_of(state, inputs(), updating=True) is sign


def test_a_sign_is_written_once(rig: Rig) -> None:
    rig.note()
    rig.note()

    assert rig.note(StateName.ACTUATE) == [Sign.ARMED, Sign.MOVING]


def test_between_two_looks_nothing_is_done(rig: Rig) -> None:
    rig.note()

    assert rig.note(StateName.ACTUATE, LOOK_EVERY_S / 2) == [Sign.ARMED]
    assert rig.note(StateName.ACTUATE, LOOK_EVERY_S) == [Sign.ARMED, Sign.MOVING]


def test_an_update_of_another_process_is_shown_while_it_lasts(rig: Rig) -> None:
    with rig.underway.held():
        rig.note()

    assert rig.note() == [Sign.UPDATING, Sign.ARMED]


def test_an_led_that_fails_is_one_fault_until_it_obeys(rig: Rig) -> None:
    rig.led.broken = "no LED"
    rig.note()
    rig.note()
    rig.led.broken = ""

    assert rig.note() == [Sign.ARMED]
    assert rig.told == [StatusLedFailed.kind(), f"{StatusLedFailed.kind()} over"]


def test_the_end_of_the_gate_is_shown(rig: Rig) -> None:
    rig.note()
    rig.shown.end()

    assert rig.led.history == [Sign.ARMED, Sign.DOWN]
