"""The preparation of one picture as the gate does it and in C++, on the same pictures in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..infer.base import BaseSession
from ..sight import Box, Picture
from ..vision.pixels import bgr
from ..vision.prepare import Cut, Preparer
from .native import NativePreparer
from .race import Lap, Side, Step, Timers, race

# The detector halves its input five times.
_STEP = 32


@dataclass(frozen=True, slots=True)
class Rewritten:
    """Both ways, and the largest difference of any number that they prepared, of 255."""

    laps: tuple[Lap, ...]
    most_apart: float

    def as_json(self) -> dict[str, object]:
        return {"laps": [lap.as_json() for lap in self.laps], "most_apart": round(self.most_apart, 3)}


def measure_rewrite(
    session: BaseSession, side: int, pictures: Sequence[Picture], folder: Path, timers: Timers, step: Step
) -> Rewritten:
    """Whole BGR pictures, their long side scaled to `side`. Compiles into `folder`.

    Raises BenchFault where there is no g++.
    """
    native, ours = NativePreparer(folder), Preparer()
    name = session.inputs[0].name
    size, room = _sizes(pictures[0], side)
    lane, other = session.lane({name: room}), session.lane({name: room})
    apart = [0.0]

    def by_opencv(picture: Picture) -> None:
        ours.fill([Cut(picture, Box(0, 0, picture.width, picture.height), size)], lane, name)

    def by_cpp(picture: Picture) -> None:
        native.fill(bgr(picture), size, other.inputs[name][0])

    laps = race([Side("OpenCV", by_opencv), Side("C++", by_cpp)], pictures, timers, step)
    for picture in pictures:
        by_opencv(picture)
        by_cpp(picture)
        apart.append(255.0 * float(abs(lane.inputs[name] - other.inputs[name]).max()))
    return Rewritten(laps, max(apart))


def _sizes(picture: Picture, side: int) -> tuple[tuple[int, int], tuple[int, int, int, int]]:
    """The picture's size in the net's input, and the input's shape."""
    scale = side / max(picture.width, picture.height)
    width, height = round(picture.width * scale), round(picture.height * scale)
    across, down = (-(-length // _STEP) * _STEP for length in (width, height))
    return (width, height), (1, 3, down, across)
