"""The lines of a real board as files: what is written is pulled, what is seen is shown, nothing is driven."""

from __future__ import annotations

import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.unit.house.tree import ROOT

MAP = "17:4,27:18,5:12,6:25"
JOINED = {17: 4, 27: 18, 5: 12, 6: 25}


class FakeLgpio(ModuleType):
    """Lines that wires join, and that know pulls alone: whoever drives one finds no function for it."""

    SET_PULL_UP, SET_PULL_DOWN, SET_PULL_NONE, BOTH_EDGES = 32, 64, 128, 3

    class error(Exception):  # noqa: N801 - the vendor's name
        pass

    def __init__(self, wires: dict[int, int]) -> None:
        super().__init__("lgpio")
        self.wires = wires
        self.pulls: dict[int, int] = {}
        self.claimed: set[int] = set()
        self.watchers: dict[int, Any] = {}

    def gpiochip_open(self, number: int) -> int:
        if number not in (1, 4):
            raise self.error("can not open gpiochip")
        return number

    def gpiochip_close(self, chip: int) -> None:
        pass

    def gpio_get_chip_info(self, chip: int) -> list[Any]:
        return [0, 54, f"gpiochip{chip}", {1: "raspberrypi-exp-gpio", 4: "pinctrl-rp1"}[chip]]

    def gpio_claim_input(self, chip: int, line: int, pull: int) -> None:
        self.pulls[line] = pull
        self.claimed.add(line)

    def gpio_claim_alert(self, chip: int, line: int, edges: int, pull: int) -> None:
        self.gpio_claim_input(chip, line, pull)

    def gpio_free(self, chip: int, line: int) -> None:
        self.claimed.remove(line)

    def gpio_read(self, chip: int, line: int) -> int:
        ends = {line, self.wires.get(line), *(a for a, b in self.wires.items() if b == line)}
        return int(any(self.pulls.get(end) == self.SET_PULL_UP for end in ends if end is not None))

    def callback(self, chip: int, line: int, edges: int, called: Any) -> None:
        self.watchers[line] = called


@pytest.fixture
def lgpio(monkeypatch: pytest.MonkeyPatch) -> FakeLgpio:
    fake = FakeLgpio(JOINED)
    monkeypatch.setitem(sys.modules, "lgpio", fake)
    return fake


@pytest.fixture
def jumpers(lgpio: FakeLgpio, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The bench's program, which has no suffix, and needs no time to settle here."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader = SourceFileLoader("jumpers", str(ROOT / "tests/hil/emulated/bench/jumpers"))
    spec = spec_from_loader("jumpers", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    monkeypatch.setattr(module, "SETTLE_S", 0.0)
    return module


@pytest.fixture
def bench(jumpers: Any, tmp_path: Path) -> Any:
    jumpers.lay(tmp_path, JOINED)
    return jumpers.Bench(4, tmp_path, JOINED)


def write(folder: Path, line: int, words: str) -> None:
    (folder / f"sim_gpio{line}" / "pull").write_text(words)


def shown(folder: Path, line: int) -> str:
    return (folder / f"sim_gpio{line}" / "value").read_text()


def test_a_map_names_each_line_once(jumpers: Any) -> None:
    assert jumpers.parsed(MAP) == JOINED


@pytest.mark.parametrize(
    ("words", "why"),
    [("17:4,27:18,5:4", "named twice"), ("17:4,27:17", "named twice"), ("17:4,5:12", "27")],
)
def test_a_map_that_cannot_be_wired_is_refused(jumpers: Any, words: str, why: str) -> None:
    with pytest.raises(SystemExit, match=why):
        jumpers.parsed(words)


def test_the_header_s_chip_is_found_by_its_label(jumpers: Any) -> None:
    assert jumpers.open_header() == 4


def test_a_board_without_such_a_header_is_refused(jumpers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jumpers, "CHIPS", ("another",))

    with pytest.raises(SystemExit, match="no GPIO chip"):
        jumpers.open_header()


def test_joined_lines_follow_and_are_left_to_the_gate(jumpers: Any, lgpio: FakeLgpio) -> None:
    assert all(jumpers.follows(4, line, joined) for line, joined in JOINED.items())
    assert lgpio.claimed == set(JOINED.values())


def test_a_missing_wire_starts_nothing(jumpers: Any, lgpio: FakeLgpio, tmp_path: Path) -> None:
    lgpio.wires = {17: 4, 27: 18, 5: 12}
    jumpers.LINES = tmp_path / "lines"

    with pytest.raises(SystemExit, match=r"lines \[6\]"):
        jumpers.main([MAP])
    assert not jumpers.LINES.exists()


def test_a_contact_is_held_by_the_pull_that_was_written(bench: Any, lgpio: FakeLgpio, tmp_path: Path) -> None:
    write(tmp_path, 5, "pull-up\n")
    bench.follow()
    assert (lgpio.pulls[12], shown(tmp_path, 5)) == (lgpio.SET_PULL_UP, "1\n")
    write(tmp_path, 5, "pull-down")
    bench.follow()
    assert (lgpio.pulls[12], shown(tmp_path, 5)) == (lgpio.SET_PULL_DOWN, "0\n")


def test_what_was_written_last_holds(bench: Any, tmp_path: Path) -> None:
    write(tmp_path, 6, "pull-down")
    write(tmp_path, 6, "pull-up")
    bench.follow()

    assert shown(tmp_path, 6) == "1\n"


def test_an_output_s_edges_are_shown_to_whoever_has_the_file_open(
    bench: Any, lgpio: FakeLgpio, tmp_path: Path
) -> None:
    bench.watch_outputs()
    with (tmp_path / "sim_gpio17" / "value").open() as value:
        before = value.read()
        lgpio.watchers[4](4, 4, 1, 0)
        value.seek(0)
        assert (before, value.read()) == ("0\n", "1\n")


def test_an_output_that_nobody_drives_is_held_low(bench: Any, lgpio: FakeLgpio) -> None:
    bench.watch_outputs()

    assert (lgpio.pulls[4], lgpio.pulls[18]) == (lgpio.SET_PULL_DOWN, lgpio.SET_PULL_DOWN)
