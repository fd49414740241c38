"""A card on which power is cut keeps what was flushed, and of the rest what it happened to write."""

from __future__ import annotations

import struct
from pathlib import Path
from random import Random

import pytest

from tests.hil.emulated.writes import SECTOR, Card, Write, writes_of

FLUSH, DISCARD = 1, 4
OLD, NEW = b"o" * SECTOR, b"n" * SECTOR


@pytest.fixture
def image(tmp_path: Path) -> Path:
    place = tmp_path / "card"
    place.write_bytes(4 * OLD)
    return place


def logged(folder: Path, *orders: tuple[int, int, int]) -> tuple[Write, ...]:
    """A log of orders: first sector, number of sectors, flags."""
    place = folder / "log"
    with place.open("wb") as log:
        log.write(bytes(SECTOR))
        for first, count, flags in orders:
            log.write(struct.pack("<QQQQ", first, count, flags, 0).ljust(SECTOR, b"\0"))
            log.write(NEW * count * (flags != DISCARD))
    return tuple(writes_of(place))


def cut(image: Path, writes: tuple[Write, ...], after: int, seed: int = 0) -> bytes:
    """Where a sector of the card is new."""
    card = Card(image, writes)
    card.advance(after)
    left = image.with_name("left")
    left.write_bytes(image.read_bytes())
    card.cut(left, Random(seed))
    return left.read_bytes()[::SECTOR]


def test_a_log_is_read_in_its_order(tmp_path: Path) -> None:
    writes = logged(tmp_path, (2, 1, 0), (0, 0, FLUSH), (0, 2, DISCARD))

    assert [(one.start, one.size, one.settles) for one in writes] == [
        (2 * SECTOR, SECTOR, False),
        (0, 0, True),
        (0, 0, False),
    ]


def test_what_was_flushed_is_kept(image: Path, tmp_path: Path) -> None:
    writes = logged(tmp_path, (0, 1, 0), (3, 1, 0), (0, 0, FLUSH), (1, 1, 0))

    assert cut(image, writes, 3) == b"noon"


def test_what_comes_after_the_cut_was_never_written(image: Path, tmp_path: Path) -> None:
    writes = logged(tmp_path, (0, 1, 0), (0, 0, FLUSH), (1, 1, 0), (0, 0, FLUSH))

    assert cut(image, writes, 2) == b"nooo"


def test_what_was_not_flushed_may_be_lost_kept_or_torn(image: Path, tmp_path: Path) -> None:
    writes = logged(tmp_path, (0, 3, 0))
    seen = {cut(image, writes, 1, seed) for seed in range(40)}

    assert seen == {b"oooo", b"nooo", b"nnoo", b"nnno"}


def test_a_card_goes_on_from_where_it_was(image: Path, tmp_path: Path) -> None:
    writes = logged(tmp_path, (0, 1, 0), (0, 0, FLUSH), (1, 1, 0), (0, 0, FLUSH))
    card = Card(image, writes)
    for after in (1, 2, 4):
        card.advance(after)

    assert image.read_bytes()[::SECTOR] == b"nnoo"
