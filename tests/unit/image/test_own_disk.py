"""What runs knows only the partitions of the disk that it was started from."""

from __future__ import annotations

import re
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from imagekit.layout import plan

from tests.unit.house.tree import ROOT

BUILD = ROOT / "image-build"
OVERLAY = BUILD / "overlay"
INIT = (BUILD / "init" / "init").read_text()
CARD = "/devices/platform/emmc2bus/fe340000.mmc/mmc_host/mmc0/mmc0:aaaa/block/mmcblk0"
STICK = "/devices/platform/scb/fd500000.pcie/usb2/2-1/2-1:1.0/host0/target0:0:0/0:0:0:0/block/sda"
NAMES = {part.name for part in plan().partitions}


def rule(disk: str) -> dict[str, str]:
    """What init writes for udev, as patterns by key."""
    (function,) = re.findall(r"^own_names\(\) \{.*?^\}", INIT, re.MULTILINE | re.DOTALL)
    command = ("sh", "-euc", f"{function}\nown_names")
    told = subprocess.run(command, env={"disk": f"/sys{disk}"}, capture_output=True, text=True, check=True)
    return dict(re.findall(r'([A-Z]+(?:\{\w+\})?)(?:==|\+=)"([^"]*)"', told.stdout))


def link(partition: str, name: str) -> str:
    """The name that a partition gets beside its own; udev's `|` parts patterns."""
    told = rule(CARD)
    heeded = any(fnmatchcase(name, pattern) for pattern in told["ENV{ID_PART_ENTRY_NAME}"].split("|"))
    if not heeded or not fnmatchcase(partition, told["DEVPATH"]):
        return ""
    return "/dev/" + told["SYMLINK"].replace("$env{ID_PART_ENTRY_NAME}", name)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_only_the_own_disk_s_partition_bears_the_name(name: str) -> None:
    assert link(f"{CARD}/mmcblk0p1", name) == f"/dev/gatehouse/{name}"
    assert link(f"{STICK}/sda1", name) == ""


def test_a_stick_is_mounted_read_only_unless_its_partition_bears_such_a_name() -> None:
    told = (OVERLAY / "usr/lib/udev/rules.d/72-gatehouse-stick.rules").read_text()

    assert f'ENV{{ID_PART_ENTRY_NAME}}!="{rule(CARD)["ENV{ID_PART_ENTRY_NAME}"]}"' in told
    assert "--fsck=no " in told  # which would write to it
    assert "--options=ro," in told


def test_a_name_that_is_none_of_ours_is_left_alone() -> None:
    assert link(f"{CARD}/mmcblk0p7", "holiday") == ""


@pytest.mark.parametrize("board", ["rpi", "qemu-arm64"])
def test_updates_are_written_to_the_own_disk_alone(board: str) -> None:
    command = (str(ROOT / "ota" / "rauc" / "configure"), board)
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    found = re.findall(r"^device=(.*)", told, re.MULTILINE)
    assert sorted(found) == [f"/dev/gatehouse/{slot}" for slot in ("boot_a", "boot_b", "root_a", "root_b")]


def test_what_is_mounted_and_grown_lies_on_the_own_disk() -> None:
    mounted = [line.split()[0] for line in lines(OVERLAY / "etc" / "fstab") if line.startswith("/dev/")]
    grown = re.findall(r"/dev/\S+\w", (OVERLAY / "usr/lib/gatehouse/grow-data").read_text())

    assert mounted == ["/dev/gatehouse/data", "/dev/gatehouse/bootcfg"]
    assert "/dev/gatehouse/data" in grown


@pytest.mark.parametrize("overlay", ["overlay", "overlay-rpi", "overlay-qemu-arm64"])
def test_no_part_of_the_image_asks_any_disk_for_a_name(overlay: str) -> None:
    files = [path for path in (BUILD / overlay).rglob("*") if path.is_file()]

    assert files
    assert [path for path in files if re.search("by.*partlabel", f"{path} {path.read_text()}")] == []


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines()
