"""Two lines pulsed by lgpio's own thread, which no Python thread can hold up."""

from __future__ import annotations

from collections.abc import Callable

import lgpio
from gpiozero import Device

from ..faults import OutputFailed
from .cards import Bits
from .gpio import Pins
from .wiegand import INTERVAL_S, PULSE_S, BasePair

BOTH = 0b11
MICROSECONDS = 1_000_000


class _Owner(Device):  # type: ignore[misc]
    """Holds the reservation of the pins, so that each has one owner."""

    closed = False

    def __repr__(self) -> str:
        return "the Wiegand output"

    def _conflicts_with(self, other: object) -> bool:
        return True


class WavePair(BasePair):
    """DATA0 and DATA1 as one group of lines, whose levels are written together."""

    def __init__(
        self, data0: str, data1: str, pins: Pins, rest: Callable[[float], None], *, active_high: bool
    ) -> None:
        self._names = data0, data1
        self._pins = pins
        self._rest = rest
        self._idle = 0 if active_high else BOTH
        self._owner: _Owner | None = None
        self._numbers: list[int] = []

    def open(self) -> None:
        """Claim both lines at their idle level. Raises ConfigFault for a wrong or used pin."""
        factory = self._pins.factory
        with self._pins.mapped(OutputFailed, "wiegand"):
            owner = _Owner(pin_factory=factory)
            factory.reserve_pins(owner, *self._names)
            self._numbers = [int(factory.board_info.to_gpio(name)[4:]) for name in self._names]
            levels = [int(bool(self._idle))] * 2
            lgpio.group_claim_output(factory._handle, self._numbers, levels)
            self._owner = owner

    def send(self, bits: Bits) -> None:
        if self._owner is None:
            raise OutputFailed("it is not open", part="wiegand")
        handle = self._pins.factory._handle
        with self._pins.mapped(OutputFailed, "wiegand"):
            lgpio.tx_wave(handle, self._numbers[0], [each for bit in bits for each in self._pulse(bit)])
            self._rest(len(bits) * INTERVAL_S)
            while lgpio.tx_busy(handle, self._numbers[0], lgpio.TX_WAVE):
                self._rest(INTERVAL_S)

    def _pulse(self, bit: bool) -> tuple[lgpio.pulse, lgpio.pulse]:
        line = 1 << bit
        rest_s = INTERVAL_S - PULSE_S
        return (
            lgpio.pulse(self._idle ^ line, BOTH, round(PULSE_S * MICROSECONDS)),
            lgpio.pulse(self._idle, BOTH, round(rest_s * MICROSECONDS)),
        )

    def close(self) -> None:
        owner, self._owner = self._owner, None
        if owner is not None:
            with self._pins.mapped(OutputFailed, "wiegand"):
                lgpio.group_free(self._pins.factory._handle, self._numbers[0])
                self._pins.factory.release_pins(owner, *self._names)
