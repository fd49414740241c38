"""The benches of the conformance tests: fakes, gpiozero's mock, lgpio and Jetson.GPIO on lines in
memory, and a board on the table.

A board takes part when GATEHOUSE_HIL names two of its pins that a jumper joins, output first, for one
`GATEHOUSE_HIL=GPIO17:GPIO27`. Nothing else may be connected to them, but for a Jetson, which has no
pulls of its own: 10 kΩ from the jumper to ground. GATEHOUSE_HIL_PINS is its pin factory.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest

from appliance.hw.base import BaseInput, BaseOutput, InputSpec, OutputSpec
from appliance.hw.fake import FakeInput, FakeOutput, FakePins
from appliance.hw.gpio import GpioInput, GpioOutput, Pins, make_factory
from tests.unit.hw.chips import FakeLgpio, Lines, fake_jetson, lgpio_chip, vendors_jetson

HIL = "GATEHOUSE_HIL"
HIL_PINS = "GATEHOUSE_HIL_PINS"


class Bench(ABC):
    """Builds parts on `out_pin` and `in_pin`, knows their levels, and drives the input's wire."""

    out_pin = "GPIO17"
    in_pin = "GPIO27"

    def __init__(self) -> None:
        self.built: list[BaseOutput | BaseInput] = []

    @abstractmethod
    def output(self, spec: OutputSpec) -> BaseOutput: ...

    @abstractmethod
    def input(self, spec: InputSpec) -> BaseInput: ...

    @abstractmethod
    def drive(self, spec: InputSpec, active: bool) -> None:
        """Bring the wire of `spec` to the level that means active or idle."""

    @abstractmethod
    def released_level(self, spec: OutputSpec) -> bool:
        """The logical level that a closed output has left on its pin."""

    def not_at_rest(self) -> list[str]:
        """Health check: every part closes without a fault; names of outputs left energised."""
        for part in self.built:
            part.close()
        specs = [part.spec for part in self.built if isinstance(part, BaseOutput)]
        return [spec.name for spec in specs if self.released_level(spec) != spec.shutdown]

    @abstractmethod
    def give_back(self) -> None:
        """Let go of the chip, where there is one."""


class FakeBench(Bench):
    def __init__(self) -> None:
        super().__init__()
        self._pins = FakePins()

    def output(self, spec: OutputSpec) -> BaseOutput:
        part = FakeOutput(spec, self._pins)
        self.built.append(part)
        return part

    def input(self, spec: InputSpec) -> BaseInput:
        part = FakeInput(spec, self._pins)
        self.built.append(part)
        return part

    def drive(self, spec: InputSpec, active: bool) -> None:
        self._pins.wires[spec.pin] = active

    def released_level(self, spec: OutputSpec) -> bool:
        return self._pins.levels[spec.pin]

    def give_back(self) -> None:
        pass


class GpioBench(Bench):
    """What mock and board share: the same drivers, on different pins."""

    def __init__(self, pins: Pins) -> None:
        super().__init__()
        self.pins = pins

    def output(self, spec: OutputSpec) -> BaseOutput:
        part = GpioOutput(spec, self.pins)
        self.built.append(part)
        return part

    def input(self, spec: InputSpec) -> BaseInput:
        part = GpioInput(spec, self.pins)
        self.built.append(part)
        return part

    def give_back(self) -> None:
        self.pins.close()


class MockBench(GpioBench):
    def __init__(self) -> None:
        super().__init__(make_factory("mock"))

    def drive(self, spec: InputSpec, active: bool) -> None:
        pin = self.pins.factory.pin(spec.pin)
        if active == spec.active_high:
            pin.drive_high()
        else:
            pin.drive_low()

    def released_level(self, spec: OutputSpec) -> bool:
        level: bool = self.pins.factory.pin(spec.pin).state
        return level is spec.active_high


