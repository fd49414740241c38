"""Outputs at rest, whatever was before."""

from __future__ import annotations

import pytest
from gpiozero.pins.mock import MockPin

from appliance.config.schema import Config, Output, Outputs
from appliance.faults import OutputFailed
from appliance.hw.fake import FakeOutput, FakePins
from appliance.hw.gpio import Pins
from appliance.hw.rest import rest_outputs, shut_down

from .rig import LAMP, OPEN, DeadPin, mock_pins


class Chip:
    """A GPIO chip that notes how it is used."""

    def __init__(self, pin_class: type[MockPin] = MockPin) -> None:
        self.pins = mock_pins(pin_class)
        self.asked: list[str] = []
        self.gate = self.pins.factory.pin(OPEN.pin)
        self.closed = False
        self.pins.factory.close = self.close

    def close(self) -> None:
        self.closed = True

    def make(self, name: str) -> Pins:
        self.asked.append(name)
        return self.pins


def a_config() -> Config:
    return Config(pin_factory="lgpio", outputs=Outputs(open=Output(pin=OPEN.pin)))


def test_after_a_kill_every_output_is_driven_to_its_shutdown_level() -> None:
    pins = FakePins()
    pins.levels = {OPEN.pin: True, LAMP.pin: False}

    shut_down([OPEN, LAMP], lambda spec: FakeOutput(spec, pins))

    assert pins.levels == {OPEN.pin: False, LAMP.pin: True}


def test_the_configured_outputs_rest_and_pin_and_chip_are_given_back() -> None:
    chip = Chip()

    rest_outputs(a_config(), chip.make)

    assert chip.asked == ["lgpio"]
    assert (chip.gate.states[-1].state, chip.gate.function, chip.closed) == (False, "input", True)


def test_a_pin_that_does_not_obey_is_told_and_the_chip_is_given_back() -> None:
    chip = Chip(DeadPin)

    with pytest.raises(OutputFailed, match="open"):
        rest_outputs(a_config(), chip.make)
    assert chip.closed
