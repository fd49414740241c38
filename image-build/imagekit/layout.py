"""The disk: which partitions it has, where they lie, and how sgdisk is told.

Two slots of a boot partition and a root, one partition before them for the firmware and one behind them for
what is kept. No partition is known by a UUID: both slots' content is the same bits.
"""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SECTOR = 512
ALIGN_MIB = 4
"""The erase block of common SD cards; a slot that starts within one wears its neighbour's."""

_FAT = "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7"
_LINUX = "0FC63DAF-8483-4772-8E79-3D69D8477DE4"
_NAMES = uuid.UUID("6f0ea7b7-1e2c-4e6f-9d0a-3f1c57a4b0de")
"""Where the disk's GUIDs come from by name, so that the same inputs give the same bits."""


class DoesNotFit(ValueError):
    """The content of a partition is larger than the partition."""


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition of the disk; `start_mib` from the disk's begin."""

    number: int
    name: str
    start_mib: int
    size_mib: int
    kind: str

    @property
    def start_bytes(self) -> int:
        return self.start_mib << 20

    @property
    def guid(self) -> str:
        return str(uuid.uuid5(_NAMES, self.name)).upper()

    def sgdisk(self) -> tuple[str, ...]:
        """Its part of sgdisk's command line."""
        first = self.start_bytes // SECTOR
        last = first + (self.size_mib << 20) // SECTOR - 1
        number = self.number
        return (
            f"--new={number}:{first}:{last}",
            f"--typecode={number}:{self.kind}",
            f"--change-name={number}:{self.name}",
            f"--partition-guid={number}:{self.guid}",
        )


@dataclass(frozen=True, slots=True)
class Layout:
    """The disk's partitions in their order. The last one grows to the disk's end at the first boot."""

    partitions: tuple[Partition, ...]

    @property
    def size_mib(self) -> int:
        """The image as it is shipped; the last MiB holds the second partition table."""
        last = self.partitions[-1]
        return last.start_mib + last.size_mib + ALIGN_MIB

    def named(self, name: str) -> Partition:
        return next(part for part in self.partitions if part.name == name)

    def sgdisk(self) -> tuple[str, ...]:
        """All of sgdisk's arguments but the file."""
        disk = str(uuid.uuid5(_NAMES, "disk")).upper()
        words = (word for part in self.partitions for word in part.sgdisk())
        return ("--clear", "--set-alignment=1", f"--disk-guid={disk}", *words)


def plan(*, config_mib: int = 64, boot_mib: int = 128, root_mib: int = 1024, data_mib: int = 64) -> Layout:
    """The appliance's disk. A slot's root leaves an update room to grow to twice of what is shipped today."""
    wanted = (
        ("bootcfg", config_mib, _FAT),
        ("boot_a", boot_mib, _FAT),
        ("boot_b", boot_mib, _FAT),
        ("root_a", root_mib, _LINUX),
        ("root_b", root_mib, _LINUX),
        ("data", data_mib, _LINUX),
    )
    return Layout(tuple(_laid_out(wanted)))


def fit(partition: Partition, content: Path) -> None:
    """Raises DoesNotFit when the file is larger than the partition that it is meant for."""
    size = content.stat().st_size
    if size > partition.size_mib << 20:
        room = f"{partition.name} has {partition.size_mib} MiB"
        raise DoesNotFit(f"{content.name} has {size >> 20} MiB, and {room}; see plan() in layout.py")


def _laid_out(wanted: Sequence[tuple[str, int, str]]) -> Iterator[Partition]:
    start = ALIGN_MIB
    for number, (name, size, kind) in enumerate(wanted, 1):
        yield Partition(number, name, start, size, kind)
        start += -(-size // ALIGN_MIB) * ALIGN_MIB


def main(words: Sequence[str] | None = None) -> None:
    """For the shell: `sgdisk` prints a word a line, `place NAME` its start and size in MiB."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("sgdisk", "place", "size"))
    parser.add_argument("name", nargs="?", default="")
    parser.add_argument("--content", type=Path, help="refuse where this file does not fit")
    asked = parser.parse_args(words)
    layout = plan()
    if asked.what == "sgdisk":
        print("\n".join(layout.sgdisk()))
    elif asked.what == "size":
        print(layout.size_mib)
    else:
        partition = layout.named(asked.name)
        if asked.content:
            fit(partition, asked.content)
        print(partition.start_mib, partition.size_mib)


if __name__ == "__main__":
    main()
