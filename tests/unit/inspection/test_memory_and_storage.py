"""Memory, swap, the root file system, and where the record lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.config import Config
from appliance.config.schema import Record
from appliance.faults import DiskFull
from appliance.inspection.memory import free, swap
from appliance.inspection.report import Level
from appliance.inspection.storage import Mount, data, mount_of, room, root

from .rig import a_config, a_site, levels, put


def mounted(tmp_path: Path, *lines: str) -> Path:
    put(tmp_path, "proc/mounts", "".join(f"{line} 0 0\n" for line in lines))
    return tmp_path


def recording(path: Path, min_free_mb: int = 1) -> Config:
    return a_config(record=Record(path=path, min_free_mb=min_free_mb))


@pytest.mark.parametrize(("available_kb", "level"), [(204_800, Level.WARN), (4_000_000, Level.FINE)])
def test_memory_must_be_free(tmp_path: Path, available_kb: int, level: Level) -> None:
    put(tmp_path, "proc/meminfo", f"MemTotal: 8000000 kB\nMemAvailable:   {available_kb} kB\n")

    assert levels(free(a_site(tmp_path))) == [level]


@pytest.mark.parametrize(
    ("place", "expected"),
    [("/var/swap", [Level.WASTE]), ("/dev/mmcblk0p3", [Level.WASTE]), ("/dev/zram0", [])],
)
def test_swap_on_a_card_is_waste(tmp_path: Path, place: str, expected: list[Level]) -> None:
    put(tmp_path, "proc/swaps", f"Filename\tType\tSize\tUsed\tPriority\n{place} file 102396 0 -2\n")

    assert levels(swap(a_site(tmp_path))) == expected


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("/dev/mmcblk0p2 / ext4 rw,noatime", Level.WARN),
        ("/dev/mmcblk0p2 / ext4 ro,noatime", Level.FINE),
        ("overlay / overlay rw,relatime,lowerdir=/ro", Level.FINE),
    ],
)
def test_a_root_that_a_power_cut_may_damage_is_noticed(tmp_path: Path, line: str, level: Level) -> None:
    assert levels(root(a_site(mounted(tmp_path, line)))) == [level]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/dev/mmcblk0p4 {} ext4 rw,noatime", [Level.FINE]),
        ("/dev/mmcblk0p4 {} ext4 rw", [Level.FINE, Level.WASTE]),
        ("/dev/mmcblk0p4 {} ext4 rw,sync,noatime", [Level.FINE, Level.WASTE]),
        ("/dev/mmcblk0p4 {} ext4 rw,noatime,data=writeback", [Level.WRONG]),
        ("/dev/mmcblk0p4 {} vfat rw,noatime", [Level.WRONG]),
        ("tmpfs {} tmpfs rw,nosuid", [Level.WRONG]),
        ("nas:/gate {} nfs4 rw,relatime", [Level.WARN]),
    ],
)
def test_the_record_s_partition_must_keep_it(tmp_path: Path, line: str, expected: list[Level]) -> None:
    site = a_site(
        mounted(tmp_path, "/dev/root / ext4 ro,noatime", line.format(tmp_path)),
        recording(tmp_path / "gate.db"),
    )

    assert levels(data(site)) == expected


def test_a_record_on_the_root_file_system_is_noticed(tmp_path: Path) -> None:
    site = a_site(mounted(tmp_path, "/dev/root / ext4 rw,noatime"), recording(tmp_path / "gate.db"))

    assert levels(data(site)) == [Level.WARN]


def test_the_innermost_and_latest_mount_holds_a_place() -> None:
    below, outer, inner, over = (
        Mount(name, place, "ext4", ())
        for name, place in [("a", "/"), ("b", "/var"), ("c", "/var/l"), ("d", "/var/l")]
    )

    assert mount_of(Path("/var/l/x"), [below, outer, inner, over]) is over
    assert mount_of(Path("/var/lib"), [below, outer, inner]) is outer


def test_a_disk_with_room_is_fine_before_its_folder_exists(tmp_path: Path) -> None:
    assert levels(room(a_site(tmp_path, recording(tmp_path / "new" / "gate.db")))) == [Level.FINE]


def test_a_disk_without_room_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(DiskFull):
        list(room(a_site(tmp_path, recording(tmp_path / "gate.db", 2**40))))
