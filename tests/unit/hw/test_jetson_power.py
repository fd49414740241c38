"""A Jetson's power modes, by executables that behave as NVIDIA's do."""

from __future__ import annotations

import os
import select
from pathlib import Path

import pytest

from appliance.faults import PowerModeFailed
from appliance.hw.base import PowerMode
from appliance.hw.jetson_power import JetsonConfig, JetsonPower
from appliance.hw.tools import run_tool

from .board_tools import JETSON_CLOCKS, NVPMODEL, a_tool, put


class Jetson:
    """A board in nvpmodel's mode 0 with its clocks free."""

    def __init__(
        self, folder: Path, saving: int | None = 1, full: int | None = 2, clocks: bool = True
    ) -> None:
        self._folder = folder
        put(folder / "mode", "0")
        put(folder / "clocks", "free")
        config = JetsonConfig(
            saving,
            full,
            clocks,
            limit_s=5.0,
            nvpmodel=a_tool(folder, "nvpmodel", NVPMODEL),
            jetson_clocks=a_tool(folder, "jetson_clocks", JETSON_CLOCKS),
            store=folder / "run" / "clocks.conf",
        )
        self.power = JetsonPower(config)

    def says(self, name: str) -> str:
        return (self._folder / name).read_text()

    @property
    def orders(self) -> list[str]:
        """What was asked of the tools, questions left out, files by their name."""
        lines = self.says("calls").replace(str(self._folder / "run") + "/", "").splitlines()
        return [line for line in lines if line != "nvpmodel -q"]


def test_full_takes_the_mode_and_then_holds_its_clocks(tmp_path: Path) -> None:
    jetson = Jetson(tmp_path)
    jetson.power.set_mode(PowerMode.FULL)
    assert jetson.orders == ["nvpmodel -m 2", "jetson_clocks --store clocks.conf", "jetson_clocks "]
    assert (jetson.says("mode"), jetson.says("clocks")) == ("2", "held")


def test_saving_frees_the_clocks_before_the_mode_changes(tmp_path: Path) -> None:
    jetson = Jetson(tmp_path)
    jetson.power.set_mode(PowerMode.FULL)
    jetson.power.set_mode(PowerMode.SAVING)
    assert jetson.orders[3:] == ["jetson_clocks --restore clocks.conf", "nvpmodel -m 1"]
    assert (jetson.says("mode"), jetson.says("clocks")) == ("1", "free")


def test_the_modes_may_be_taken_again_and_again(tmp_path: Path) -> None:
    jetson = Jetson(tmp_path)
    for mode in (PowerMode.FULL, PowerMode.FULL, PowerMode.SAVING, PowerMode.SAVING, PowerMode.FULL):
        jetson.power.set_mode(mode)
    assert (jetson.says("mode"), jetson.says("clocks")) == ("2", "held")


def test_a_mode_that_is_there_is_not_asked_for(tmp_path: Path) -> None:
    jetson = Jetson(tmp_path, full=0, clocks=False)
    jetson.power.set_mode(PowerMode.FULL)
    assert jetson.orders == []


def test_without_numbers_only_the_clocks_are_held(tmp_path: Path) -> None:
    jetson = Jetson(tmp_path, saving=None, full=None)
    jetson.power.set_mode(PowerMode.FULL)
    assert jetson.orders == ["jetson_clocks --store clocks.conf", "jetson_clocks "]


def test_a_mode_that_needs_a_reboot_is_refused_and_asked_for_once(tmp_path: Path) -> None:
    jetson = Jetson(tmp_path, full=3)
    for _ in range(2):
        with pytest.raises(PowerModeFailed, match="mode 3 needs a reboot"):
            jetson.power.set_mode(PowerMode.FULL)
    assert jetson.orders == ["nvpmodel -m 3"]
    assert jetson.says("mode") == "0"


@pytest.mark.parametrize(
    ("number", "why"), [(9, "exit code 255: NVPM ERROR: Invalid power model 9"), (4, "mode 4 was not taken")]
)
def test_a_mode_that_is_not_taken_is_a_fault(tmp_path: Path, number: int, why: str) -> None:
    with pytest.raises(PowerModeFailed, match=why):
        Jetson(tmp_path, full=number).power.set_mode(PowerMode.FULL)


def test_an_answer_that_is_not_understood_is_a_fault(tmp_path: Path) -> None:
    jetson = Jetson(tmp_path)
    a_tool(tmp_path, "nvpmodel", "#!/bin/sh\necho Power Model Zero")
    with pytest.raises(PowerModeFailed, match="not understood: Power Model Zero"):
        jetson.power.set_mode(PowerMode.FULL)


def test_a_tool_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(PowerModeFailed, match="No such file") as caught:
        run_tool((str(tmp_path / "nvpmodel"), "-q"), 1.0)
    assert isinstance(caught.value.__cause__, OSError)


def test_a_tool_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "alive")
    alive = os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK)
    tool = a_tool(tmp_path, "nvpmodel", "#!/bin/sh\nexec 3> {folder}/alive\nsleep 600 & wait")
    with pytest.raises(PowerModeFailed, match="killed: it had not ended after"):
        run_tool((tool,), 1.0)
    # The pipe hangs up when the last process that holds it is gone, however busy this computer is.
    held = select.poll()
    held.register(alive, 0)
    assert held.poll(60_000) == [(alive, select.POLLHUP)]
    os.close(alive)


def test_what_a_tool_reads_is_the_answer(tmp_path: Path) -> None:
    tool = a_tool(tmp_path, "echoes", "#!/bin/sh\nread word; echo said $word")
    assert run_tool((tool,), 5.0, answer="NO\n").must() == "said NO\n"
