"""Pin libraries without their boards: lgpio over a chip in memory, and Jetson.GPIO over one or as a fake.

`wires` are the levels that something outside drives on a line, `resistors` those of resistors outside.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import pytest


class Lines:
    """The lines of one chip: what drives them decides their level, then what pulls them."""

    def __init__(self) -> None:
        self.wires: dict[int, int] = {}
        self.resistors: dict[int, int] = {}
        self.driven: dict[int, int] = {}
        self.pulls: dict[int, int] = {}

    def level(self, line: int) -> int:
        sources = (self.driven, self.wires, self.pulls, self.resistors)
        return next((source[line] for source in sources if line in source), 0)


class FakeLgpio(ModuleType):
    """The few functions of the lgpio module that claim and write a line; `calls` is their history."""

    SET_PULL_NONE, SET_PULL_UP, SET_PULL_DOWN = 1, 2, 3
    BOTH_EDGES, RISING_EDGE, FALLING_EDGE = 3, 1, 2
    TX_WAVE = 1

    class error(Exception):  # noqa: N801 - the vendor's name
        pass

    def __init__(self, *, absent: bool = False) -> None:
        super().__init__("lgpio")
        self.calls: list[tuple[Any, ...]] = []
        self.absent = absent
        self.lines = Lines()

    def gpiochip_open(self, chip: int) -> int:
        if self.absent:
            raise self.error("can not open gpiochip")
        return 7

    def gpiochip_close(self, handle: int) -> None:
        self.calls.append(("close",))

    def gpio_claim_input(self, handle: int, line: int, flags: int = 0) -> None:
        self.calls.append(("input", line))
        self.lines.driven.pop(line, None)
        self.lines.pulls.pop(line, None)
        if flags in (self.SET_PULL_UP, self.SET_PULL_DOWN):
            self.lines.pulls[line] = int(flags == self.SET_PULL_UP)

    def gpio_claim_output(self, handle: int, line: int, level: int = 0, flags: int = 0) -> None:
        self.calls.append(("output", line, level))
        self.lines.driven[line] = level

    def gpio_free(self, handle: int, line: int) -> None:
        self.lines.driven.pop(line, None)

    def gpio_get_mode(self, handle: int, line: int) -> int:
        pull = {None: 0, 1: 1 << 5, 0: 1 << 6}[self.lines.pulls.get(line)]
        return pull | ((line in self.lines.driven) << 1)

    def gpio_read(self, handle: int, line: int) -> int:
        return self.lines.level(line)

    def gpio_write(self, handle: int, line: int, level: bool) -> None:
        self.calls.append(("write", line, int(level)))
        self.lines.driven[line] = int(level)

    def group_claim_output(self, handle: int, lines: list[int], levels: list[int]) -> None:
        self.calls.append(("group", tuple(lines), tuple(levels)))

    def group_free(self, handle: int, line: int) -> None:
        self.calls.append(("free", line))

    def pulse(self, bits: int, mask: int, delay_us: int) -> tuple[int, int, int]:
        return bits, mask, delay_us

    def tx_wave(self, handle: int, line: int, pulses: list[tuple[int, int, int]]) -> None:
        self.calls.append(("wave", line, tuple(pulses)))

    def tx_busy(self, handle: int, line: int, kind: int) -> int:
        return 0


@contextmanager
def lgpio_chip() -> Iterator[FakeLgpio]:
    """A Raspberry Pi 4 with lgpio in place of this computer, which has neither."""
    fake = FakeLgpio()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "lgpio", fake)
        patch.delitem(sys.modules, "gpiozero.pins.lgpio", raising=False)
        for name in ("lgpio_pins", "lgpio_wave"):
            patch.delitem(sys.modules, f"appliance.hw.{name}", raising=False)
        patch.setattr("gpiozero.pins.local.get_pi_revision", lambda: 0xC03111)
        yield fake


class FakeJetson(ModuleType):
    """Jetson.GPIO as its manual describes it, with BOARD numbers of an Orin Nano."""

    BOARD, BCM = 10, 11
    OUT, IN, UNKNOWN = 0, 1, -1
    LOW, HIGH = 0, 1
    model = "JETSON_ORIN_NANO"
    CHANNELS = (7, 11, 12, 13, 15, 16, 18, 19, 21, 22, 23, 24, 26, 29, 31, 32, 33, 35, 36, 37, 38, 40)

    def __init__(self) -> None:
        super().__init__("Jetson.GPIO")
        self.lines = Lines()
        self.warning = ""
        self._mode: int | None = None
        self._directions: dict[int, int] = {}

    def setmode(self, mode: int) -> None:
        if self._mode is not None and mode != self._mode:
            raise ValueError("A different mode has already been set!")
        self._mode = mode

    def setup(self, channel: int, direction: int, initial: int | None = None) -> None:
        self._check(channel)
        if direction == self.IN and initial is not None:
            raise ValueError("initial parameter is not valid for inputs")
        self.lines.driven.pop(channel, None)
        if direction == self.OUT:
            self.lines.driven[channel] = self.HIGH if initial is None else initial
        if self.warning:
            warnings.warn(self.warning, stacklevel=1)
        self._directions[channel] = direction

    def gpio_function(self, channel: int) -> int:
        self._check(channel)
        return self._directions.get(channel, self.UNKNOWN)

    def input(self, channel: int) -> int:
        self._check(channel)
        if channel not in self._directions:
            raise RuntimeError("You must setup() the GPIO channel first")
        return self.lines.level(channel)

    def output(self, channel: int, value: int) -> None:
        self._check(channel)
        if self._directions.get(channel) != self.OUT:
            raise RuntimeError("The GPIO channel has not been set up as an OUTPUT")
        self.lines.driven[channel] = value

    def cleanup(self) -> None:
        if self._mode is None:
            warnings.warn("No channels have been set up yet", RuntimeWarning, stacklevel=1)
        self._directions.clear()
        self.lines.driven.clear()
        self._mode = None

    def _check(self, channel: int) -> None:
        if self._mode is None:
            raise RuntimeError("Please set pin numbering mode using GPIO.setmode(GPIO.BOARD)")
        if channel not in self.CHANNELS:
            raise ValueError(f"Channel {channel} is invalid")


@contextmanager
def vendors_jetson() -> Iterator[tuple[ModuleType, Lines]]:
    """NVIDIA's own package on the kernel's side of a fake chip; skips where it is not installed."""
    if find_spec("Jetson") is None:
        pytest.skip("the package Jetson.GPIO is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JETSON_TESTING_MODEL_NAME", FakeJetson.model)
        patch.setattr("os.access", lambda path, mode: True)
        for name in [name for name in sys.modules if name.startswith("Jetson")]:
            patch.delitem(sys.modules, name)
        from Jetson import GPIO

        yield GPIO, _fake_kernel(patch, GPIO)
    for name in [name for name in sys.modules if name.startswith("Jetson")]:
        del sys.modules[name]


def _fake_kernel(patch: pytest.MonkeyPatch, gpio: Any) -> Lines:
    """Replace what talks to /dev/gpiochip: chips, lines, values. Lines keep their BOARD numbers."""
    lines, device = Lines(), gpio.gpio_cdev
    handles: dict[int, int] = {}

    def open_line(info: Any, request: Any) -> None:
        handle = 1000 + info.line_offset
        handles[handle] = gpio.gpio_pin_data.get_data()[2]["BOARD"][info.channel].channel
        info.line_handle = handle
        if request.flags & device.GPIOHANDLE_REQUEST_OUTPUT:
            lines.driven[info.channel] = int(request.default_values[0])

    def close_line(handle: int) -> None:
        lines.driven.pop(handles[handle], None)

    fakes: dict[str, Callable[..., Any]] = {
        "chip_open_by_label": lambda label: 900,
        "close_chip": lambda fd: None,
        "check_pinmux": lambda info, direction: None,
        "open_line": open_line,
        "close_line": close_line,
        "get_value": lambda handle: lines.level(handles[handle]),
        "set_value": lambda handle, value: lines.driven.update({handles[handle]: value}),
    }
    for name, fake in fakes.items():
        patch.setattr(device, name, fake)
    return lines


@contextmanager
def fake_jetson() -> Iterator[tuple[FakeJetson, Lines]]:
    fake = FakeJetson()
    with pytest.MonkeyPatch.context() as patch:
        package = ModuleType("Jetson")
        package.GPIO = fake  # type: ignore[attr-defined]
        patch.setitem(sys.modules, "Jetson", package)
        yield fake, fake.lines
