"""The wires: the gate's own gpiozero drivers on the twin's pins, in both polarities."""

import pytest
from gpiozero import InputDevice, OutputDevice
from gpiozero.pins.mock import MockFactory

from appliance.config import Config
from appliance.hw.sim.wiring import Wiring


def a_config(*, active_high: bool) -> Config:
    return Config.model_validate(
        {
            "outputs": {"open": {"pin": "GPIO17", "active_high": active_high}},
            "inputs": {"loop": {"pin": "GPIO5", "active_high": active_high}},
        }
    )


@pytest.mark.parametrize("active_high", [True, False])
def test_an_output_is_energised_in_its_own_polarity(active_high: bool) -> None:
    factory = MockFactory()
    wiring = Wiring(a_config(active_high=active_high), factory)
    device = OutputDevice("GPIO17", active_high=active_high, initial_value=False, pin_factory=factory)
    assert wiring.read() == frozenset()
    device.on()
    assert wiring.read() == frozenset({"open"})


@pytest.mark.parametrize("active_high", [True, False])
def test_an_input_is_driven_in_its_own_polarity(active_high: bool) -> None:
    factory = MockFactory()
    wiring = Wiring(a_config(active_high=active_high), factory)
    device = InputDevice("GPIO5", pull_up=not active_high, pin_factory=factory)
    wiring.drive("loop", True)
    assert device.is_active
    wiring.drive("loop", False)
    assert not device.is_active


def test_a_released_output_is_neither_claimed_nor_energised() -> None:
    factory = MockFactory()
    wiring = Wiring(a_config(active_high=True), factory)
    device = OutputDevice("GPIO17", initial_value=True, pin_factory=factory)
    wiring.read()
    assert (wiring.claimed, wiring.energised) == (frozenset({"open"}), frozenset({"open"}))
    device.close()
    wiring.read()
    assert (wiring.claimed, wiring.energised) == (frozenset(), frozenset())


def test_an_input_that_is_not_configured_is_not_wired() -> None:
    factory = MockFactory()
    Wiring(a_config(active_high=True), factory).drive("beam", True)
    assert {info.name for info in factory.pins} == {"GPIO5", "GPIO17"}
