"""Barrier and car: orders in, levels on the outputs out, nothing waits."""

from __future__ import annotations

import pytest

from appliance.commands import CloseBarrier, EnableCar, Horn, Lights, OpenBarrier, ReleaseCar, StopBarrier
from appliance.faults import ConfigFault, MachineFault, OutputFailed
from appliance.hw.actuator import BaseActuator, Order
from appliance.hw.barrier import BarrierActuator
from appliance.hw.car import CarOnPins
from appliance.hw.notices import Notice

from .rig import CLOSE, DEAD_TIME_S, ENABLE, HORN, LIGHTS, OPEN, OutputRig


class Arm:
    """An actuator on fake outputs, driven at the rig's time."""

    def __init__(self, rig: OutputRig, actuator: BaseActuator) -> None:
        self.rig = rig
        self.actuator = actuator

    def order(self, order: Order) -> set[str]:
        self.actuator.perform(order, self.rig.clock.monotonic())
        return self.rig.on()

    def tick(self, after_s: float) -> set[str]:
        self.rig.clock.advance(after_s)
        assert self.actuator.tick(self.rig.clock.monotonic()) == no_notices()
        return self.rig.on()


def no_notices() -> tuple[Notice, ...]:
    return ()


@pytest.fixture
def barrier() -> Arm:
    rig = OutputRig(OPEN, CLOSE, LIGHTS, HORN)
    return Arm(rig, BarrierActuator(rig.bank))


@pytest.fixture
def car() -> Arm:
    rig = OutputRig(ENABLE, LIGHTS, HORN)
    return Arm(rig, CarOnPins(rig.bank))


def test_a_direction_stays_energised_until_stop(barrier: Arm) -> None:
    assert barrier.order(OpenBarrier("a1")) == {"open"}
    assert barrier.tick(3.0) == {"open"}
    assert barrier.order(StopBarrier()) == set()


def test_reversing_releases_at_once_and_energises_after_the_dead_time(barrier: Arm) -> None:
    barrier.order(CloseBarrier())
    assert barrier.order(OpenBarrier("veto")) == set()
    assert barrier.tick(DEAD_TIME_S - 0.01) == set()
    assert barrier.tick(0.01) == {"open"}


@pytest.mark.parametrize("order", [StopBarrier(), ReleaseCar()])
def test_stop_forgets_a_direction_that_waits(barrier: Arm, order: Order) -> None:
    barrier.order(CloseBarrier())
    barrier.order(OpenBarrier("veto"))
    barrier.order(order)
    assert barrier.tick(10.0) == set()


def test_the_last_of_two_directions_counts(barrier: Arm) -> None:
    barrier.order(CloseBarrier())
    barrier.order(OpenBarrier("veto"))
    assert barrier.order(CloseBarrier()) == {"close"}
    assert barrier.tick(10.0) == {"close"}


def test_an_arm_that_falls_by_itself_needs_no_close_output() -> None:
    rig = OutputRig(OPEN)
    arm = Arm(rig, BarrierActuator(rig.bank))
    assert arm.order(OpenBarrier("a1")) == {"open"}
    assert arm.order(CloseBarrier()) == set()


def test_a_failed_direction_is_not_tried_again_by_itself(barrier: Arm) -> None:
    barrier.rig.outputs["open"].stuck = False
    with pytest.raises(OutputFailed):
        barrier.order(OpenBarrier("a1"))
    barrier.rig.outputs["open"].stuck = None
    assert barrier.tick(1.0) == set()


def test_a_direction_whose_opposite_cannot_be_released_is_not_energised(barrier: Arm) -> None:
    barrier.order(CloseBarrier())
    barrier.rig.outputs["close"].broken = True
    with pytest.raises(OutputFailed):
        barrier.order(OpenBarrier("veto"))
    assert "open" not in barrier.tick(10.0)


def test_safe_lets_everything_fall(barrier: Arm) -> None:
    for order in (OpenBarrier("a1"), Lights(True), Horn(1.0)):
        barrier.order(order)
    barrier.actuator.safe()
    assert barrier.rig.on() == set()
    assert barrier.tick(10.0) == set()


def test_the_horn_sounds_as_long_as_ordered(barrier: Arm) -> None:
    assert barrier.order(Horn(0.2)) == {"horn"}
    assert barrier.tick(0.19) == {"horn"}
    assert barrier.tick(0.02) == set()


def test_a_horn_of_no_length_or_not_fitted_is_silent(barrier: Arm) -> None:
    assert barrier.order(Horn(0.0)) == set()
    rig = OutputRig(OPEN)
    assert Arm(rig, BarrierActuator(rig.bank)).order(Horn(1.0)) == set()


def test_lights_follow_their_order(barrier: Arm) -> None:
    assert barrier.order(Lights(True)) == {"lights"}
    assert barrier.order(Lights(False)) == set()


def test_a_barrier_refuses_a_cars_order_and_a_car_a_barriers(barrier: Arm, car: Arm) -> None:
    with pytest.raises(MachineFault, match="EnableCar was ordered of a barrier"):
        barrier.order(EnableCar("a1"))
    with pytest.raises(MachineFault, match="OpenBarrier was ordered of a car"):
        car.order(OpenBarrier("a1"))


def test_an_actuator_without_its_output_is_a_configuration_fault() -> None:
    with pytest.raises(ConfigFault, match=r"outputs\.open"):
        BarrierActuator(OutputRig(CLOSE).bank)
    with pytest.raises(ConfigFault, match=r"outputs\.enable"):
        CarOnPins(OutputRig(OPEN).bank)


@pytest.mark.parametrize("order", [ReleaseCar(), StopBarrier()])
def test_a_car_is_enabled_until_it_is_released(car: Arm, order: Order) -> None:
    assert car.order(EnableCar("a1")) == {"enable"}
    assert car.tick(60.0) == {"enable"}
    assert car.order(order) == set()


def test_a_cars_lights_and_horn(car: Arm) -> None:
    car.order(Lights(True))
    assert car.order(Horn(0.5)) == {"lights", "horn"}
    assert car.tick(0.6) == {"lights"}
    car.actuator.safe()
    assert car.rig.on() == set()
