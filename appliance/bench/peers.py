"""Ours beside what others would use: the same pictures in turn, on one processor and on all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..sight import Kind, Picture
from ..vision.factory import Recognition
from .pictures import Sample
from .process import confined
from .race import Lap, Side, Step, Timers, race


class BasePeer(ABC):
    """Finds and reads the plates of one picture."""

    name: str

    @abstractmethod
    def texts(self, picture: Picture) -> tuple[str, ...]:
        """Every text that it gives, A-Z 0-9."""


class OurPeer(BasePeer):
    """A model set of ours, as the live loop uses it on a whole picture: detect, then read each plate."""

    def __init__(self, name: str, recognition: Recognition) -> None:
        self.name = name
        self._recognition = recognition

    def texts(self, picture: Picture) -> tuple[str, ...]:
        found = self._recognition.detector.detect(picture)
        plates = [one for one in found if one.kind is Kind.PLATE]
        return tuple(self._recognition.reader.read(picture, plate).text for plate in plates)


MakePeer = Callable[[int], BasePeer]
"""A peer that computes with so many threads."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One peer on so many processors. `read` of the `asked` plates that are known stand in what it gave."""

    processors: int
    lap: Lap
    read: int
    asked: int

    def as_json(self) -> dict[str, object]:
        told = {"processors": self.processors, "plates_read": self.read, "plates": self.asked}
        return {**self.lap.as_json(), **told}


def compare_peers(
    makers: Sequence[MakePeer],
    samples: Sequence[Sample],
    processors: int,
    timers: Timers,
    step: Step,
) -> Iterator[Standing]:
    """Each peer on one processor, then on all of them. Raises EngineFailed."""
    for count in dict.fromkeys((1, processors)):
        with confined(count):
            yield from _raced([make(count) for make in makers], samples, count, timers, step)


def _raced(
    peers: Sequence[BasePeer], samples: Sequence[Sample], count: int, timers: Timers, step: Step
) -> Iterator[Standing]:
    marked = [_Marked(peer) for peer in peers]
    laps = race([Side(one.peer.name, one.run) for one in marked], samples, timers, step)
    asked = sum(len(sample.plates) for sample in samples)
    for one, lap in zip(marked, laps):
        yield Standing(count, lap, sum(one.read.values()), asked)


class _Marked:
    """A peer, and how many plates of each picture it read."""

    def __init__(self, peer: BasePeer) -> None:
        self.peer = peer
        self.read: dict[int, int] = {}

    def run(self, sample: Sample) -> None:
        # A number that was broken into lines counts, in their order.
        whole = "".join(self.peer.texts(sample.picture))
        self.read[id(sample)] = sum(plate in whole for plate in sample.plates)
