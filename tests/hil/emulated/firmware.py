"""The Pi's firmware on the host: chooses the partition of the image, and takes the kernel out of it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .autoboot import CONFIG_PARTITION, Choice, choose, files

PI_4B = 0xC03111
"""The revision that gpiozero asks the device tree for: a Pi 4B with 4 GB."""

_REMOVED = ("/gpio-keys", "/pl061@9030000")
"""The emulated machine's own GPIO chip: the bench's shall be the first."""

# A handle in the device tree that no other node has.
_SUPPLY = 0x1ED

_ROW = re.compile(r"^ *(\d+) +(\d+) +(\d+)", re.MULTILINE)


class NothingToStart(Exception):
    """The chosen partition holds no kernel; a Pi would stand still and blink."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the firmware hands to the processor."""

    choice: Choice
    kernel: Path
    initramfs: Path
    cmdline: str
    device_tree: Path
    watchdog_s: int
    """The firmware's watchdog runs when the kernel starts; 0: it does not."""


class Firmware:
    """Reads an image's partitions with mtools, so that no mount and no root is needed."""

    def __init__(self, image: Path, work: Path) -> None:
        self._image = image
        self._work = work
        self._extents = _partitions(image)

    def load(self, machine: Sequence[str], *, tryboot: bool) -> Loaded:
        """Choose and load. `machine` is QEMU's command line as far as its device tree depends on it.

        Raises NothingToStart.
        """
        choice = self.choose(tryboot=tryboot)
        named = files(self.read(choice.partition, "config.txt").decode(), tryboot)
        kernel, initramfs = (self._extract(choice.partition, name) for name in named.loaded)
        cmdline = self.read(choice.partition, named.cmdline).decode().strip()
        return Loaded(
            choice, kernel, initramfs, cmdline, self._device_tree(machine, choice), named.watchdog_s
        )

    def extent(self, partition: int) -> tuple[int, int]:
        """Where a partition begins in the image, and its length, in bytes."""
        return self._extents[partition]

    def choose(self, *, tryboot: bool = False) -> Choice:
        """Which partition would be started."""
        return choose(self.read(CONFIG_PARTITION, "autoboot.txt"), tryboot)

    def read(self, partition: int, name: str) -> bytes:
        """One file of a FAT partition. Raises NothingToStart where it is missing."""
        done = _mtools("mtype", "-i", self._place(partition), f"::{name}")
        if done.returncode:
            raise NothingToStart(f"partition {partition} has no {name}")
        return done.stdout

    def write(self, partition: int, name: str, content: bytes) -> None:
        """Leave a file on a FAT partition, as a person does who puts the card into a computer."""
        local = self._work / name
        local.write_bytes(content)
        _mtools("mcopy", "-o", "-m", "-i", self._place(partition), str(local), f"::{name}").check_returncode()

    def remove(self, partition: int, name: str) -> None:
        _mtools("mdel", "-i", self._place(partition), f"::{name}").check_returncode()

    def _extract(self, partition: int, name: str) -> Path:
        place = self._work / Path(name).name
        place.write_bytes(self.read(partition, name))
        return place

    def _place(self, partition: int) -> str:
        return f"{self._image}@@{self._extents[partition][0]}"

    def _device_tree(self, machine: Sequence[str], choice: Choice) -> Path:
        """The machine's own, with what a Pi's firmware adds to it."""
        tree = self._work / "board.dtb"
        words = [*machine, "-display", "none"]
        at = words.index("-machine") + 1
        words[at] += f",dumpdtb={tree}"
        subprocess.run(words, check=True, capture_output=True)
        for node in _REMOVED:
            subprocess.run(("fdtput", "-r", str(tree), node), check=True)
        _cell(tree, "/chosen/bootloader", "partition", choice.partition)
        _cell(tree, "/chosen/bootloader", "tryboot", int(choice.tryboot))
        _cell(tree, "/system", "linux,revision", PI_4B)
        _led(tree)
        return tree


def _cell(tree: Path, node: str, name: str, value: int) -> None:
    subprocess.run(("fdtput", "-p", "-t", "i", str(tree), node, name, str(value)), check=True)


def _led(tree: Path) -> None:
    """The board's own LED, which QEMU lacks: one that a regulator without any pin feeds."""
    _cell(tree, "/led-supply", "phandle", _SUPPLY)
    _text(tree, "/led-supply", "compatible", "regulator-fixed")
    _text(tree, "/led-supply", "regulator-name", "led")
    for bound in ("min", "max"):
        _cell(tree, "/led-supply", f"regulator-{bound}-microvolt", 3_300_000)
    _text(tree, "/leds", "compatible", "regulator-led")
    _text(tree, "/leds", "label", "ACT")
    _cell(tree, "/leds", "vled-supply", _SUPPLY)


def _text(tree: Path, node: str, name: str, value: str) -> None:
    subprocess.run(("fdtput", "-p", "-t", "s", str(tree), node, name, value), check=True)


def _mtools(*words: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "MTOOLS_SKIP_CHECK": "1"}
    return subprocess.run(words, capture_output=True, check=False, env=environment)


def _partitions(image: Path) -> dict[int, tuple[int, int]]:
    """The first byte and the length of each partition, by its number."""
    command = ("sgdisk", "--print", str(image))
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = (tuple(map(int, row)) for row in _ROW.findall(told.partition("Number")[2]))
    return {number: (first * 512, (last - first + 1) * 512) for number, first, last in rows}
