"""Watched pins and the arm that follows them at once."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from appliance.bench.pins import Arm, watched_pins
from appliance.clock import ManualClock
from appliance.config.load import load_config
from appliance.hw.gpio import Pins
from appliance.runtime.hands import Hands, build_hands

SIM = load_config(None, "sim", environment={}).config


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 2, tzinfo=timezone.utc))


def opened(clock: ManualClock, pins: Pins) -> Hands:
    hands = build_hands(SIM, clock, pins)
    hands.open()
    return hands


def test_the_edge_is_stamped_when_the_output_goes_on(clock: ManualClock) -> None:
    pins = watched_pins()
    hands, arm = opened(clock, pins), Arm(SIM, pins, clock)
    arm.rest_closed()
    arm.expect(True)
    clock.advance(3.0)
    hands.outputs.energise("open")
    assert (arm.wait(0.0), arm.edge_s) == (True, 3.0)


def test_another_edge_is_not_the_one(clock: ManualClock) -> None:
    pins = watched_pins()
    hands, arm = opened(clock, pins), Arm(SIM, pins, clock)
    arm.rest_closed()
    arm.expect(False)
    clock.advance(3.0)
    hands.outputs.energise("open")
    assert not arm.wait(0.0)


@pytest.mark.parametrize(("held", "limits"), [(False, ("on", "off")), (True, ("off", "on"))])
def test_the_arm_follows_unless_it_is_held(clock: ManualClock, held: bool, limits: tuple[str, str]) -> None:
    pins = watched_pins()
    hands, arm = opened(clock, pins), Arm(SIM, pins, clock)
    arm.rest_closed()
    arm.held = held
    clock.advance(3.0)
    hands.outputs.energise("open")
    seen = hands.inputs.poll(clock.monotonic())
    assert (seen.opened, seen.closed) == limits
