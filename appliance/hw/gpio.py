"""gpiozero outputs and inputs on an injected pin factory; every vendor error becomes a fault."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gpiozero import InputDevice, OutputDevice
from gpiozero.exc import (
    GPIOPinInUse,
    GPIOPinMissing,
    GPIOZeroError,
    PinFixedPull,
    PinInvalidFunction,
    PinInvalidPin,
    PinMultiplePins,
    PinNoPins,
)
from gpiozero.pins.mock import MockFactory, MockPin

from ..faults import ConfigFault, GateFault, OutputFailed, SensorLost
from .base import BaseInput, BaseOutput, InputSpec, OutputSpec

WRONG_PIN = (GPIOPinInUse, GPIOPinMissing, PinInvalidFunction, PinInvalidPin, PinMultiplePins, PinNoPins)
"""Errors of the configuration, not of the hardware: no retry helps."""

CHANGES_KEPT = 64
"""Of each mock pin. gpiozero keeps them all, for tests: a twin that runs for weeks would fill the memory."""


@dataclass(frozen=True, slots=True)
class Pins:
    """A gpiozero pin factory, and the errors that its own library adds to gpiozero's."""

    factory: Any
    errors: tuple[type[Exception], ...] = ()

    @contextmanager
    def mapped(self, fault: type[GateFault], name: str) -> Iterator[None]:
        """Turn any vendor error inside into ConfigFault (a wrong pin) or `fault`."""
        try:
            yield
        except WRONG_PIN as error:
            raise ConfigFault(f"{error}; give it a free pin of this board", part=name) from error
        except PinFixedPull as error:
            remedy = 'fit a resistor that holds the open wire, and write pull = "external"'
            raise ConfigFault(f"{error}; {remedy}", part=name) from error
        except (GPIOZeroError, OSError, *self.errors) as error:
            raise fault(str(error) or type(error).__name__, part=name) from error

    def close(self) -> None:
        """Give back the GPIO chip; the outputs have been closed before."""
        with self.mapped(OutputFailed, "gpio"):
            self.factory.close()


class GpioOutput(BaseOutput):
    """An output that is claimed with its start level, and read back after every write."""

    def __init__(self, spec: OutputSpec, pins: Pins) -> None:
        self.spec = spec
        self._pins = pins
        self._device: OutputDevice | None = None

    def open(self) -> None:
        """Claim the pin at its start level. Raises ConfigFault for a wrong or used pin."""
        if self._device is not None:
            raise OutputFailed("it was opened twice", part=self.spec.name)
        with self._mapped():
            self._device = OutputDevice(
                self.spec.pin,
                active_high=self.spec.active_high,
                initial_value=self.spec.start,
                pin_factory=self._pins.factory,
            )
        try:
            self._confirm(self.spec.start)
        except OutputFailed:
            self._give_back()
            raise

    def set(self, on: bool) -> None:
        device = self._claimed()
        with self._mapped():
            device.value = on
        self._confirm(on)

    @property
    def is_on(self) -> bool:
        device = self._claimed()
        with self._mapped():
            return bool(device.value)

    def close(self) -> None:
        """Drive the shutdown level, then release the pin, even where the write failed."""
        if self._device is None:
            return
        try:
            self.set(self.spec.shutdown)
        finally:
            self._give_back()

    def _give_back(self) -> None:
        device, self._device = self._claimed(), None
        with self._mapped():
            device.close()

    def _claimed(self) -> OutputDevice:
        if self._device is None:
            raise OutputFailed("it is not open", part=self.spec.name)
        return self._device

    def _confirm(self, on: bool) -> None:
        if self.is_on != on:
            detail = f"written {_level(on)}, reads back {_level(not on)}"
            raise OutputFailed(detail, part=self.spec.name)

    def _mapped(self) -> Any:
        return self._pins.mapped(OutputFailed, self.spec.name)


class GpioInput(BaseInput):
    """An input that is polled. gpiozero's `bounce_time` runs on real time, so it is not used."""

    def __init__(self, spec: InputSpec, pins: Pins) -> None:
        self.spec = spec
        self._pins = pins
        self._device: InputDevice | None = None

    def open(self) -> None:
        """Claim the pin with its pull. Raises ConfigFault for a wrong or used pin."""
        if self._device is not None:
            raise SensorLost("it was opened twice", part=self.spec.name)
        spec = self.spec
        pull_up = spec.active_high == spec.normally_closed
        pull = {"pull_up": None, "active_state": True} if spec.external_pull else {"pull_up": pull_up}
        with self._mapped():
            self._device = InputDevice(spec.pin, pin_factory=self._pins.factory, **pull)

    def read(self) -> bool:
        if self._device is None:
            raise SensorLost("it is not open", part=self.spec.name)
        with self._mapped():
            # gpiozero's own `value` calls a pulled pin active when it is away from its pull.
            return bool(self._device.pin.state) == self.spec.active_high

    def close(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            with self._mapped():
                device.close()

    def _mapped(self) -> Any:
        return self._pins.mapped(SensorLost, self.spec.name)


def _level(on: bool) -> str:
    return "on" if on else "off"


class _ShortMemoryPin(MockPin):  # type: ignore[misc]  # gpiozero is untyped
    """A mock pin whose `states` are its last ones."""

    states: Any

    def clear_states(self) -> None:
        super().clear_states()
        self.states = deque(self.states, maxlen=CHANGES_KEPT)


def _mock() -> Pins:
    return Pins(MockFactory(pin_class=_ShortMemoryPin))


def _lgpio() -> Pins:
    try:
        from .lgpio_pins import open_pins
    except ImportError as error:
        detail = f'pin_factory "lgpio" needs the package lgpio ({error}); install it on the board'
        raise ConfigFault(detail, part="pin_factory") from error
    return Pins(*open_pins())


def _jetson() -> Pins:
    from .jetson_pins import open_pins

    try:
        return Pins(open_pins())
    except ImportError as error:
        detail = f'pin_factory "jetson" needs the package Jetson.GPIO ({error}); install it on the board'
        raise ConfigFault(detail, part="pin_factory") from error


_FACTORIES: Mapping[str, Callable[[], Pins]] = {"mock": _mock, "lgpio": _lgpio, "jetson": _jetson}


def make_factory(name: str) -> Pins:
    """The pin factory of the configuration's `pin_factory`; its library is imported only now.

    Raises ConfigFault for a factory that this build does not have, OutputFailed when the GPIO chip
    cannot be opened.
    """
    build = _FACTORIES.get(name)
    if build is None:
        known = ", ".join(sorted(_FACTORIES))
        raise ConfigFault(f'"{name}" is not available here; use one of: {known}', part="pin_factory")
    return build()
