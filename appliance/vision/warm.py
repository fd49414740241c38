"""Every size of batch once before anyone waits for it: on a GPU a new one costs an engine and a capture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice

from .base import Shot


def warm_up(detect: Callable[[Sequence[Shot]], object], shots: Sequence[Shot], most: int) -> None:
    """Have batches looked at of every size that these cameras can make, a shot each. Nothing for a detector
    that takes one picture at a time: it has one size.
    """
    if most > 1:
        for alike in _alike(shots):
            for size in sizes(min(len(alike), most)):
                detect(list(islice(cycle(alike), size)))


def _alike(shots: Sequence[Shot]) -> Iterator[list[Shot]]:
    """The shots by the size of what is looked at: those may come together."""
    by: dict[tuple[float, float], list[Shot]] = {}
    for shot in shots:
        seen = shot.roi or shot.picture
        by.setdefault((seen.width, seen.height), []).append(shot)
    yield from by.values()


def sizes(most: int) -> Iterator[int]:
    """Powers of two until the first that is `most` or more: lanes have no others."""
    size = 1
    while size < most:
        yield size
        size *= 2
    yield size
