"""Inputs: debouncing, presence in doubt, STOP that fails held, buttons."""

from __future__ import annotations

import pytest

from appliance.config.schema import Buttons
from appliance.events import Button, ButtonPressed, FaultCleared, FaultRaised, Limit, Presence
from appliance.faults import ConfigFault, SensorLost
from appliance.hw.base import InputSpec
from appliance.hw.debounce import Debouncer
from appliance.hw.fake import FakeInput, FakePins
from appliance.hw.inputs import InputBank, InputSnapshot

from .rig import a_clock, fake_inputs

SPECS = {
    name: InputSpec(name, f"GPIO{number}", debounce_s=0.02)
    for number, name in enumerate(
        ("open_button", "stop_button", "service_button", "exit", "loop", "beam", "limit_open", "limit_closed")
    )
}
BROKEN_WIRE_STOPS = InputSpec("stop_button", "GPIO1", active_high=True, debounce_s=0.02, normally_closed=True)


class Panel:
    """A bank of the named inputs; `poll` sets levels and looks some time later."""

    def __init__(self, *specs: InputSpec, exit_free: bool = False) -> None:
        self.clock = a_clock()
        self.pins = FakePins()
        self.inputs = fake_inputs(self.pins, specs)
        self.bank = InputBank(self.inputs.values(), Buttons(), exit_free=exit_free)
        self.bank.open()

    def poll(self, after_s: float = 0.02, **levels: bool) -> InputSnapshot:
        for name, level in levels.items():
            self.pins.wires[self.inputs[name].spec.pin] = level
        self.clock.advance(after_s)
        return self.bank.poll(self.clock.monotonic())

    def settled(self, **levels: bool) -> InputSnapshot:
        self.poll(**levels)
        return self.poll()


class Shut(FakeInput):
    """An input whose bus is off: opening says so, reading only that it is not open."""

    def open(self) -> None:
        raise SensorLost("the kernel's SPI is off", part=self.spec.name)


def test_an_input_that_could_not_be_opened_says_why_and_counts_as_present() -> None:
    bank = InputBank([Shut(SPECS["loop"], FakePins())], Buttons())
    bank.open()
    seen = bank.poll(1.0)
    assert seen.loop is Presence.UNKNOWN
    assert [e.fault.detail for e in seen.events if isinstance(e, FaultRaised)] == [
        "the kernel's SPI is off; once that is mended, restart the gate"
    ]


class Clinging(FakeInput):
    """An input that fails as it is closed."""

    def close(self) -> None:
        super().close()
        raise SensorLost("the chip is gone", part=self.spec.name)


def test_an_input_that_does_not_close_keeps_no_other_open() -> None:
    pins = FakePins()
    bank = InputBank([Clinging(SPECS["loop"], pins), FakeInput(SPECS["beam"], pins)], Buttons())
    bank.open()
    with pytest.raises(SensorLost, match="the chip is gone"):
        bank.close()
    pins.claim(SPECS["beam"].pin, "another")


def test_nothing_fitted_is_said() -> None:
    seen = Panel().poll()
    assert (seen.loop, seen.beam) == (Presence.NOT_FITTED, Presence.NOT_FITTED)
    assert (seen.opened, seen.closed) == (Limit.NOT_FITTED, Limit.NOT_FITTED)
    assert (seen.stop, seen.exit, seen.events) == (False, False, ())


@pytest.mark.parametrize(
    ("level", "presence", "limit"),
    [
        (True, Presence.PRESENT, Limit.ON),
        (False, Presence.CLEAR, Limit.OFF),
    ],
)
def test_levels_become_presence_and_limits(level: bool, presence: Presence, limit: Limit) -> None:
    panel = Panel(SPECS["loop"], SPECS["beam"], SPECS["limit_open"], SPECS["limit_closed"])
    seen = panel.settled(loop=level, beam=level, limit_open=level, limit_closed=level)
    assert (seen.loop, seen.beam, seen.opened, seen.closed) == (presence, presence, limit, limit)


def test_a_level_counts_once_it_is_stable() -> None:
    panel = Panel(SPECS["loop"])
    panel.settled(loop=False)
    assert panel.poll(0.01, loop=True).loop is Presence.CLEAR
    assert panel.poll(0.01).loop is Presence.CLEAR
    assert panel.poll(0.01).loop is Presence.PRESENT


def test_a_spike_shorter_than_the_debounce_is_nothing() -> None:
    panel = Panel(SPECS["loop"])
    panel.settled(loop=False)
    panel.poll(0.01, loop=True)
    assert panel.poll(0.01, loop=False).loop is Presence.CLEAR
    assert panel.poll(0.5).loop is Presence.CLEAR


def test_an_unreadable_sensor_is_unknown_and_reported_once() -> None:
    panel = Panel(SPECS["loop"], SPECS["limit_open"])
    panel.inputs["loop"].lost = panel.inputs["limit_open"].lost = True
    first, second = panel.poll(), panel.poll()
    assert (first.loop, first.opened) == (Presence.UNKNOWN, Limit.UNKNOWN)
    assert [type(event) for event in first.events] == [FaultRaised, FaultRaised]
    assert second.events == ()