class LgpioBench(GpioBench):
    """The lgpio driver over a fake chip, whose lines have pulls."""

    def __init__(self) -> None:
        self._chip: AbstractContextManager[FakeLgpio] = lgpio_chip()
        self._lines = self._chip.__enter__().lines
        super().__init__(make_factory("lgpio"))

    def drive(self, spec: InputSpec, active: bool) -> None:
        self._lines.wires[_line(spec.pin)] = int(active == spec.active_high)

    def released_level(self, spec: OutputSpec) -> bool:
        """Undriven: a relay board's pull decides."""
        level = self._lines.driven.get(_line(spec.pin), int(not spec.active_high))
        return level == spec.active_high

    def give_back(self) -> None:
        super().give_back()
        self._chip.__exit__(None, None, None)


class JetsonBench(GpioBench):
    """The Jetson driver over lines in memory; the bench fits the resistor that an input asks for."""

    out_pin = "BOARD29"
    in_pin = "BOARD31"

    def __init__(self, board: AbstractContextManager[tuple[object, Lines]]) -> None:
        self._board = board
        _, self._lines = board.__enter__()
        super().__init__(make_factory("jetson"))

    def input(self, spec: InputSpec) -> BaseInput:
        self._lines.resistors[_board_number(spec.pin)] = int(spec.active_high == spec.normally_closed)
        return super().input(replace(spec, external_pull=True))

    def drive(self, spec: InputSpec, active: bool) -> None:
        self._lines.wires[_board_number(spec.pin)] = int(active == spec.active_high)

    def released_level(self, spec: OutputSpec) -> bool:
        level = self._lines.driven.get(_board_number(spec.pin), int(not spec.active_high))
        return level == spec.active_high

    def give_back(self) -> None:
        super().give_back()
        self._board.__exit__(None, None, None)


def _line(pin: str) -> int:
    return int(pin.removeprefix("GPIO"))


def _board_number(pin: str) -> int:
    return int(pin.removeprefix("BOARD"))


class BoardBench(GpioBench):
    """A real board: the jumper brings the output's level to the input, and back to our eyes."""

    def __init__(self, jumper: str, factory: str) -> None:
        super().__init__(make_factory(factory))
        self._resistor_outside = factory == "jetson"
        self.out_pin, _, self.in_pin = jumper.partition(":")
        self._driver: BaseOutput | None = None
        # Claimed once, the output pin has lost the pull that it boots with, which would fight the
        # input's.
        with GpioOutput(OutputSpec("driver", self.out_pin), self.pins):
            pass

    def input(self, spec: InputSpec) -> BaseInput:
        if self._resistor_outside and spec.active_high == spec.normally_closed:
            pytest.skip("the resistor of this board's bench pulls to ground")
        return super().input(replace(spec, external_pull=self._resistor_outside))

    def drive(self, spec: InputSpec, active: bool) -> None:
        if self._driver is None:
            self._driver = self.output(OutputSpec("driver", self.out_pin, spec.active_high))
            self._driver.open()
        self._driver.set(active)

    def released_level(self, spec: OutputSpec) -> bool:
        """A released pin is driven by nobody; a relay board's pull, here the eye's, decides. A Jetson
        holds it at its level.
        """
        watch = InputSpec(
            "watch", self.in_pin, active_high=spec.active_high, external_pull=self._resistor_outside
        )
        with GpioInput(watch, self.pins) as eye:
            return eye.read()


def _board() -> Bench:
    jumper = os.environ.get(HIL)
    if not jumper:
        pytest.skip(f"no board: set {HIL}=OUT:IN to two joined pins, for one GPIO17:GPIO27")
    return BoardBench(jumper, os.environ.get(HIL_PINS, "lgpio"))


BENCHES: dict[str, Callable[[], Bench]] = {
    "fake": FakeBench,
    "mock": MockBench,
    "lgpio": LgpioBench,
    "jetson fake": lambda: JetsonBench(fake_jetson()),
    "jetson vendor": lambda: JetsonBench(vendors_jetson()),
    "board": _board,
}


@pytest.fixture(params=list(BENCHES))
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A bench. Its end is a health check: all parts close without a fault, outputs at rest."""
    bench = BENCHES[request.param]()
    yield bench
    left = bench.not_at_rest()
    bench.give_back()
    assert left == []
