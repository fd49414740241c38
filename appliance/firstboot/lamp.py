"""The status LED before the gate: nothing waits for it, and nothing fails with it."""

from __future__ import annotations

from collections.abc import Callable

from ..faults import StatusLedFailed
from ..hw.led import BaseStatusLed
from ..hw.signs import Sign


class Lamp:
    """Shows each sign once. An LED that does not obey is told once; udev may still be readying it."""

    def __init__(self, led: BaseStatusLed, say: Callable[[str], None]) -> None:
        self._led = led
        self._say = say
        self._shown: Sign | None = None
        self._complained = False

    def show(self, sign: Sign) -> None:
        if sign is self._shown:
            return
        try:
            self._led.show(sign)
        except StatusLedFailed as fault:
            if not self._complained:
                self._say(str(fault))
            self._complained = True
            return
        self._shown = sign
