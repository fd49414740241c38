"""A board without its data partition says so, and makes it anew for a held button alone."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from appliance.firstboot.prepare import Helpers
from appliance.firstboot.stranded import MAKE, RESTART, tell
from appliance.hw.signs import Sign


@dataclass
class Rig:
    """A board's button, LED, console and programs."""

    partition: Path
    pressed: bool = False
    broken: str = ""
    ran: list[tuple[str, ...]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    signs: list[Sign] = field(default_factory=list)

    def run(self, words: Sequence[str]) -> None:
        self.ran.append(tuple(words))
        if words[0] == self.broken:
            raise subprocess.CalledProcessError(1, words[0])

    def start(self) -> None:
        tell(
            Helpers(self.run, lambda path: None, lambda: self.pressed, self.lines.append, self.signs.append),
            self.partition,
        )


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    partition = tmp_path / "data"
    partition.touch()
    return Rig(partition)


def test_a_partition_that_cannot_be_mounted_is_told_with_the_remedy_and_left(rig: Rig) -> None:
    rig.start()

    assert "cannot be mounted. Power the board on with SERVICE held" in rig.lines[0]
    assert (rig.ran, rig.signs[-1]) == ([], Sign.REFUSED)


def test_a_held_button_makes_the_partition_anew_and_restarts_the_board(rig: Rig) -> None:
    rig.pressed = True

    rig.start()

    assert rig.ran == [(*MAKE, str(rig.partition)), RESTART]
    assert rig.signs[-1] is Sign.RESET


def test_a_partition_that_is_missing_is_told_and_no_button_helps(rig: Rig) -> None:
    rig.partition.unlink()
    rig.pressed = True

    rig.start()

    assert "is missing. Write the image to the disk again" in rig.lines[0]
    assert (rig.ran, rig.signs) == ([], [Sign.REFUSED])


def test_a_disk_that_takes_no_file_system_is_told_and_the_board_does_not_restart(rig: Rig) -> None:
    rig.pressed, rig.broken = True, MAKE[0]

    rig.start()

    assert "Replace the disk." in rig.lines[-1]
    assert (len(rig.ran), rig.signs[-1]) == (1, Sign.REFUSED)
