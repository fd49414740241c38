"""Contacts with end-of-line resistors on an MCP3008: open, closed, cut and shorted are told apart.

3.3 V ──[pull-up]──┬── ADC         at the contact:  ──[series]──┬── contact ──┬── GND
                   └── cable ──                                 └─[parallel]──┘
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

from gpiozero import MCP3008
from gpiozero.exc import SPISoftwareFallback

from ..config.schema import EndOfLine
from ..faults import ConfigFault, SensorLost
from ..words import Word
from .base import BaseInput, InputSpec
from .gpio import GpioInput, Pins

PREFIX = "ADC"
"""Of a pin's name, before the channel: "ADC0" to "ADC7"."""


class Wire(Word):
    """What an end-of-line cable says."""

    CLOSED = "closed"
    OPEN = "open"
    SHORTED = "shorted"
    CUT = "cut"
    BETWEEN = "between"


@dataclass(frozen=True, slots=True)
class Bands:
    """Where the two good states lie, as shares of the ADC's range."""

    closed: float
    open: float
    tolerance: float

    @classmethod
    def of(cls, resistors: EndOfLine) -> Bands:
        """The voltage divider's. Raises ConfigFault where two states, shorted or cut among them, overlap."""
        pull_up = resistors.pull_up_ohm
        closed, opened = resistors.series_ohm, resistors.series_ohm + resistors.parallel_ohm
        bands = cls(closed / (pull_up + closed), opened / (pull_up + opened), resistors.tolerance)
        if min(bands.closed, bands.open - bands.closed, 1.0 - bands.open) <= 2 * bands.tolerance:
            states = f"closed {bands.closed:.2f}, open {bands.open:.2f}, tolerance {bands.tolerance:g}"
            raise ConfigFault(f"two states overlap: {states}; choose other resistors", part="end_of_line")
        return bands

    def tell(self, share: float) -> Wire:
        if abs(share - self.closed) <= self.tolerance:
            return Wire.CLOSED
        if abs(share - self.open) <= self.tolerance:
            return Wire.OPEN
        if share <= self.tolerance:
            return Wire.SHORTED
        return Wire.CUT if share >= 1.0 - self.tolerance else Wire.BETWEEN


class AdcInput(BaseInput):
    """A contact that is active when closed, or when open where it is normally closed."""

    def __init__(self, spec: InputSpec, pins: Pins, bands: Bands) -> None:
        self.spec = spec
        self._pins = pins
        self._bands = bands
        self._device: MCP3008 | None = None

    def open(self) -> None:
        """Claim the channel. Raises SensorLost without the kernel's SPI."""
        if self._device is not None:
            raise SensorLost("it was opened twice", part=self.spec.name)
        channel = int(self.spec.pin.upper().removeprefix(PREFIX))
        with self._pins.mapped(SensorLost, self.spec.name), warnings.catch_warnings():
            # Bits banged by Python would take milliseconds of every tick.
            warnings.simplefilter("error", SPISoftwareFallback)
            try:
                self._device = MCP3008(channel, pin_factory=self._pins.factory)
            except SPISoftwareFallback as error:
                detail = f"the kernel's SPI is off: {error}; enable it, on a Raspberry Pi with dtparam=spi=on"
                raise SensorLost(detail, part=self.spec.name) from error

    def read(self) -> bool:
        """Raises SensorLost for a cable that is cut, shorted, or between open and closed."""
        if self._device is None:
            raise SensorLost("it is not open", part=self.spec.name)
        with self._pins.mapped(SensorLost, self.spec.name):
            share = float(self._device.value)
        wire = self._bands.tell(share)
        if wire not in (Wire.CLOSED, Wire.OPEN):
            detail = f"the cable is {wire}" if wire is not Wire.BETWEEN else "it is neither open nor closed"
            raise SensorLost(f"{detail}, at {share:.2f} of the range", part=self.spec.name)
        return (wire is Wire.CLOSED) != self.spec.normally_closed

    def close(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            with self._pins.mapped(SensorLost, self.spec.name):
                device.close()


def make_input(spec: InputSpec, pins: Pins, resistors: EndOfLine) -> BaseInput:
    """The driver of an input: by the name of its pin a line, or a channel of the ADC."""
    if spec.pin.upper().startswith(PREFIX):
        return AdcInput(spec, pins, Bands.of(resistors))
    return GpioInput(spec, pins)
