"""End-of-line resistors: what each voltage means, and what a sensor in doubt does."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from gpiozero.exc import SPIBadChannel, SPISoftwareFallback
from gpiozero.pins.mock import MockFactory

from appliance.config.schema import Buttons, EndOfLine
from appliance.events import FaultRaised, Presence
from appliance.faults import ConfigFault, SensorLost
from appliance.hw.adc import AdcInput, Bands, Wire, make_input
from appliance.hw.base import InputSpec
from appliance.hw.gpio import GpioInput, Pins
from appliance.hw.inputs import InputBank

LOOP = InputSpec("loop", "ADC3", normally_closed=True)
RESISTORS = EndOfLine()


class FakeSpi:
    """An MCP3008 on a bus, as its data sheet says; `shares` are its channels' voltages."""

    bits_per_word = 8

    def __init__(self, shares: dict[int, float]) -> None:
        self.shares = shares

    def transfer(self, words: list[int]) -> list[int]:
        start, mode, _ = words
        assert (start, mode & 0b10001111) == (1, 0b10000000)
        reading = round(self.shares[mode >> 4 & 7] * 1023)
        return [0, reading >> 8, reading & 0xFF]

    def close(self) -> None: ...


class SpiFactory(MockFactory):  # type: ignore[misc]
    """Mock pins with an ADC. `fault` is what the bus raises when it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.shares = {3: 0.5, 4: 0.5}
        self.fault: Exception | None = None

    def spi(self, **spi_args: Any) -> FakeSpi:
        if isinstance(self.fault, SPISoftwareFallback):
            warnings.warn(self.fault, stacklevel=1)
        elif self.fault is not None:
            raise self.fault
        return FakeSpi(self.shares)


@pytest.mark.parametrize(
    ("share", "wire"),
    [
        (0.0, Wire.SHORTED),
        (0.05, Wire.SHORTED),
        (0.2, Wire.BETWEEN),
        (0.46, Wire.CLOSED),
        (0.54, Wire.CLOSED),
        (0.63, Wire.BETWEEN),
        (0.72, Wire.OPEN),
        (0.80, Wire.OPEN),
        (0.9, Wire.BETWEEN),
        (0.96, Wire.CUT),
        (1.0, Wire.CUT),
    ],
)
def test_each_voltage_means_one_state(share: float, wire: Wire) -> None:
    assert Bands.of(RESISTORS).tell(share) is wire


@pytest.mark.parametrize(
    ("share", "closed", "active"),
    [(0.5, False, True), (0.76, False, False), (0.5, True, False), (0.76, True, True)],
)
def test_a_contact_is_active_closed_or_normally_closed_open(share: float, closed: bool, active: bool) -> None:
    factory = SpiFactory()
    factory.shares[3] = share
    with AdcInput(
        InputSpec("loop", "ADC3", normally_closed=closed), Pins(factory), Bands.of(RESISTORS)
    ) as reader:
        assert reader.read() is active


@pytest.mark.parametrize(("share", "why"), [(0.0, "is shorted"), (1.0, "is cut"), (0.63, "neither")])
def test_a_damaged_cable_is_a_lost_sensor(share: float, why: str) -> None:
    factory = SpiFactory()
    factory.shares[3] = share
    with (
        AdcInput(LOOP, Pins(factory), Bands.of(RESISTORS)) as reader,
        pytest.raises(SensorLost, match=why),
    ):
        reader.read()


@pytest.mark.parametrize("share", [0.0, 0.63, 1.0])
def test_a_damaged_cable_vetoes_and_holds_stop(share: float) -> None:
    factory = SpiFactory()
    specs = (LOOP, InputSpec("stop_button", "ADC4", normally_closed=True))
    bank = InputBank([make_input(spec, Pins(factory), RESISTORS) for spec in specs], Buttons())
    with bank:
        sound = bank.poll(1.0)
        factory.shares.update({3: share, 4: share})
        snapshot = bank.poll(1.02)
    assert (sound.stop, sound.loop) == (False, Presence.CLEAR)
    assert (snapshot.stop, snapshot.loop) == (True, Presence.UNKNOWN)
    assert [type(event) for event in snapshot.events] == [FaultRaised, FaultRaised]


@pytest.mark.parametrize("changes", [{"series_ohm": 100.0}, {"parallel_ohm": 1000.0}, {"tolerance": 0.2}])
def test_resistors_that_cannot_be_told_apart_are_refused(changes: dict[str, float]) -> None:
    with pytest.raises(ConfigFault, match="two states overlap"):
        Bands.of(EndOfLine(**changes))


def test_a_bus_that_fails_is_a_lost_sensor() -> None:
    factory = SpiFactory()
    factory.fault = SPIBadChannel("no such channel")
    with pytest.raises(SensorLost) as caught:
        AdcInput(LOOP, Pins(factory), Bands.of(RESISTORS)).open()
    assert caught.value.__cause__ is factory.fault


def test_python_does_not_bang_the_bits() -> None:
    factory = SpiFactory()
    factory.fault = SPISoftwareFallback("failed to initialize hardware SPI")
    with pytest.raises(SensorLost, match="dtparam=spi=on"):
        AdcInput(LOOP, Pins(factory), Bands.of(RESISTORS)).open()


def test_a_channel_is_closed_and_opened_again() -> None:
    reader = AdcInput(LOOP, Pins(SpiFactory()), Bands.of(RESISTORS))
    for _ in range(2):
        with reader:
            assert reader.read() is False
    with pytest.raises(SensorLost, match="not open"):
        reader.read()


def test_the_pin_s_name_decides_the_driver() -> None:
    pins = Pins(SpiFactory())
    assert type(make_input(LOOP, pins, RESISTORS)) is AdcInput
    assert type(make_input(InputSpec("loop", "GPIO5"), pins, RESISTORS)) is GpioInput
