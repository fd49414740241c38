"""Every size of batch once before anything is timed: on a GPU each new one costs memory and a capture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from typing import TypeVar

from ...sight import VEHICLES, Detection
from ...vision.base import Shot
from .rig import Eyes
from .stages import plates_of

T = TypeVar("T")

# The first one of a size sets up, the second one is captured.
_RUNS = 2


def warm_up(eyes: Eyes, shots: Sequence[Shot], found: Sequence[Sequence[Detection]]) -> None:
    """Ask every net for batches of every size that a run may come to. Raises EngineFailed."""
    for batch in _batches(shots, eyes.detector.most):
        eyes.detector.detect_many(batch)
    for plates in _batches(plates_of(shots, found), eyes.reader.most):
        eyes.reader.read_many(plates)
    if eyes.describer is not None:
        seen = zip(shots, found)
        vehicles = [(shot.picture, one.box) for shot, all_ in seen for one in all_ if one.kind in VEHICLES]
        for some in _batches(vehicles, eyes.describer.most):
            eyes.describer.describe_many(some)


def _batches(things: Sequence[T], most: int) -> Iterator[list[T]]:
    """1, 2, 4 and so on up to `most` of them, each as often as it takes; none of no things."""
    size = 1
    while things and size <= most:
        for _ in range(_RUNS):
            yield list(islice(cycle(things), size))
        size *= 2
