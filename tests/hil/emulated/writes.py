"""What a card was told to write, one by one, and the card as it is when power goes in between.

QEMU's blklogwrites keeps the log. Source of its form: Linux, drivers/md/dm-log-writes.c.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import BinaryIO

SECTOR = 512
_ENTRY = struct.Struct("<QQQQ")
"""First sector, number of sectors, flags, length of a remark."""
_FLUSH, _FUA, _DISCARD = 1, 2, 4


@dataclass(frozen=True, slots=True)
class Write:
    """One order to the card. `start` and `size` count bytes on the card, `place` those in the log.

    `settles`: what was written before it is on the card for good.
    """

    log: Path
    place: int
    start: int
    size: int
    settles: bool

    @property
    def data(self) -> bytes:
        with self.log.open("rb") as log:
            log.seek(self.place)
            return log.read(self.size)


def writes_of(log: Path) -> Iterator[Write]:
    """All of a log, in their order. Its head counts them, and may be older than the last of them."""
    end = log.stat().st_size
    with log.open("rb") as file:
        at = SECTOR
        while at + SECTOR <= end:
            file.seek(at)
            first, count, flags, _ = _ENTRY.unpack(file.read(_ENTRY.size))
            size = 0 if flags & _DISCARD else count * SECTOR
            yield Write(log, at + SECTOR, first * SECTOR, size, bool(flags & (_FLUSH | _FUA)))
            at += SECTOR + size


class Card:
    """A card that follows a log as far as one likes. `image` is as it was when the log began."""

    def __init__(self, image: Path, writes: Sequence[Write]) -> None:
        self._image = image
        self._writes = writes
        self._done = 0
        self._pending: list[Write] = []

    def advance(self, until: int) -> None:
        """The first `until` writes were ordered; those that a flush followed are on the card."""
        with self._image.open("r+b") as image:
            for write in self._writes[self._done : until]:
                self._pending.append(write)
                if write.settles:
                    _apply(image, self._pending)
                    self._pending.clear()
        self._done = max(self._done, until)

    def cut(self, image: Path, chance: Random) -> None:
        """Power goes now. `image`, a copy of the card, gets what it happened to write of the rest: some
        orders and not others, and of the last one the first sectors only.
        """
        kept = [write for write in self._pending if chance.random() < 0.5]
        with image.open("r+b") as file:
            _apply(file, kept)
            if self._pending and (last := self._pending[-1]).size:
                file.seek(last.start)
                file.write(last.data[: chance.randrange(last.size // SECTOR + 1) * SECTOR])


def _apply(card: BinaryIO, writes: Sequence[Write]) -> None:
    for write in writes:
        card.seek(write.start)
        card.write(write.data)
