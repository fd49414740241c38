"""The rewriting of autoboot.txt, cut at every single step: the board boots a good slot."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.faults import SlotsUnusable
from appliance.update.autoboot import (
    NAME,
    SECTOR,
    SPARES,
    Autoboot,
    MountedFat,
    read_autoboot,
    write_autoboot,
)

from .floppy import Cut, Floppy

OLD, NEW = Autoboot(2, 3), Autoboot(3, 2)
SHARES = (0.0, 0.3, 0.9, 1.0)


def floppy() -> Floppy:
    return Floppy({NAME: 1}, {1: OLD.data})


def cuts(disk: Floppy, wanted: Autoboot) -> int:
    """How many steps a rewriting has."""
    whole = disk.after()
    write_autoboot(whole, wanted)
    return whole.steps


def cut(disk: Floppy, wanted: Autoboot, at: int, kept: float, mirrored: bool) -> Floppy:
    """The partition after a rewriting that ended with the `at`th step, or was not cut at all."""
    broken = disk.after()
    broken.cut_at, broken.kept, broken.mirrored = at, kept, mirrored
    with suppress(Cut):
        write_autoboot(broken, wanted)
    return broken.after()


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("kept", SHARES)
def test_a_cut_at_any_step_leaves_the_old_or_the_new(kept: float, mirrored: bool) -> None:
    steps = cuts(floppy(), NEW)
    after = [read_autoboot(cut(floppy(), NEW, at, kept, mirrored)) for at in range(1, steps + 1)]

    assert set(after) == {OLD, NEW}
    assert after == sorted(after, key=[OLD, NEW].index)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("kept", SHARES)
def test_after_any_cut_the_rewriting_can_be_done_again(kept: float, mirrored: bool) -> None:
    for at in range(1, cuts(floppy(), NEW) + 1):
        disk = cut(floppy(), NEW, at, kept, mirrored)
        for again in range(1, cuts(disk, NEW) + 1):
            assert read_autoboot(cut(disk, NEW, again, kept, mirrored)) in (OLD, NEW)
        write_autoboot(disk, NEW)

        assert read_autoboot(disk) == NEW


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([OLD, NEW]), st.integers(1, 9), st.sampled_from(SHARES), st.booleans()),
        max_size=8,
    )
)
def test_whatever_was_cut_before_a_slot_is_named(history: list[tuple[Autoboot, int, float, bool]]) -> None:
    disk = floppy()
    for wanted, at, kept, mirrored in history:
        disk = cut(disk, wanted, at, kept, mirrored)

        assert read_autoboot(disk) in (OLD, NEW)


def test_the_simulated_disk_tears_a_file_that_is_overwritten_in_place() -> None:
    """The test above can fail: what it holds against is there."""
    disk = floppy()
    disk.cut_at, disk.kept = 2, 0.3
    with pytest.raises(Cut):
        disk.write(NAME, NEW.data)

    with pytest.raises(SlotsUnusable):
        read_autoboot(disk.after())


def test_the_simulated_disk_loses_a_name_that_is_renamed() -> None:
    disk = floppy()
    disk.cut_at = 1
    with pytest.raises(Cut):
        disk.rename(NAME, "other")

    with pytest.raises(SlotsUnusable, match="there is none"):
        read_autoboot(disk.after())


def test_a_twin_of_the_file_is_never_overwritten() -> None:
    disk = Floppy({NAME: 1, SPARES[0]: 1}, {1: OLD.data})

    write_autoboot(disk, NEW)

    assert (read_autoboot(disk), disk.read(SPARES[0])) == (NEW, OLD.data)


def test_a_partition_full_of_twins_is_left_alone() -> None:
    disk = Floppy(dict.fromkeys((NAME, *SPARES), 1), {1: OLD.data})

    with pytest.raises(SlotsUnusable, match=r"fsck\.fat"):
        write_autoboot(disk, NEW)
    assert read_autoboot(disk) == OLD


def test_what_it_says_already_is_not_written() -> None:
    disk = floppy()

    write_autoboot(disk, OLD)

    assert disk.steps == 0


def test_the_file_fits_in_a_sector() -> None:
    assert len(Autoboot(99, 99).data) < SECTOR


@pytest.mark.parametrize("length", range(len(OLD.data)))
def test_a_torn_file_is_refused(length: int) -> None:
    with pytest.raises(SlotsUnusable):
        Autoboot.parse(OLD.data[:length])


def test_a_whole_one_is_read_as_it_was_written() -> None:
    assert Autoboot.parse(NEW.data) == NEW


def test_a_real_folder_is_rewritten(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("boot")
    mounts: list[str] = []
    fat = MountedFat(folder, mounts.append)
    (folder / NAME).write_bytes(OLD.data)
    for wanted in (NEW, OLD, NEW):
        write_autoboot(fat, wanted)

    assert (read_autoboot(fat), mounts) == (NEW, ["rw", "ro"] * 3)
    assert sorted(one.name for one in folder.iterdir()) == [SPARES[0], NAME]


def test_a_folder_without_the_file_is_given_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    fat = MountedFat(tmp_path_factory.mktemp("boot"))

    write_autoboot(fat, NEW)

    assert read_autoboot(fat) == NEW
