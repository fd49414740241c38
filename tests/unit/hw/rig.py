"""What the tests of the hardware room share: a clock, fake pins, and mock pins that misbehave."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPin

from appliance.clock import ManualClock
from appliance.hw.base import InputSpec, OutputSpec
from appliance.hw.fake import FakeInput, FakeOutput, FakePins
from appliance.hw.gpio import Pins
from appliance.hw.outputs import OutputBank

DEAD_TIME_S = 0.5


def a_clock(start_s: float = 100.0) -> ManualClock:
    return ManualClock(datetime(2026, 6, 1, tzinfo=timezone.utc), start_s=start_s)


OPEN = OutputSpec("open", "GPIO17", max_on_s=9.0)
CLOSE = OutputSpec("close", "GPIO27", max_on_s=9.0)
ENABLE = OutputSpec("enable", "GPIO22")
LIGHTS = OutputSpec("lights", "GPIO23")
HORN = OutputSpec("horn", "GPIO24", max_on_s=2.0)
STOP = OutputSpec("stop", "GPIO18")
LAMP = OutputSpec("lamp", "GPIO25", start=True, shutdown=True)


class OutputRig:
    """An open bank over fake outputs, its dead time already over."""

    def __init__(self, *specs: OutputSpec, rested: bool = True) -> None:
        self.clock = a_clock()
        self.pins = FakePins()
        self.outputs = {spec.name: FakeOutput(spec, self.pins) for spec in specs}
        self.bank = OutputBank(self.outputs.values(), self.clock, dead_time_s=DEAD_TIME_S)
        self.bank.open()
        if rested:
            self.clock.advance(DEAD_TIME_S)

    def on(self) -> set[str]:
        """Names of the outputs whose pins are energised."""
        return {name for name, output in self.outputs.items() if self.pins.levels[output.spec.pin]}


def fake_inputs(pins: FakePins, specs: Iterable[InputSpec]) -> dict[str, FakeInput]:
    return {spec.name: FakeInput(spec, pins) for spec in specs}


class StuckPin(MockPin):  # type: ignore[misc]
    """A pin that stays low, as with a shorted driver."""

    def _set_state(self, value: Any) -> None:
        self._change_state(False)


class DeadPin(MockPin):  # type: ignore[misc]
    """A pin whose chip went away: the kernel answers with an error."""

    def _get_state(self) -> Any:
        raise OSError(5, "Input/output error")


class VendorError(Exception):
    """An error class of a pin library, outside gpiozero's tree."""


class VendorPin(MockPin):  # type: ignore[misc]
    def _get_state(self) -> Any:
        raise VendorError("bad handle")


def mock_pins(pin_class: type[MockPin] = MockPin) -> Pins:
    return Pins(MockFactory(pin_class=pin_class), (VendorError,))
