"""ButtonWatch: presses, holds and stuck buttons from levels and times alone."""

from __future__ import annotations

from appliance.config.schema import Buttons
from appliance.events import Button, ButtonPressed, Event, FaultCleared, FaultRaised, ServiceHeld
from appliance.hw.buttons import ButtonWatch

LIMITS = Buttons(maintenance_hold_s=3.0, reset_hold_s=8.0, stuck_s=60.0)


def told(button: Button, *samples: tuple[float, bool | None]) -> list[Event]:
    """What a watch says of (time, level) samples."""
    watch = ButtonWatch(button, LIMITS)
    return [event for now_s, level in samples for event in watch.update(level, now_s)]


def test_a_press_is_told_once_and_again_after_release() -> None:
    events = told(Button.OPEN, (0, False), (1, True), (2, True), (3, False), (4, True))
    assert events == [ButtonPressed(Button.OPEN, 1), ButtonPressed(Button.OPEN, 4)]


def test_a_button_held_at_start_acts_only_after_it_was_let_go() -> None:
    assert told(Button.OPEN, (0, True), (1, True)) == []
    assert told(Button.OPEN, (0, True), (1, False), (2, True)) == [ButtonPressed(Button.OPEN, 2)]


def test_a_button_that_returns_held_from_doubt_does_not_act() -> None:
    assert told(Button.OPEN, (0, False), (1, None), (2, True)) == []
    assert told(Button.OPEN, (0, None), (1, False), (2, True)) == [ButtonPressed(Button.OPEN, 2)]


def test_service_asks_for_maintenance_then_for_reset_each_once() -> None:
    samples = [(float(t), t > 0) for t in range(20)]
    pressed = ButtonPressed(Button.SERVICE, 1.0)
    assert told(Button.SERVICE, *samples) == [pressed, ServiceHeld(False), ServiceHeld(True)]


def test_service_let_go_early_asks_for_nothing() -> None:
    samples = [(0.0, False), (1.0, True), (3.9, True), (3.95, False), (20.0, False)]
    assert told(Button.SERVICE, *samples) == [ButtonPressed(Button.SERVICE, 1.0)]


def test_service_held_at_exactly_the_limit_counts() -> None:
    assert told(Button.SERVICE, (0, False), (1, True), (4, True))[1:] == [ServiceHeld(False)]


def test_one_late_sample_tells_both_holds_in_order() -> None:
    assert told(Button.SERVICE, (0, False), (1, True), (10, True))[1:] == [
        ServiceHeld(False),
        ServiceHeld(True),
    ]


def test_a_second_hold_asks_again() -> None:
    once = [(1.0, True), (5.0, True), (6.0, False)]
    again = [(11.0, True), (15.0, True), (16.0, False)]
    held = [e for e in told(Button.SERVICE, (0.0, False), *once, *again) if isinstance(e, ServiceHeld)]
    assert held == [ServiceHeld(False), ServiceHeld(False)]


def test_service_held_at_start_asks_for_nothing() -> None:
    assert told(Button.SERVICE, (0, True), (5, True), (10, True)) == []


def test_only_service_is_held() -> None:
    assert told(Button.OPEN, (0, False), (1, True), (20, True)) == [ButtonPressed(Button.OPEN, 1)]


def test_a_stuck_button_is_told_once_and_cleared_on_release() -> None:
    events = told(Button.OPEN, (0, False), (1, True), (61.5, True), (70, True), (71, False))
    assert [type(e) for e in events] == [ButtonPressed, FaultRaised, FaultCleared]
    assert events[-1] == FaultCleared("button_stuck", "open")


def test_a_button_stuck_from_the_start_is_told() -> None:
    assert [type(e) for e in told(Button.STOP, (0, True), (61, True))] == [FaultRaised]
