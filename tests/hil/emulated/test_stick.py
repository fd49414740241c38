"""A USB stick with bundles, which somebody puts into a board that runs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from appliance.config.schema import Update

from .machine import Board, Run

pytestmark = pytest.mark.timeout(1800)

BUNDLE = "gatehouse-9.9.raucb"
MODULES = ("scsi_common", "scsi_mod", "sd_mod")
"""Built into a Pi's kernel; this image leaves them out."""
MIB = 1 << 20
OURS_MIB, BUNDLES_MIB = 8, 40


def a_stick(folder: Path) -> Path:
    """First a partition that is called as the board's own for data, then one with a bundle."""
    stick = folder / "stick.img"
    stick.touch()
    os.truncate(stick, (OURS_MIB + BUNDLES_MIB + 2) * MIB)
    (folder / BUNDLE).write_bytes(b"bundle")
    there = 1 + OURS_MIB
    for words in (
        ("sgdisk", f"--new=1:1M:+{OURS_MIB}M", "--change-name=1:data", f"--new=2:{there}M:0", stick),
        ("mke2fs", "-q", "-F", "-t", "ext4", "-E", f"offset={MIB}", stick, f"{OURS_MIB}M"),
        ("mkfs.vfat", "-F", "32", "--offset", f"{there * MIB // 512}", stick, f"{BUNDLES_MIB * 1024}"),
        ("mcopy", "-i", f"{stick}@@{there}M", folder / BUNDLE, "::"),
    ):
        subprocess.run(words, check=True, capture_output=True)
    return stick


@pytest.fixture
def run(thawed: tuple[Board, Run]) -> Run:
    return thawed[1]


@pytest.fixture
def media(run: Run) -> Path:
    """Where updates are looked for on sticks; the board's kernel knows them."""
    for module in MODULES:
        run.agent.ask(f"insmod /bench/usb/{module}.ko.xz")
    run.agent.ask("modprobe usb-storage")
    return Update().usb


def test_a_stick_that_is_put_in_is_mounted_read_only(run: Run, media: Path, tmp_path: Path) -> None:
    stick = a_stick(tmp_path)
    before = stick.read_bytes()

    run.plug_in(stick)

    run.agent.ask(f"timeout 300 sh -c 'until [ -e {media}/*/{BUNDLE} ]; do sleep 0.5; done'", 80)
    options = run.agent.ask(f"findmnt --noheadings --output OPTIONS {media}/sda2").strip().split(",")
    assert {"ro", "nosuid", "nodev", "noexec"} <= set(options)
    assert stick.read_bytes() == before


def test_a_stick_s_partition_never_takes_the_board_s_own_name(run: Run, media: Path, tmp_path: Path) -> None:
    own = run.agent.ask("readlink /dev/gatehouse/data")
    run.plug_in(a_stick(tmp_path))
    run.agent.ask(f"timeout 300 sh -c 'until [ -e {media}/*/{BUNDLE} ]; do sleep 0.5; done'", 80)

    assert run.agent.ask("udevadm settle; ls /dev/sda1 /media").split() == ["/dev/sda1", "/media:", "sda2"]
    assert run.agent.ask("readlink /dev/gatehouse/data") == own == "../vda6\n"
