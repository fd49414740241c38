"""The arm: travel, limit switches, jam."""

import pytest

from appliance.hw.sim.arm import Arm


def test_it_opens_in_its_travel_time() -> None:
    arm = Arm(travel_s=2.5)
    for _ in range(249):
        arm.step(0.01, True, False)
    assert arm.angle == pytest.approx(89.64)
    assert arm.at_open
    arm.step(0.02, True, False)
    assert arm.angle == 90.0


def test_it_closes_and_says_so_by_its_switch() -> None:
    arm = Arm(travel_s=1.0, angle=90.0)
    arm.step(0.5, False, True)
    assert (arm.angle, arm.motion, arm.at_closed) == (45.0, -1, False)
    arm.step(0.6, False, True)
    assert (arm.angle, arm.at_closed) == (0.0, True)


def test_it_holds_still_without_power() -> None:
    arm = Arm(travel_s=1.0, angle=30.0)
    arm.step(5.0, False, False)
    assert (arm.angle, arm.motion) == (30.0, 0)


def test_it_does_not_move_with_both_contacts_on() -> None:
    arm = Arm(travel_s=1.0, angle=30.0)
    arm.step(5.0, True, True)
    assert (arm.angle, arm.motion) == (30.0, 0)


def test_a_jammed_arm_stays_until_it_is_freed() -> None:
    arm = Arm(travel_s=1.0, angle=30.0)
    arm.jammed = True
    arm.step(1.0, True, False)
    assert arm.angle == 30.0
    arm.jammed = False
    arm.step(1.0, True, False)
    assert arm.at_open
