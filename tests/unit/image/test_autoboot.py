"""The emulated firmware reads autoboot.txt and config.txt as a Raspberry Pi does."""

from __future__ import annotations

import pytest

from tests.hil.emulated.autoboot import Choice, Files, choose, files
from tests.unit.house.tree import ROOT

SHIPPED = (ROOT / "image-build" / "card" / "autoboot.txt").read_bytes()
CONFIG = (ROOT / "image-build" / "overlay-boot" / "config.txt").read_text()


@pytest.mark.parametrize(("tryboot", "partition"), [(False, 2), (True, 3)])
def test_the_shipped_file_starts_a_and_tries_b(tryboot: bool, partition: int) -> None:
    assert choose(SHIPPED, tryboot) == Choice(partition, tryboot)


def test_the_shipped_file_fits_what_the_firmware_reads() -> None:
    assert len(SHIPPED) <= 512


@pytest.mark.parametrize("text", [b"", b"[all]\n", b"boot_partition=x\n", b"\xff\xfe\x00"])
def test_without_a_word_of_a_partition_the_first_is_started(text: bytes) -> None:
    assert choose(text, False).partition == 1


def test_the_last_word_counts() -> None:
    text = b"[all]\nboot_partition=3\n[tryboot]\nboot_partition=2\n[all]\nboot_partition=4\n"

    assert (choose(text, False).partition, choose(text, True).partition) == (4, 4)


def test_what_lies_beyond_the_first_sector_is_not_read() -> None:
    assert choose(b"boot_partition=2\n" + b"#" * 495 + b"\nboot_partition=3\n", False).partition == 2


def test_the_shipped_config_names_what_the_slot_holds() -> None:
    assert files(CONFIG, False) == Files("kernel", "initramfs", "cmdline.txt", watchdog_s=60)


def test_a_section_for_tryboot_counts_only_then() -> None:
    text = "kernel=one\n[tryboot]\nkernel=two # the new one\n"

    assert (files(text, False).kernel, files(text, True).kernel) == ("one", "two")


def test_an_empty_config_gives_the_firmware_s_own_names() -> None:
    assert files("", False) == Files("kernel8.img", "", "cmdline.txt")
