"""Peers on the same pictures, in turn."""

from __future__ import annotations

import itertools
import os

import numpy as np

from appliance.bench.peers import BasePeer, OurPeer, Standing, compare_peers
from appliance.bench.pictures import Sample
from appliance.bench.race import Timers
from appliance.sight import Picture
from appliance.vision.factory import Recognition
from tests.unit.vision.makers import FakeDetector, FakeReader, plate, result

BLACK = Picture.of(np.zeros((40, 80, 3), np.uint8))
SAMPLES = [Sample(BLACK, ("AB12",)), Sample(BLACK, ("XY99",)), Sample(BLACK)]


class FakePeer(BasePeer):
    """Reads the same on every picture, and notes how many processors it may use."""

    name = "fake"

    def __init__(self, threads: int, *texts: str) -> None:
        self.threads = threads
        self.allowed: set[int] = set()
        self._texts = texts

    def texts(self, picture: Picture) -> tuple[str, ...]:
        self.allowed.add(len(os.sched_getaffinity(0)))
        return self._texts


def compared(*texts: str, processors: int = 1) -> tuple[list[Standing], list[FakePeer]]:
    made: list[FakePeer] = []

    def make(threads: int) -> BasePeer:
        made.append(FakePeer(threads, *texts))
        return made[-1]

    ticks = itertools.count()
    timers = Timers(lambda: float(next(ticks)), lambda: 0.0)
    return list(compare_peers([make], SAMPLES, processors, timers, lambda: None)), made


def test_ours_gives_the_texts_of_the_plates() -> None:
    eyes = Recognition(FakeDetector([plate(170.0)]), FakeReader(result("AB123CD")), "fake", ())

    assert OurPeer("ours", eyes).texts(BLACK) == ("AB123CD",)


def test_plates_that_are_known_and_read_are_counted() -> None:
    (standing,), _ = compared("AB12", "GATE")

    assert (standing.read, standing.asked) == (1, 2)


def test_a_number_in_two_lines_is_read() -> None:
    (standing,), _ = compared("AB", "12")

    assert standing.read == 1


def test_what_was_not_read_does_not_count() -> None:
    (standing,), _ = compared("AB13")

    assert standing.read == 0


def test_one_processor_comes_first_and_is_really_one() -> None:
    standings, made = compared("AB12", processors=2)

    assert [(row.processors, peer.threads) for row, peer in zip(standings, made)] == [(1, 1), (2, 2)]
    assert made[0].allowed == {1}
