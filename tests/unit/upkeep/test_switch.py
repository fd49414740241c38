"""The switch of power modes: on its own thread, the newest wish, its time taken."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest

from appliance.clock import ManualClock
from appliance.faults import PowerModeFailed
from appliance.hw.base import BasePower, PowerMode
from appliance.hw.fake import FakePower
from appliance.upkeep.switch import HANGS_S, PowerSwitch

from .rig import Heard, a_clock

FULL, SAVING = PowerMode.FULL, PowerMode.SAVING
PATIENCE_S = 20.0


class SlowPower(BasePower):
    """Takes a quarter of a second of the clock."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock

    def set_mode(self, mode: PowerMode) -> None:
        self._clock.advance(0.25)


class HungPower(BasePower):
    """Does not return before it is let go."""

    def __init__(self) -> None:
        self.begun, self.let_go = threading.Event(), threading.Event()

    def set_mode(self, mode: PowerMode) -> None:
        self.begun.set()
        self.let_go.wait(PATIENCE_S)


def a_switch(
    power: BasePower,
    heard: Heard | None = None,
    first: Sequence[PowerMode] = (),
    clock: ManualClock | None = None,
) -> PowerSwitch:
    return PowerSwitch(power, clock or a_clock(), heard or Heard(), lambda: None, first)


def test_the_newest_wish_is_carried_out_once() -> None:
    power = FakePower()
    switch = a_switch(power)
    for mode in (FULL, SAVING, SAVING):
        switch.ask(mode)
    switch.turn()
    switch.turn()
    assert (power.history, switch.mode) == ([SAVING], SAVING)


def test_a_wish_for_what_is_set_is_none() -> None:
    power = FakePower()
    switch = a_switch(power)
    switch.ask(FULL)
    switch.turn()
    for mode in (SAVING, FULL):
        switch.ask(mode)
    switch.turn()
    assert power.history == [FULL]


def test_each_switch_is_timed() -> None:
    clock = a_clock()
    switch = a_switch(SlowPower(clock), clock=clock)
    switch.ask(FULL)
    switch.turn()
    assert switch.took_s == {FULL: 0.25}


def test_what_fails_is_a_fault_and_is_tried_with_the_next_change() -> None:
    heard, power = Heard(), FakePower(PowerModeFailed("no such mode", part="nvpmodel"))
    switch = a_switch(power, heard)
    switch.ask(FULL)
    switch.turn()
    failed = switch.mode
    power.fault = None
    for mode in (SAVING, FULL):
        switch.ask(mode)
        switch.turn()
    assert (failed, switch.mode) == (None, FULL)
    assert heard.lines == ["+power_mode_failed nvpmodel", "-power_mode_failed", "-power_mode_failed"]


def running(switch: PowerSwitch, until: Callable[[], bool]) -> bool:
    switch.start()
    pause = threading.Event()
    for _ in range(int(PATIENCE_S / 0.005)):
        if until():
            break
        pause.wait(0.005)
    switch.stop()
    return until()


def test_an_automatic_switch_tries_both_modes_first() -> None:
    power = FakePower()
    switch = a_switch(power, first=(SAVING, FULL))
    assert running(switch, lambda: power.history == [SAVING, FULL])


def test_who_asks_never_waits_and_a_hang_is_told() -> None:
    clock, power = a_clock(), HungPower()
    switch = a_switch(power, clock=clock)
    switch.start()
    switch.ask(FULL)
    assert power.begun.wait(PATIENCE_S)
    switch.ask(SAVING)
    troubles = [switch.trouble(clock.monotonic() + later_s) for later_s in (HANGS_S, HANGS_S + 0.1)]
    power.let_go.set()
    switch.stop()
    assert troubles == ["", "the kernel does not return from the switch"]


class BrokenPower(BasePower):
    def set_mode(self, mode: PowerMode) -> None:
        raise RuntimeError("a defect")


def test_a_switch_that_died_says_why() -> None:
    switch = a_switch(BrokenPower(), first=(FULL,))
    assert running(switch, lambda: switch.error is not None)
    assert switch.trouble(0.0) == "the switch ended: RuntimeError('a defect')"


@pytest.mark.parametrize("started", [True, False])
def test_stopping_ends_it_whether_it_runs_or_not(started: bool) -> None:
    switch = a_switch(FakePower())
    if started:
        switch.start()
    switch.stop()
    assert not switch.is_alive()
