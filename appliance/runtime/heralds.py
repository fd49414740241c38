"""Those who tell other access controllers of whom the gate lets in, as the configuration names them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from ..clock import Clock
from ..config import Config
from ..config.schema import Wiegand
from ..hw.base import OutputSpec
from ..hw.cards import Cards
from ..hw.gpio import GpioOutput, Pins
from ..hw.osdp import PeripheralDevice
from ..hw.osdp_reader import OsdpReader
from ..hw.serial_link import PortConfig, SerialPort
from ..hw.system_clock import rest, spin
from ..hw.wiegand import BasePair, GpioPair, Waits, WiegandSender
from .gatework import Mouth


class Herald(Protocol):
    def present(self, plate: str) -> None: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


def build_heralds(config: Config, clock: Clock, pins: Pins, mouth: Mouth) -> tuple[Herald, ...]:
    """Built, not started; nothing is claimed yet."""
    return tuple(_heralds(config, clock, pins, mouth))


def _heralds(config: Config, clock: Clock, pins: Pins, mouth: Mouth) -> Iterator[Herald]:
    cards = Cards(config.cards.numbers, derive=config.cards.derive)
    size = config.cards.bits
    if config.wiegand is not None:
        pair = _pair(config, config.wiegand, pins)
        yield WiegandSender(pair, cards, size, mouth.raised, mouth.cleared, rest)
    if config.osdp is not None:
        osdp = config.osdp
        device = PeripheralDevice(osdp.address, osdp.serial, osdp.baud, config.access.decision_expires_s)
        port = SerialPort(PortConfig(osdp.port, osdp.baud))
        yield OsdpReader(port, device, cards, size, clock, mouth.raised, mouth.cleared)


def _pair(config: Config, wiegand: Wiegand, pins: Pins) -> BasePair:
    """lgpio pulses by itself; other pins are timed here."""
    if config.pin_factory == "lgpio":
        from ..hw.lgpio_wave import WavePair

        names = wiegand.data0, wiegand.data1
        return WavePair(*names, pins, rest, active_high=wiegand.active_high)
    lines = [
        GpioOutput(OutputSpec(f"wiegand.{name}", pin, wiegand.active_high), pins)
        for name, pin in (("data0", wiegand.data0), ("data1", wiegand.data1))
    ]
    return GpioPair(lines[0], lines[1], Waits(pulse=spin, rest=rest))
