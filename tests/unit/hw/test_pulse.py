"""Impulses: short, never repeated while the operator moves, never both, and ended by STOP."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from appliance.commands import CloseBarrier, EnableCar, Horn, Lights, OpenBarrier, ReleaseCar, StopBarrier
from appliance.faults import ConfigFault, MachineFault, OutputFailed, OutputFault
from appliance.hw.actuator import Order
from appliance.hw.pulse import PulseActuator

from .rig import CLOSE, DEAD_TIME_S, HORN, LIGHTS, OPEN, STOP, OutputRig

PULSE_S = 0.3


class Operator:
    """A pulse actuator on fake outputs, at the rig's time."""

    def __init__(self, rig: OutputRig) -> None:
        self.rig = rig
        self.actuator = PulseActuator(rig.bank, PULSE_S)

    def order(self, order: Order) -> set[str]:
        self.actuator.perform(order, self.rig.clock.monotonic())
        return self.rig.on()

    def tick(self, after_s: float) -> set[str]:
        self.rig.clock.advance(after_s)
        self.actuator.tick(self.rig.clock.monotonic())
        return self.rig.on()


@pytest.fixture
def operator() -> Operator:
    return Operator(OutputRig(OPEN, CLOSE, STOP, LIGHTS, HORN))


def test_a_start_is_a_short_impulse(operator: Operator) -> None:
    assert operator.order(OpenBarrier("a1")) == {"open"}
    assert operator.tick(0.29) == {"open"}
    assert operator.tick(0.02) == set()
    assert operator.tick(30.0) == set()


def test_a_start_is_not_repeated_while_its_motion_is_under_way(operator: Operator) -> None:
    operator.order(OpenBarrier("a1"))
    operator.tick(1.0)
    assert operator.order(OpenBarrier("a2")) == set()
    assert operator.tick(1.0) == set()


def test_after_the_motion_has_ended_it_starts_again(operator: Operator) -> None:
    operator.order(OpenBarrier("a1"))
    operator.tick(1.0)
    operator.order(StopBarrier())
    operator.tick(1.0)
    assert operator.order(OpenBarrier("a2")) == {"open"}


def test_the_opposite_waits_for_the_dead_time(operator: Operator) -> None:
    operator.order(CloseBarrier())
    assert operator.order(OpenBarrier("veto")) == set()
    assert operator.tick(DEAD_TIME_S - 0.01) == set()
    assert operator.tick(0.01) == {"open"}
    assert operator.tick(PULSE_S) == set()


@pytest.mark.parametrize("order", [StopBarrier(), ReleaseCar()])
def test_stop_ends_a_start_and_is_an_impulse_of_its_own(operator: Operator, order: Order) -> None:
    operator.order(OpenBarrier("a1"))
    assert operator.order(order) == {"stop"}
    assert operator.tick(PULSE_S) == set()


def test_stop_that_is_held_is_held_at_the_operator(operator: Operator) -> None:
    seen = [(operator.order(StopBarrier()), operator.tick(0.1)) for _ in range(20)]
    assert seen == [({"stop"}, {"stop"})] * 20


def test_stop_forgets_a_start_that_waits(operator: Operator) -> None:
    operator.order(CloseBarrier())
    operator.order(OpenBarrier("veto"))
    operator.order(StopBarrier())
    assert operator.tick(10.0) == set()


def test_one_relay_is_enough_where_the_operator_closes_by_itself() -> None:
    operator = Operator(OutputRig(OPEN))
    assert operator.order(OpenBarrier("a1")) == {"open"}
    operator.tick(5.0)
    assert operator.order(StopBarrier()) == set()
    assert operator.order(CloseBarrier()) == set()
    assert operator.order(OpenBarrier("veto")) == {"open"}


def test_a_failed_start_is_not_tried_again_by_itself(operator: Operator) -> None:
    operator.rig.outputs["open"].stuck = False
    with pytest.raises(OutputFailed):
        operator.order(OpenBarrier("a1"))
    operator.rig.outputs["open"].stuck = None
    assert operator.tick(1.0) == set()


