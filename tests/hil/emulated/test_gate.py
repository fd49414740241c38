"""Passages at the emulated gate, and what ends a motion: through the kernel's lines, gpiozero and lgpio."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .lines import (
    BEAM,
    CLOSE,
    HIGH,
    LIMIT_CLOSED,
    LOOP,
    LOW,
    OPEN,
    OPEN_BUTTON,
    STOP_BUTTON,
    Gate,
    await_journal,
    await_level,
    level,
    open_the_arm,
    press_until_it_opens,
    react,
    stays,
    wire,
)
from .machine import SLOWNESS

pytestmark = pytest.mark.timeout(1800)

Measured = Callable[[float], None]

STOPS_MS = 200.0
"""A contact settles in 20 ms, a tick takes 20 ms; the rest is the emulated processor's."""
sensors = pytest.mark.parametrize("sensor", [LOOP, BEAM], ids=["loop", "beam"])


@pytest.fixture
def closing(gate: Gate) -> Gate:
    """A vehicle has passed, and the arm comes down behind it, and does not arrive."""
    open_the_arm(gate)
    jam(gate)
    drive_through(gate, LOOP)
    await_level(gate, CLOSE, 1)
    return gate


def jam(run: Gate) -> None:
    """The arm leaves where it is, and arrives nowhere."""
    run.agent.ask("touch /run/jammed")


def drive_through(run: Gate, sensor: int) -> None:
    wire(run, sensor, HIGH)
    assert stays(run, CLOSE, 0, 4)
    wire(run, sensor, LOW)


@sensors
def test_the_arm_waits_for_whoever_is_under_it_and_then_closes(gate: Gate, sensor: int) -> None:
    open_the_arm(gate)
    drive_through(gate, sensor)
    await_journal(gate, "closed arm: The arm is closed")

    assert (level(gate, OPEN), level(gate, CLOSE), level(gate, LIMIT_CLOSED)) == ("0", "0", "0")


@sensors
def test_the_closing_arm_turns_round_for_a_vehicle(closing: Gate, sensor: int, measured: Measured) -> None:
    took_ms = react(closing, sensor, HIGH, CLOSE, 0)
    await_level(closing, OPEN, 1)
    measured(took_ms)

    assert took_ms < STOPS_MS * SLOWNESS
    assert await_journal(closing, "reopened veto: Reopened on presence")


def test_stop_ends_the_opening(gate: Gate, measured: Measured) -> None:
    jam(gate)
    press_until_it_opens(gate)
    took_ms = react(gate, STOP_BUTTON, HIGH, OPEN, 0)
    measured(took_ms)

    assert took_ms < STOPS_MS * SLOWNESS
    assert await_journal(gate, "STOP while opening")


def test_stop_ends_the_closing(closing: Gate, measured: Measured) -> None:
    took_ms = react(closing, STOP_BUTTON, HIGH, CLOSE, 0)
    measured(took_ms)

    assert took_ms < STOPS_MS * SLOWNESS
    assert stays(closing, OPEN, 0, 2)


def test_while_stop_is_held_the_open_button_does_nothing(gate: Gate) -> None:
    wire(gate, STOP_BUTTON, HIGH)
    wire(gate, OPEN_BUTTON, LOW)
    assert stays(gate, OPEN, 0, 4)
    wire(gate, OPEN_BUTTON, HIGH)
    wire(gate, STOP_BUTTON, LOW)
    press_until_it_opens(gate)


def test_an_opening_that_never_arrives_ends_after_its_time(gate: Gate) -> None:
    jam(gate)
    press_until_it_opens(gate)
    await_level(gate, OPEN, 0)

    assert await_journal(gate, "fault open_timed_out")


def test_a_closing_that_never_arrives_ends_after_its_time(closing: Gate) -> None:
    await_level(closing, CLOSE, 0)

    assert await_journal(closing, "fault close_timed_out")


def test_an_arm_that_does_not_move_is_noticed(gate: Gate) -> None:
    gate.agent.ask("pkill -f '[/]bench/arm'")
    press_until_it_opens(gate)
    await_level(gate, OPEN, 0)

    assert await_journal(gate, "fault arm_stuck")
