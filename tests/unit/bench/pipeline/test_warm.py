"""Before anything is timed, every size of batch was asked for."""

from __future__ import annotations

from dataclasses import replace

from appliance.bench.pipeline.warm import warm_up
from appliance.sight import AnyPicture, Box, Guess, Looks
from appliance.vision.base import BaseDescriber, Shot

from .rig import CAR, PLATE, FakeDetector, a_picture, some_eyes


class Describer(BaseDescriber):
    """Counts the vehicles that it is shown."""

    def __init__(self) -> None:
        self.seen = 0

    def describe(self, picture: AnyPicture, vehicle: Box) -> Looks:
        self.seen += 1
        return Looks(Guess("red", 0.9), Guess("van", 0.9))


def test_every_size_is_asked_for_twice() -> None:
    detector, describer = FakeDetector(most=4), Describer()
    eyes = replace(some_eyes(detector), describer=describer)
    warm_up(eyes, [Shot(a_picture())], [(CAR, PLATE)])
    assert detector.batches == [1, 1, 2, 2, 4, 4]
    assert (eyes.reader.plates, describer.seen) == (2, 2)


def test_where_nothing_is_seen_only_the_detector_is_warm() -> None:
    eyes = some_eyes(FakeDetector(most=1))
    warm_up(eyes, [Shot(a_picture())], [()])
    assert (eyes.detector.pictures, eyes.reader.plates) == (2, 0)
