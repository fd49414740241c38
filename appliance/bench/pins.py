"""Mock pins that say at which moment their level changed."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

from gpiozero.pins.mock import MockFactory, MockPin

from ..clock import Clock
from ..config import Config
from ..config.schema import Input, Output
from ..faults import BenchFault
from ..hw.gpio import Pins

Told = Callable[[bool], None]


class WatchedPin(MockPin):  # type: ignore[misc]  # gpiozero is untyped
    """`on_level` hears every write to the pin, on the writer's thread."""

    on_level: Told | None = None

    def _set_state(self, value: bool) -> None:
        super()._set_state(value)
        if self.on_level is not None:
            self.on_level(bool(value))


def watched_pins() -> Pins:
    """A mock factory whose pins are watched."""
    return Pins(MockFactory(pin_class=WatchedPin))


class Contact:
    """An input that the bench works."""

    def __init__(self, pins: Pins, wiring: Input | None) -> None:
        if wiring is None:
            raise BenchFault("the sim profile lacks an input")
        self._pin = pins.factory.pin(wiring.pin)
        self._active_high = wiring.active_high

    def set(self, active: bool) -> None:
        if active is self._active_high:
            self._pin.drive_high()
        else:
            self._pin.drive_low()


class Arm:
    """An arm that is at its limit the moment it is driven there; where it is `held` it stays.

    `wait` waits for the edge of the open output that `expect` named; it was at `edge_s`, the moment
    right after the pin's write.
    """

    def __init__(self, config: Config, pins: Pins, clock: Clock) -> None:
        self.edge_s = 0.0
        self.held = False
        self._clock = clock
        self._wanted = True
        self._seen = Event()
        self._opened = Contact(pins, config.inputs.limit_open)
        self._closed = Contact(pins, config.inputs.limit_closed)
        _watch(pins, config.outputs.open, self._open_output)
        _watch(pins, config.outputs.close, self._close_output)

    def rest_closed(self) -> None:
        self._opened.set(False)
        self._closed.set(True)

    def expect(self, on: bool) -> None:
        """From now on wait for the open output to go on, or off."""
        self._seen.clear()
        self._wanted = on

    def wait(self, timeout_s: float) -> bool:
        return self._seen.wait(timeout_s)

    def _open_output(self, on: bool) -> None:
        now_s = self._clock.monotonic()
        if on is self._wanted and not self._seen.is_set():
            self.edge_s = now_s
            self._seen.set()
        if on and not self.held:
            self._closed.set(False)
            self._opened.set(True)

    def _close_output(self, on: bool) -> None:
        if on:
            self.rest_closed()


def _watch(pins: Pins, output: Output | None, told: Told) -> None:
    if output is None:
        raise BenchFault("the sim profile lacks an output")
    energised = output.active_high
    pins.factory.pin(output.pin).on_level = lambda high: told(high is energised)
