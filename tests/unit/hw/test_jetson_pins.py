"""Jetson pins: the fake and, where it is installed, NVIDIA's own package, on lines in memory."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any

import pytest

from appliance.faults import ConfigFault, OutputFailed, SensorLost
from appliance.hw.base import InputSpec, OutputSpec
from appliance.hw.gpio import GpioInput, GpioOutput, Pins, make_factory

from .chips import FakeJetson, Lines, fake_jetson, vendors_jetson

Board = tuple[Any, Lines]
BOARDS: dict[str, Callable[[], AbstractContextManager[Board]]] = {
    "fake": fake_jetson,
    "vendor": vendors_jetson,
}
RELAY = OutputSpec("open", "BOARD29", active_high=False)
STOP = InputSpec("stop_button", "BOARD13", active_high=True, normally_closed=True, external_pull=True)


@pytest.fixture(params=list(BOARDS))
def board(request: pytest.FixtureRequest) -> Iterator[Board]:
    with BOARDS[request.param]() as board:
        yield board


@pytest.fixture
def pins(board: Board) -> Iterator[Pins]:
    pins = make_factory("jetson")
    yield pins
    pins.close()


@pytest.mark.parametrize(("active_high", "level"), [(True, 0), (False, 1)])
def test_an_output_is_set_up_with_its_level(board: Board, pins: Pins, active_high: bool, level: int) -> None:
    levels: list[tuple[int, int]] = []
    board[1].driven = Recorded(levels)
    with GpioOutput(OutputSpec("open", "BOARD29", active_high), pins) as output:
        output.set(True)
    assert levels == [(29, level), (29, 1 - level), (29, level)]


class Recorded(dict[int, int]):
    """Levels of lines; `history` is every one that was driven."""

    def __init__(self, history: list[tuple[int, int]]) -> None:
        super().__init__()
        self._history = history

    def __setitem__(self, line: int, level: int) -> None:
        self._history.append((line, level))
        super().__setitem__(line, level)

    def update(self, levels: dict[int, int]) -> None:  # type: ignore[override]
        for line, level in levels.items():
            self[line] = level


def test_a_closed_output_is_held_at_its_shutdown_level_until_the_factory_closes(board: Board) -> None:
    pins = make_factory("jetson")
    output = GpioOutput(RELAY, pins)
    output.open()
    output.set(True)
    output.close()
    assert board[1].driven == {29: 1}
    pins.close()
    pins.close()
    assert board[1].driven == {}


def test_an_output_opens_again_without_being_set_up_again(
    board: Board, pins: Pins, monkeypatch: pytest.MonkeyPatch
) -> None:
    with GpioOutput(RELAY, pins):
        pass
    monkeypatch.setattr(board[0], "setup", None)
    with GpioOutput(RELAY, pins) as output:
        output.set(True)
        assert board[1].level(29) == 0


def test_a_factory_opens_again_after_it_was_closed(board: Board) -> None:
    for _ in range(2):
        pins = make_factory("jetson")
        with GpioOutput(RELAY, pins) as output:
            assert not output.is_on
        pins.close()


@pytest.mark.parametrize(("level", "held"), [(1, True), (0, False)])
def test_an_input_follows_its_line(board: Board, pins: Pins, level: int, held: bool) -> None:
    with GpioInput(STOP, pins) as stop:
        board[1].wires[13] = level
        assert stop.read() is held


@pytest.mark.parametrize("name", ["BOARD13", "J8:13", "GPIO27", "BCM27", "27"])
def test_a_pin_has_one_owner_under_all_its_names(board: Board, pins: Pins, name: str) -> None:
    with GpioInput(STOP, pins), pytest.raises(ConfigFault, match="already in use"):
        GpioOutput(OutputSpec("close", name), pins).open()


def test_a_pull_of_the_board_is_refused_with_the_remedy(board: Board, pins: Pins) -> None:
    with pytest.raises(ConfigFault, match=r'no pull resistor; fit a resistor .* pull = "external"'):
        GpioInput(InputSpec("loop", "BOARD16"), pins).open()


@pytest.mark.parametrize("pin", ["BOARD3", "BOARD99", "GPIO2"])
def test_a_pin_that_is_no_line_of_this_board_is_refused(board: Board, pins: Pins, pin: str) -> None:
    with pytest.raises(ConfigFault, match="free pin of this board"):
        GpioOutput(OutputSpec("open", pin), pins).open()


def test_another_numbering_in_the_same_process_is_a_fault(board: Board) -> None:
    board[0].setmode(board[0].BCM)
    with pytest.raises(OutputFailed, match="different mode"):
        make_factory("jetson")


def test_a_line_that_another_process_holds_is_a_fault(
    board: Board, pins: Pins, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board[0], "setup", raising(OSError(errno.EBUSY, "Device or resource busy")))
    with pytest.raises(OutputFailed, match="busy"):
        GpioOutput(RELAY, pins).open()


@pytest.mark.parametrize("error", [RuntimeError("lost"), Exception("no such gpio device"), OSError(5, "I/O")])
def test_every_kind_of_vendor_error_becomes_a_fault(
    board: Board, pins: Pins, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    with GpioInput(STOP, pins) as stop:
        monkeypatch.setattr(board[0], "input", raising(error))
        with pytest.raises(SensorLost) as caught:
            stop.read()
    assert caught.value.__cause__ is not None


def raising(error: Exception) -> Callable[..., Any]:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise error

    return fail


def test_a_line_with_the_other_direction_in_the_pinmux_is_refused() -> None:
    with fake_jetson() as (gpio, _):
        pins = make_factory("jetson")
        gpio.warning = '\n[WARNING] User requested output for channel "29", but it is set to input in pinmux.'
        with pytest.raises(ConfigFault, match="pinmux"):
            GpioOutput(RELAY, pins).open()


def test_any_other_warning_of_the_vendor_s_is_no_objection() -> None:
    with fake_jetson() as (gpio, _):
        pins = make_factory("jetson")
        gpio.warning = "Could not open /dev/mem for pinmux check."
        with GpioOutput(RELAY, pins) as output:
            assert not output.is_on


def test_a_computer_that_is_no_jetson_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoJetson(ModuleType):
        def __getattr__(self, name: str) -> Any:
            raise Exception("Could not determine Jetson model")

    monkeypatch.setitem(sys.modules, "Jetson", NoJetson("Jetson"))
    with pytest.raises(OutputFailed, match="Could not determine Jetson model"):
        make_factory("jetson")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "Jetson", None)
    with pytest.raises(ConfigFault, match=r"package Jetson\.GPIO"):
        make_factory("jetson")


# What the manual says, word for word the same on the fake and on the vendor's package.
MISUSES: list[tuple[str, Callable[[Any], object], type[Exception]]] = [
    ("no mode", lambda gpio: gpio.setup(29, gpio.OUT), RuntimeError),
    ("no such channel", lambda gpio: (gpio.setmode(gpio.BOARD), gpio.setup(3, gpio.IN)), ValueError),
    ("read before set-up", lambda gpio: (gpio.setmode(gpio.BOARD), gpio.input(29)), RuntimeError),
    (
        "write an input",
        lambda gpio: (gpio.setmode(gpio.BOARD), gpio.setup(29, gpio.IN), gpio.output(29, 1)),
        RuntimeError,
    ),
    (
        "an input with a level",
        lambda gpio: (gpio.setmode(gpio.BOARD), gpio.setup(29, gpio.IN, initial=1)),
        ValueError,
    ),
    ("clean up before a mode", lambda gpio: gpio.cleanup(), RuntimeWarning),
]


@pytest.mark.parametrize(("misuse", "error"), [m[1:] for m in MISUSES], ids=[m[0] for m in MISUSES])
def test_the_fake_refuses_what_the_vendor_s_package_refuses(
    board: Board, misuse: Callable[[Any], object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        misuse(board[0])


def test_an_output_without_a_level_starts_high(board: Board) -> None:
    gpio, lines = board
    gpio.setmode(gpio.BOARD)
    gpio.setup(29, gpio.OUT)
    assert lines.driven == {29: 1}
    gpio.cleanup()


def test_the_fake_s_channels_are_those_of_an_orin_nano() -> None:
    with vendors_jetson() as (gpio, _):
        assert set(gpio.gpio_pin_data.get_data()[2]["BOARD"]) == set(FakeJetson.CHANNELS)