def test_an_impulse_that_could_not_be_released_is_released_by_the_next_tick(operator: Operator) -> None:
    operator.order(OpenBarrier("a1"))
    operator.rig.outputs["open"].broken = True
    with pytest.raises(OutputFailed):
        operator.order(CloseBarrier())
    operator.rig.outputs["open"].broken = False
    assert operator.tick(0.02) == set()


def test_stop_reaches_the_operator_although_a_relay_sticks(operator: Operator) -> None:
    operator.order(OpenBarrier("a1"))
    operator.rig.outputs["open"].broken = True
    with pytest.raises(OutputFailed):
        operator.order(StopBarrier())
    assert operator.rig.on() == {"open", "stop"}


def test_safe_lets_everything_fall(operator: Operator) -> None:
    for order in (OpenBarrier("a1"), Lights(True), Horn(1.0)):
        operator.order(order)
    operator.actuator.safe()
    assert operator.tick(10.0) == set()


def test_a_stop_that_shuts_down_on_stops_an_operator_that_nobody_watches_any_more() -> None:
    operator = Operator(OutputRig(OPEN, CLOSE, replace(STOP, shutdown=True)))
    operator.order(CloseBarrier())
    operator.rig.bank.all_shutdown()
    assert operator.rig.on() == {"stop"}
    assert operator.order(StopBarrier()) == {"stop"}
    assert operator.tick(PULSE_S) == set()


def test_a_cars_order_is_refused_and_its_output_is_needed(operator: Operator) -> None:
    with pytest.raises(MachineFault, match="EnableCar was ordered of a barrier"):
        operator.order(EnableCar("a1"))
    with pytest.raises(ConfigFault, match=r"outputs\.open"):
        Operator(OutputRig(CLOSE))


ORDERS = st.sampled_from([OpenBarrier("a"), CloseBarrier(), StopBarrier(), Lights(True), Horn(0.1)])


class OperatorUnderFire(RuleBasedStateMachine):
    """Any orders at any time, with outputs that fail: laws 3 and 4, and the length of an impulse."""

    def __init__(self) -> None:
        super().__init__()
        self.operator = Operator(OutputRig(OPEN, CLOSE, STOP, LIGHTS, HORN))
        self.since: dict[str, float] = {}
        self.stopped = False
        self.settled = True

    @rule(order=ORDERS)
    def order(self, order: Order) -> None:
        with suppress(OutputFault):
            self.operator.order(order)
        if isinstance(order, (OpenBarrier, CloseBarrier, StopBarrier)):
            self.stopped = isinstance(order, StopBarrier)
        self.watch()

    @rule(seconds=st.floats(0.01, 2.0))
    def wait(self, seconds: float) -> None:
        for _ in range(max(1, round(seconds / 0.1))):
            with suppress(OutputFault):
                self.operator.tick(min(seconds, 0.1))
            self.settled = True
            self.watch()

    @rule(name=st.sampled_from(["open", "close"]), broken=st.booleans())
    def break_or_mend(self, name: str, broken: bool) -> None:
        self.operator.rig.outputs[name].broken = broken
        # An output that obeys again is released by the next tick, not by being mended.
        self.settled = False

    def watch(self) -> None:
        now_s, on = self.operator.rig.clock.monotonic(), self.operator.rig.on()
        self.since = {name: self.since.get(name, now_s) for name in on & {"open", "close"}}
        for name, since_s in self.since.items():
            excused = self.operator.rig.outputs[name].broken or not self.settled
            assert excused or now_s - since_s <= PULSE_S + 0.1 + 1e-6
            assert excused or not self.stopped

    @invariant()
    def never_both(self) -> None:
        assert not {"open", "close"} <= self.operator.rig.on()


OperatorUnderFire.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestOperatorUnderFire = OperatorUnderFire.TestCase
