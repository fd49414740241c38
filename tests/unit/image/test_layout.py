"""The disk's layout: nothing overlaps, nothing moves, nothing is named by chance."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from imagekit.layout import ALIGN_MIB, DoesNotFit, Layout, fit, main, plan

NAMES = ["bootcfg", "boot_a", "boot_b", "root_a", "root_b", "data"]


def ends(layout: Layout) -> list[int]:
    return [part.start_mib + part.size_mib for part in layout.partitions]


def test_the_firmware_finds_its_partitions_by_number() -> None:
    found = {part.number: part.name for part in plan().partitions}

    assert found == dict(enumerate(NAMES, 1))


@pytest.mark.parametrize("root_mib", [1, 257, 1024])
def test_no_partition_reaches_into_the_next(root_mib: int) -> None:
    layout = plan(root_mib=root_mib)

    gaps = [after.start_mib - end for (_, after), end in zip(pairwise(layout.partitions), ends(layout))]
    assert min(gaps) >= 0


@pytest.mark.parametrize("root_mib", [1, 257, 1024])
def test_each_partition_begins_at_an_erase_block(root_mib: int) -> None:
    assert {part.start_mib % ALIGN_MIB for part in plan(root_mib=root_mib).partitions} == {0}


def test_both_slots_have_the_same_size() -> None:
    layout = plan()

    assert layout.named("root_a").size_mib == layout.named("root_b").size_mib
    assert layout.named("boot_a").size_mib == layout.named("boot_b").size_mib


def test_the_data_partition_is_last_so_that_it_can_grow() -> None:
    layout = plan()

    assert max(ends(layout)) == ends(layout)[-1]
    assert layout.size_mib > ends(layout)[-1]


def test_the_same_inputs_give_the_same_identifiers() -> None:
    assert plan().sgdisk() == plan().sgdisk()
    assert len({part.guid for part in plan().partitions}) == len(NAMES)


def test_sgdisk_is_told_whole_sectors() -> None:
    boot = plan().named("boot_a")

    assert (
        boot.sgdisk()[0] == f"--new=2:{boot.start_mib * 2048}:{(boot.start_mib + boot.size_mib) * 2048 - 1}"
    )


def test_content_that_fits_is_accepted_and_larger_content_refused(tmp_path: Path) -> None:
    content = tmp_path / "root.img"
    with content.open("wb") as file:
        file.truncate(1 << 20)
    fit(plan(root_mib=1).named("root_a"), content)
    with content.open("ab") as file:
        file.truncate((1 << 20) + 1)

    with pytest.raises(DoesNotFit, match="root_a has 1 MiB"):
        fit(plan(root_mib=1).named("root_a"), content)


def test_the_shell_is_told_where_a_partition_lies(capsys: pytest.CaptureFixture[str]) -> None:
    main(["place", "bootcfg"])

    assert capsys.readouterr().out == "4 64\n"
