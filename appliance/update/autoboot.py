"""`autoboot.txt`, by which a Raspberry Pi's firmware chooses the slot, and how it is replaced on FAT."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..durable import exchange, sync
from ..faults import SlotsUnusable

NAME = "autoboot.txt"
SPARES = tuple(f"autoboot.{number:03}" for number in range(10))
"""8.3 names in lower case, which FAT keeps in one entry of a directory."""
SECTOR = 512
"""The firmware reads no more of the file, and a disk writes no less."""
_TEXT = "[all]\ntryboot_a_b=1\nboot_partition={}\n[tryboot]\nboot_partition={}\n"
_SHAPE = re.compile(re.escape(_TEXT).replace(r"\{\}", r"(\d{1,2})"))


@dataclass(frozen=True, slots=True)
class Autoboot:
    """Partition numbers: of every boot, and of the one that follows `reboot "0 tryboot"`."""

    default: int
    tried: int

    @classmethod
    def parse(cls, data: bytes) -> Autoboot:
        """From exactly the text that `data` writes; a torn one is refused. Raises SlotsUnusable."""
        found = _SHAPE.fullmatch(data.decode("ascii", "replace"))
        if found is None:
            raise SlotsUnusable("it is not as Gatehouse writes it", part=NAME)
        return cls(int(found[1]), int(found[2]))

    @property
    def data(self) -> bytes:
        return _TEXT.format(self.default, self.tried).encode("ascii")


class Fat(Protocol):
    """What is done to the small FAT partition, each a step that a cut may follow. Raises OSError."""

    def writable(self) -> AbstractContextManager[object]:
        """What is written is written within."""

    def read(self, name: str) -> bytes | None:
        """None where there is no such file."""

    def write(self, name: str, data: bytes) -> None:
        """Make or overwrite a file, in the kernel's memory."""

    def sync(self, name: str) -> None:
        """A file's bytes are on the disk when this returns."""

    def exchange(self, one: str, other: str) -> None:
        """Two files change names, each of which always names one of the two."""

    def rename(self, one: str, free: str) -> None: ...

    def settle(self) -> None:
        """The names are on the disk when this returns."""


class MountedFat:
    """The partition where the kernel has mounted it.

    Not with -o sync: then the two names of an exchange, which lie in one sector, are written one by one.
    `remount` is told "rw" before and "ro" after: at rest the partition cannot be harmed.
    """

    def __init__(self, folder: Path, remount: Callable[[str], object] = lambda mode: None) -> None:
        self._folder = folder
        self._remount = remount

    @contextmanager
    def writable(self) -> Iterator[None]:
        self._remount("rw")
        try:
            yield
        finally:
            self._remount("ro")

    def read(self, name: str) -> bytes | None:
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes) -> None:
        (self._folder / name).write_bytes(data)

    def sync(self, name: str) -> None:
        sync(self._folder / name)

    def exchange(self, one: str, other: str) -> None:
        exchange(self._folder / one, self._folder / other)

    def rename(self, one: str, free: str) -> None:
        os.rename(self._folder / one, self._folder / free)

    def settle(self) -> None:
        sync(self._folder)


def read_autoboot(fat: Fat) -> Autoboot:
    """Raises SlotsUnusable where it is missing, torn or cannot be read."""
    try:
        data = fat.read(NAME)
    except OSError as error:
        raise SlotsUnusable(f"it cannot be read: {error.strerror}", part=NAME) from error
    if data is None:
        raise SlotsUnusable("there is none: this board was not started from Gatehouse's image", part=NAME)
    return Autoboot.parse(data)


def write_autoboot(fat: Fat, wanted: Autoboot) -> None:
    """Replace it so that the name leads to the old text or to the new one, whole, whenever power is cut.

    What it said stays under a spare name. FAT's rename takes a name away before it gives it anew, so names
    are exchanged instead. Raises SlotsUnusable.
    """
    try:
        if fat.read(NAME) != wanted.data:
            with fat.writable():
                _replace(fat, wanted.data)
    except OSError as error:
        raise SlotsUnusable(f"it cannot be replaced: {error.strerror}", part=NAME) from error


def _replace(fat: Fat, data: bytes) -> None:
    present = fat.read(NAME)
    spare = _spare(fat, present)
    fat.write(spare, data)
    fat.sync(spare)
    if fat.read(spare) != data:
        raise SlotsUnusable("what was written reads back differently", part=NAME)
    if present is None:
        fat.rename(spare, NAME)
    else:
        fat.exchange(spare, NAME)
    fat.settle()


def _spare(fat: Fat, present: bytes | None) -> str:
    """A name that may be overwritten.

    A cut between the two halves of an exchange leaves both names on the same clusters. A spare that says what
    the file says may be such a twin: to overwrite it would tear the file.
    """
    free = next((name for name in SPARES if present is None or fat.read(name) != present), None)
    if free is None:
        raise SlotsUnusable("every spare name beside it may share its bytes: run fsck.fat on it", part=NAME)
    return free
