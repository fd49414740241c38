"""gpiozero pins over NVIDIA's Jetson.GPIO: direction and level in one request, and no pull resistors.

Jetson.GPIO closes the chip's descriptor, which all its lines share, whenever one channel is cleaned up
or changes its direction (2.1.13, `_cleanup_one`); the number may be another file's by the next time. So
a channel that is set up stays so until the factory closes: a closed output keeps its shutdown level.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from gpiozero.exc import (
    GPIOZeroError,
    PinFixedPull,
    PinInvalidFunction,
    PinInvalidPin,
    PinSetInput,
    PinSPIUnsupported,
)
from gpiozero.pins import BoardInfo, HeaderInfo, PinInfo
from gpiozero.pins.local import LocalPiHardwareSPIShared
from gpiozero.pins.pi import PiFactory, PiPin

from ..config.pins import HEADER
from ..faults import OutputFailed

log = logging.getLogger(__name__)

PINMUX_CONFLICT = "but it is set to"
"""In the warning that a line's direction is not the one of the board's pinmux: it would not follow."""


class JetsonError(GPIOZeroError):  # type: ignore[misc]
    """What Jetson.GPIO raises, bare `Exception` among it, in gpiozero's tree."""


@contextmanager
def _mapped() -> Iterator[None]:
    """OSError passes: gpiozero's other factories let it through, too."""
    try:
        yield
    except OSError:
        raise
    except ValueError as error:
        raise PinInvalidPin(str(error)) from error
    except Exception as error:  # Jetson.GPIO raises bare ones, which name no class
        raise JetsonError(str(error) or type(error).__name__) from error


class JetsonPin(PiPin):  # type: ignore[misc]
    """One line of the header, polled. `factory.gpio` is the module Jetson.GPIO, in BOARD numbering."""

    def output_with_state(self, state: bool) -> None:
        if self.function == "output":
            self.state = state
        else:
            self._set_up(self.factory.gpio.OUT, initial=int(state))

    def close(self) -> None:
        """The line keeps its direction and level until the factory closes."""

    def _get_function(self) -> str:
        gpio = self.factory.gpio
        with _mapped():
            return "output" if gpio.gpio_function(self.info.number) == gpio.OUT else "input"

    def _set_function(self, value: str) -> None:
        # Jetson.GPIO drives an output without `initial` high.
        if value != "input":
            raise PinInvalidFunction(f"{self!r} becomes {value} only together with its level")
        gpio = self.factory.gpio
        with _mapped():
            claimed = gpio.gpio_function(self.info.number) == gpio.IN
        if not claimed:
            self._set_up(gpio.IN)

    def _get_state(self) -> bool:
        with _mapped():
            return bool(self.factory.gpio.input(self.info.number))

    def _set_state(self, value: bool) -> None:
        if self.function != "output":
            raise PinSetInput(f"cannot set the level of {self!r}: it is an input")
        with _mapped():
            self.factory.gpio.output(self.info.number, int(bool(value)))

    def _get_pull(self) -> str:
        return "floating"

    def _set_pull(self, value: str) -> None:
        if value != "floating":
            raise PinFixedPull(f"{self!r}: Jetson.GPIO switches no pull resistor")

    def _set_up(self, direction: int, **level: int) -> None:
        with warnings.catch_warnings(record=True) as told, _mapped():
            warnings.simplefilter("always")
            self.factory.gpio.setup(self.info.number, direction, **level)
        for each in told:
            self._heed(" ".join(str(each.message).split()))

    def _heed(self, warning: str) -> None:
        if PINMUX_CONFLICT in warning:
            raise PinInvalidFunction(f"{self!r} has the other direction in the board's pinmux")
        log.info("%r: %s", self, warning)


class JetsonFactory(PiFactory):  # type: ignore[misc]
    """The pins of the 40-pin header, under all names that a Raspberry Pi has for their positions."""

    def __init__(self, gpio: Any) -> None:
        super().__init__()
        self.gpio = gpio
        self.pin_class = JetsonPin
        self._board = _board_info(gpio.model)
        gpio.setmode(gpio.BOARD)
        self._claims = True

    def close(self) -> None:
        """Give every line back. What runs in other threads has ended before: see the module."""
        super().close()
        if self._claims:
            self._claims = False
            with _mapped():
                self.gpio.cleanup()

    @staticmethod
    def ticks() -> float:
        return monotonic()

    @staticmethod
    def ticks_diff(later: float, earlier: float) -> float:
        return later - earlier

    def _get_board_info(self) -> BoardInfo:
        return self._board

    def _get_spi_class(self, shared: bool, hardware: bool) -> Any:
        if hardware and shared:
            return LocalPiHardwareSPIShared
        raise PinSPIUnsupported("SPI needs the kernel's spidev and the package spidev")


def _board_info(model: str) -> BoardInfo:
    pins = {number: _pin_info(number, line) for number, line in HEADER.items()}
    header = HeaderInfo(name="J8", rows=20, columns=2, pins=pins)
    blank = dict.fromkeys(BoardInfo._fields, "")
    return BoardInfo(**{**blank, "model": model, "headers": {"J8": header}})


def _pin_info(number: int, line: int) -> PinInfo:
    names = {f"BOARD{number}", f"J8:{number}", f"GPIO{line}", f"BCM{line}", str(line), line}
    row, column = divmod(number - 1, 2)
    return PinInfo(
        number=number,
        name=f"GPIO{line}",
        names=frozenset(names),
        pull="",
        row=row + 1,
        col=column + 1,
        interfaces=frozenset({"gpio"}),
    )


def open_pins() -> JetsonFactory:
    """The factory of this board. Raises ImportError without the package, OutputFailed without a board."""
    try:
        from Jetson import GPIO

        return JetsonFactory(GPIO)
    except ImportError:
        raise
    except Exception as error:  # on import it raises bare ones where it knows no board
        raise OutputFailed(f"Jetson.GPIO cannot be used: {error}", part="gpio") from error