def test_a_sensor_that_returns_is_known_after_it_settled() -> None:
    panel = Panel(SPECS["loop"])
    panel.inputs["loop"].lost = True
    panel.poll()
    panel.inputs["loop"].lost = False
    assert panel.poll().loop is Presence.UNKNOWN
    seen = panel.poll()
    assert (seen.loop, seen.events) == (Presence.CLEAR, (FaultCleared("sensor_lost", "loop"),))


def test_a_sensor_that_flickers_without_end_is_unknown() -> None:
    panel = Panel(SPECS["loop"])
    panel.settled(loop=False)
    seen = [panel.poll(0.01, loop=i % 2 == 0) for i in range(100)]
    assert seen[10].loop is Presence.CLEAR
    assert seen[-1].loop is Presence.UNKNOWN
    assert sum(len(each.events) for each in seen) == 1


def test_a_flickering_sensor_that_rests_is_known_again() -> None:
    debouncer = Debouncer(0.02)
    for i in range(100):
        debouncer.update(i % 2 == 0, i * 0.01)
    debouncer.update(True, 1.0)
    assert debouncer.update(True, 1.02) is True
    assert not debouncer.chatters


@pytest.mark.parametrize("spec", [SPECS["stop_button"], BROKEN_WIRE_STOPS])
def test_stop_is_held_while_pressed(spec: InputSpec) -> None:
    panel = Panel(spec)
    assert not panel.settled(stop_button=False).stop
    assert panel.settled(stop_button=True).stop
    assert not panel.settled(stop_button=False).stop


def test_a_broken_wire_to_a_normally_closed_stop_is_stop() -> None:
    panel = Panel(BROKEN_WIRE_STOPS)
    panel.settled(stop_button=False)
    panel.pins.wires.clear()
    assert panel.settled().stop


def test_a_stop_that_cannot_be_read_is_held() -> None:
    panel = Panel(SPECS["stop_button"])
    panel.settled(stop_button=False)
    panel.inputs["stop_button"].lost = True
    assert panel.poll().stop
    panel.inputs["stop_button"].lost = False
    assert panel.poll().stop
    assert not panel.poll().stop


def test_a_stop_held_at_start_is_held_from_the_first_poll() -> None:
    assert Panel(SPECS["stop_button"]).poll(stop_button=True).stop


@pytest.mark.parametrize("button", [Button.OPEN, Button.STOP, Button.SERVICE])
def test_a_press_is_one_event_after_it_settled(button: Button) -> None:
    panel = Panel(SPECS[f"{button}_button"])
    panel.settled(**{f"{button}_button": False})
    panel.poll(**{f"{button}_button": True})
    pressed = panel.poll()
    assert pressed.events == (ButtonPressed(button, pressed.at_s),)
    assert panel.poll().events == ()


def test_the_exit_is_a_level_and_a_press() -> None:
    panel = Panel(SPECS["exit"])
    panel.settled(exit=False)
    seen = panel.settled(exit=True)
    assert seen.exit
    assert seen.events == (ButtonPressed(Button.EXIT, seen.at_s),)


@pytest.mark.parametrize(("exit_free", "faults"), [(False, 1), (True, 0)])
def test_a_vehicle_may_stand_on_an_exit_loop_but_a_hand_not_on_a_button(exit_free: bool, faults: int) -> None:
    panel = Panel(SPECS["exit"], exit_free=exit_free)
    panel.settled(exit=False)
    panel.settled(exit=True)
    assert len(panel.poll(120.0).events) == faults


def test_a_pin_that_does_not_answer_is_no_reason_not_to_start() -> None:
    panel = Panel(SPECS["loop"])
    panel.bank.close()
    assert panel.poll().loop is Presence.UNKNOWN


def test_a_pin_used_twice_is() -> None:
    with pytest.raises(ConfigFault, match="already in use"):
        Panel(SPECS["loop"], InputSpec("beam", SPECS["loop"].pin))


def test_a_loop_that_is_active_for_too_long_is_reported_and_still_counts() -> None:
    pins = FakePins()
    loop = FakeInput(InputSpec("loop", "GPIO26", debounce_s=0.0, stuck_s=60.0), pins)
    with InputBank([loop], Buttons()) as bank:
        pins.wires["GPIO26"] = True
        kinds = [
            [type(event).__name__ for event in bank.poll(at_s).events] for at_s in (0.0, 60.0, 60.1, 90.0)
        ]
        stuck = bank.poll(91.0)
        pins.wires["GPIO26"] = False
        freed = bank.poll(92.0)
    assert kinds == [[], [], ["FaultRaised"], []]
    assert (stuck.loop, freed.loop) == (Presence.PRESENT, Presence.CLEAR)
    assert [type(event).__name__ for event in freed.events] == ["FaultCleared"]
