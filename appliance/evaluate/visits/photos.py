"""Visits made of labelled photographs: approaches through the loop, and the votes on the labelled plates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from ...access.regions import PRESETS, formats_of
from ...config import Config
from ...sight import Box, Reading, Vote
from ...vision.factory import Recognition
from ..labels import Label
from .approach import View, approach, placed, shown
from .drive import Drive, drive

if TYPE_CHECKING:
    from ...sight import Image


@dataclass(frozen=True, slots=True)
class Approach:
    """How many visits each photograph makes, of how many pictures each, how many a second, and the seed.

    The first picture of a vehicle is not read: it might be a flash. `pictures` - 1 is the most reads.
    """

    visits: int = 2
    pictures: int = 8
    fps: float = 5.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Plate:
    """A labelled plate. `region` is the preset of its country where that is known."""

    name: str
    text: str
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One approach of one plate: what the loop voted on it, nothing where it was not read."""

    plate: Plate
    votes: tuple[Vote, ...]


def visits(
    config: Config,
    recognition: Recognition,
    name: str,
    image: Image,
    labels: Sequence[Label],
    how: Approach,
) -> Iterator[Visit]:
    """Every labelled plate of one photograph (BGR) on each approach. Raises EngineFailed."""
    wanted = [(f"{name}#{at}", label) for at, label in enumerate(labels) if label.text and label.box]
    gathered: dict[str, list[tuple[Vote, ...]]] = {key: [] for key, _ in wanted}
    for turn in range(how.visits if wanted else 0):
        views = tuple(approach((how.seed, crc32(name.encode()), turn), how.pictures))
        told = drive(config, recognition, (shown(image, view) for view in views), how.fps)
        for key, label in wanted:
            gathered[key].append(tuple(_votes(told, label, views, image)))
    for key, label in wanted:
        votes = gathered[key]
        region = region_of(label, [r for one in votes for vote in one for r in vote.agreeing])
        yield from (Visit(Plate(key, label.text, region), one) for one in votes)


def _votes(told: Drive, label: Label, views: Sequence[View], image: Image) -> Iterator[Vote]:
    """The votes whose newest read stands on the labelled plate."""
    height, width = image.shape[:2]
    for vote in told.votes:
        read = vote.agreeing[-1]
        if label.box is not None and _holds(
            placed(label.box, views[read.frame_seq], width, height), read.box
        ):
            yield vote


def _holds(plate: Box, read: Box) -> bool:
    """Whether the middle of one lies in the other: a part of the plate is a read of it too."""
    return _inside(read.centre, plate) or _inside(plate.centre, read)


def _inside(point: tuple[float, float], box: Box) -> bool:
    return box.x1 <= point[0] <= box.x2 and box.y1 <= point[1] <= box.y2


def region_of(label: Label, readings: Iterable[Reading]) -> str | None:
    """The preset that the label names, else the one that the reader saw most; only where the text fits it."""
    guesses = Counter(reading.region for reading in readings if reading.region)
    named = label.region.lower()
    likely = named if named in PRESETS else next((name for name, _ in guesses.most_common(1)), "")
    if likely not in PRESETS or not formats_of([likely]).fits(label.text):
        return None
    return likely
