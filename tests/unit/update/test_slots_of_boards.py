"""What one board's slots alone have to refuse or to mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.faults import SlotsUnusable
from appliance.update.autoboot import NAME
from appliance.update.base import Slot, SlotState
from appliance.update.tryboot import BOOTLOADER, REBOOT_PARAM, STARTS

from .boards import JetsonBoard, PiBoard


def test_a_jetson_without_redundancy_refuses_to_switch(tmp_path: Path) -> None:
    board = JetsonBoard(tmp_path)
    board.write("RootfsRedundancyLevel", 0)

    with pytest.raises(SlotsUnusable, match="ROOTFS_AB=1"):
        board.slots.set_primary(Slot.B)
    assert board.slots.primary() is Slot.A


def test_a_jetson_s_slot_that_came_back_is_made_bootable_again(tmp_path: Path) -> None:
    board = JetsonBoard(tmp_path)
    board.write("RootfsStatusSlotB", 0xFF)

    board.slots.set_primary(Slot.B)

    assert board.read("RootfsStatusSlotB") == 0
    assert (
        "chattr",
        "-i",
        str(board.efivars / f"RootfsStatusSlotB-{'781e084c-a330-417c-b678-38e696380cb9'}"),
    ) in (board.calls)


def test_a_jetson_that_does_not_obey_is_found_out(tmp_path: Path) -> None:
    board = JetsonBoard(tmp_path)
    board._activate = lambda slot: ""  # type: ignore[method-assign]

    with pytest.raises(SlotsUnusable, match="did not make"):
        board.slots.set_primary(Slot.B)


def test_a_jetson_of_which_nothing_is_noted_is_measured_by_what_runs(tmp_path: Path) -> None:
    board = JetsonBoard(tmp_path)
    (tmp_path / "slots").unlink()
    board.slots.set_primary(Slot.B)
    board.restart()

    assert board.slots.committed() is Slot.B


def test_a_pi_s_trial_leaves_no_word_to_the_next_restart(tmp_path: Path) -> None:
    board = PiBoard(tmp_path)
    board.slots.set_primary(Slot.B)
    board.restart()
    (board.root / REBOOT_PARAM).write_bytes(b"0 tryboot\n")

    board.slots.set_state(Slot.B, SlotState.GOOD)

    assert not (board.root / REBOOT_PARAM).exists()


@pytest.mark.parametrize(
    "text", [b"", b"[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_parti", b"\xff" * 40]
)
def test_a_pi_whose_file_is_torn_says_so(tmp_path: Path, text: bytes) -> None:
    board = PiBoard(tmp_path)
    (board.boot / NAME).write_bytes(text)

    with pytest.raises(SlotsUnusable, match=r"autoboot\.txt"):
        board.slots.primary()


def test_a_board_that_was_not_started_from_the_image_says_so(tmp_path: Path) -> None:
    board = PiBoard(tmp_path)
    (board.boot / NAME).unlink()

    with pytest.raises(SlotsUnusable, match="not started from Gatehouse's image"):
        board.slots.primary()


def test_a_partition_that_is_no_slot_is_named(tmp_path: Path) -> None:
    board = PiBoard(tmp_path)
    (board.root / BOOTLOADER / "partition").write_bytes((7).to_bytes(4, "big"))

    with pytest.raises(SlotsUnusable, match="partition 7"):
        board.slots.current()


def test_what_is_written_to_a_pi_s_slot_anew_has_all_its_starts_before_it(tmp_path: Path) -> None:
    board = PiBoard(tmp_path)
    counters = board.root / "data" / "system"
    counters.mkdir(parents=True)
    for name in ("attempts_a", "brief_a", "attempts_b", "brief_b"):
        (counters / name).write_text("2\n")

    board.slots.set_state(Slot.B, SlotState.BAD)

    assert sorted(one.name for one in counters.iterdir()) == ["attempts_a", "brief_a"]


def test_the_counters_of_starts_are_those_that_the_image_keeps() -> None:
    init = (Path(__file__).parents[3] / "image-build" / "init" / "init").read_text()

    assert "file=/data/system/$1_$slot" in init
    assert all(f"count {Path(place).name.split('_')[0]}\n" in init for place in STARTS)
