"""GPIO through gpiozero's mock factory: levels, readback, and every vendor error mapped."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import gpiozero.exc
import pytest
from gpiozero.exc import PinFixedPull
from gpiozero.pins.mock import MockPin

from appliance.faults import ConfigFault, OutputFailed, SensorLost
from appliance.hw.base import InputSpec, OutputSpec
from appliance.hw.gpio import CHANGES_KEPT, WRONG_PIN, GpioInput, GpioOutput, make_factory

from .chips import FakeLgpio, lgpio_chip
from .rig import DeadPin, StuckPin, VendorError, VendorPin, mock_pins

RELAY = OutputSpec("open", "GPIO17", active_high=False)
HIGH = OutputSpec("open", "GPIO17")
BUTTON = InputSpec("open_button", "GPIO5")


@pytest.mark.parametrize(
    ("active_high", "start"), [(True, False), (True, True), (False, False), (False, True)]
)
def test_an_output_is_claimed_at_its_start_level(active_high: bool, start: bool) -> None:
    output = GpioOutput(OutputSpec("lamp", "GPIO17", active_high, start, start), mock_pins())
    with output:
        assert output.is_on is start


@pytest.mark.parametrize("active_high", [True, False])
def test_closing_drives_the_shutdown_level_before_it_releases(active_high: bool) -> None:
    pins = mock_pins()
    output = GpioOutput(OutputSpec("open", "GPIO17", active_high), pins)
    output.open()
    output.set(True)
    pin = pins.factory.pin("GPIO17")
    output.close()
    assert pin.states[-1].state is not active_high
    assert pin.function == "input"


def test_closing_twice_is_harmless() -> None:
    output = GpioOutput(HIGH, mock_pins())
    output.open()
    output.close()
    output.close()


def test_a_pin_is_free_again_after_closing() -> None:
    pins = mock_pins()
    with GpioOutput(HIGH, pins):
        pass
    with GpioOutput(HIGH, pins) as output:
        assert not output.is_on


def test_a_level_that_reads_back_wrong_is_a_fault() -> None:
    output = GpioOutput(HIGH, mock_pins(StuckPin))
    output.open()
    with pytest.raises(OutputFailed, match="written on, reads back off"):
        output.set(True)
    output.close()


def test_an_output_whose_start_level_reads_back_wrong_is_given_back() -> None:
    pins = mock_pins(StuckPin)
    output = GpioOutput(OutputSpec("lamp", "GPIO17", start=True, shutdown=True), pins)
    with pytest.raises(OutputFailed):
        output.open()
    with GpioOutput(HIGH, pins) as another:
        assert not another.is_on


def test_the_pin_is_released_although_its_last_write_failed() -> None:
    pins = mock_pins(StuckPin)
    output = GpioOutput(RELAY, pins)
    with pytest.raises(OutputFailed):
        output.open()
    with GpioOutput(HIGH, pins):
        pass


def test_an_output_that_is_not_open_refuses() -> None:
    output = GpioOutput(HIGH, mock_pins())
    with pytest.raises(OutputFailed, match="not open"):
        output.set(True)


@pytest.mark.parametrize("pin", ["GPIO17", "BOARD11"])
def test_a_pin_used_twice_is_a_configuration_fault_under_any_name(pin: str) -> None:
    pins = mock_pins()
    with GpioOutput(HIGH, pins), pytest.raises(ConfigFault, match="already in use") as caught:
        GpioOutput(OutputSpec("close", pin), pins).open()
    assert isinstance(caught.value.__cause__, gpiozero.exc.GPIOPinInUse)


def test_a_pin_that_the_board_lacks_is_a_configuration_fault() -> None:
    with pytest.raises(ConfigFault) as caught:
        GpioOutput(OutputSpec("open", "GPIO99"), mock_pins()).open()
    assert isinstance(caught.value.__cause__, gpiozero.exc.PinInvalidPin)


@pytest.mark.parametrize(("pin_class", "vendor"), [(DeadPin, OSError), (VendorPin, VendorError)])
def test_vendor_errors_of_outputs_and_inputs_are_mapped(
    pin_class: type[MockPin], vendor: type[Exception]
) -> None:
    with pytest.raises(OutputFailed) as written:
        GpioOutput(HIGH, mock_pins(pin_class)).open()
    reader = GpioInput(BUTTON, mock_pins(pin_class))
    reader.open()
    with pytest.raises(SensorLost) as read:
        reader.read()
    assert isinstance(written.value.__cause__, vendor)
    assert isinstance(read.value.__cause__, vendor)


def every_gpiozero_error() -> list[type[Exception]]:
    root = gpiozero.exc.GPIOZeroError
    return [e for e in vars(gpiozero.exc).values() if isinstance(e, type) and issubclass(e, root)]


@pytest.mark.parametrize("error", every_gpiozero_error())
def test_every_gpiozero_error_becomes_a_fault(error: type[Exception]) -> None:
    expected = ConfigFault if issubclass(error, (*WRONG_PIN, PinFixedPull)) else SensorLost
    with pytest.raises(expected) as caught, mock_pins().mapped(SensorLost, "loop"):
        raise error("vendor words")
    assert isinstance(caught.value.__cause__, error)


# active_high, normally_closed, level of the pin, reads active
CONTACTS = [
    (False, False, "low", True),
    (False, False, "high", False),
    (True, False, "high", True),
    (True, False, "low", False),
    (True, True, "high", True),
    (True, True, "low", False),
    (False, True, "low", True),
    (False, True, "high", False),
]


@pytest.mark.parametrize(("active_high", "closed", "level", "active"), CONTACTS)
def test_an_input_reads_its_contact(active_high: bool, closed: bool, level: str, active: bool) -> None:
    pins = mock_pins()
    with GpioInput(InputSpec("loop", "GPIO5", active_high, normally_closed=closed), pins) as reader:
        getattr(pins.factory.pin("GPIO5"), f"drive_{level}")()
        assert reader.read() is active


@pytest.mark.parametrize("active_high", [True, False])
@pytest.mark.parametrize("closed", [True, False])
def test_an_open_wire_is_active_only_for_a_normally_closed_contact(active_high: bool, closed: bool) -> None:
    reader = GpioInput(InputSpec("stop_button", "GPIO5", active_high, normally_closed=closed), mock_pins())
    with reader:
        assert reader.read() is closed


def test_a_pull_against_a_soldered_resistor_is_a_configuration_fault() -> None:
    with pytest.raises(ConfigFault) as caught:
        GpioInput(InputSpec("loop", "GPIO2", active_high=True), mock_pins()).open()
    assert isinstance(caught.value.__cause__, gpiozero.exc.PinFixedPull)


@pytest.mark.parametrize(("active_high", "closed", "level", "active"), CONTACTS)
def test_an_input_with_a_resistor_outside_leaves_the_board_s_off(
    active_high: bool, closed: bool, level: str, active: bool
) -> None:
    pins = mock_pins()
    spec = InputSpec("loop", "GPIO5", active_high, normally_closed=closed, external_pull=True)
    with GpioInput(spec, pins) as reader:
        pin = pins.factory.pin("GPIO5")
        getattr(pin, f"drive_{level}")()
        assert (reader.read(), pin.pull) == (active, "floating")


def test_an_input_that_is_not_open_cannot_be_read() -> None:
    with pytest.raises(SensorLost, match="not open"):
        GpioInput(BUTTON, mock_pins()).read()


@pytest.mark.parametrize(("changes", "kept"), [(10, 11), (3 * CHANGES_KEPT, CHANGES_KEPT)])
def test_a_mock_pin_remembers_its_last_changes_only(changes: int, kept: int) -> None:
    pins = make_factory("mock")
    with GpioOutput(HIGH, pins) as output:
        for number in range(changes):
            output.set(number % 2 == 0)
        states = pins.factory.pin("GPIO17").states

    assert (len(states), states[-1].state) == (kept, changes % 2 == 1)


def test_a_mock_factory_is_made_by_name() -> None:
    pins = make_factory("mock")
    with GpioOutput(HIGH, pins) as output:
        output.set(True)
        assert output.is_on


def test_an_unknown_factory_names_the_known_ones() -> None:
    with pytest.raises(ConfigFault, match="jetson, lgpio, mock"):
        make_factory("pigpio")


def test_a_missing_pin_library_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", None)
    monkeypatch.delitem(sys.modules, "appliance.hw.lgpio_pins", raising=False)
    with pytest.raises(ConfigFault, match="package lgpio"):
        make_factory("lgpio")


@pytest.fixture
def chip() -> Iterator[FakeLgpio]:
    with lgpio_chip() as fake:
        yield fake


def test_lgpio_takes_direction_and_level_in_one_request(chip: FakeLgpio) -> None:
    output = GpioOutput(RELAY, make_factory("lgpio"))
    output.open()
    output.close()
    assert chip.calls == [("input", 17), ("output", 17, 1), ("write", 17, 1), ("input", 17)]


def test_an_lgpio_error_is_mapped(chip: FakeLgpio, monkeypatch: pytest.MonkeyPatch) -> None:
    pins = make_factory("lgpio")
    assert pins.errors == (chip.error,)
    pins.close()


def test_a_gpio_chip_that_cannot_be_opened_is_a_fault(chip: FakeLgpio) -> None:
    chip.absent = True
    with pytest.raises(OutputFailed, match="can not open gpiochip") as caught:
        make_factory("lgpio")
    assert isinstance(caught.value.__cause__, chip.error)
