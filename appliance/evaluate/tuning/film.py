"""A video of the gate, and which of its frames the gate would be given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from ...faults import InputDataFault
from ...hw.cameras.footage import VIDEOS, Footage, find_footage

# 29.97 frames a second are thirty.
_SLACK = 0.01


@dataclass(frozen=True, slots=True)
class Film:
    """`fps` is the video's own rate, or was `assumed`; of its frames one in `every` is looked at."""

    path: Path
    fps: float
    assumed: bool
    every: int
    frames: int
    """As the file promises; 0 where it does not say."""

    @classmethod
    def of(cls, path: Path, assume_fps: float, most_fps: float) -> Film:
        """Looked at no more than `most_fps` times a second. Raises InputDataFault."""
        footage = Footage(path)
        promised, fps = footage.promised, footage.fps
        rate = assume_fps if fps is None else fps
        return cls(path, rate, fps is None, max(1, ceil(rate / most_fps - _SLACK)), promised)

    @property
    def finest_fps(self) -> float:
        """How often it is looked at."""
        return self.fps / self.every


def find_films(
    paths: Iterable[Path], assume_fps: float, most_fps: float
) -> tuple[tuple[Film, ...], list[str]]:
    """The videos that the paths name, each once, and a line for each that cannot be used."""
    films: dict[Path, Film] = {}
    complaints: list[str] = []
    for path in paths:
        try:
            for file in find_footage(path):
                films.setdefault(file.resolve(), Film.of(_video(file), assume_fps, most_fps))
        except InputDataFault as fault:
            complaints.append(str(fault))
    return tuple(films.values()), complaints


def _video(file: Path) -> Path:
    if file.suffix.lower() not in VIDEOS:
        raise InputDataFault("a picture has no time: only videos can tune", part=str(file))
    return file
