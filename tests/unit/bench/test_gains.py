"""Each way of going faster, with it and without it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from appliance.bench.gains import Pair, Track
from appliance.bench.race import Timers
from appliance.sight import AnyPicture, Box, Detection, Layout, Picture
from appliance.vision.base import BaseDetector, Shot
from appliance.vision.factory import Recognition
from tests.unit.bench.makers import FakeSession
from tests.unit.vision.makers import FakeDetector, FakeReader, plate, result

LUMA, CHROMA = np.zeros((4, 8), np.uint8), np.zeros((2, 4, 2), np.uint8)
PAIR = Pair(Picture(Layout.NV12, (LUMA, CHROMA)), Picture.of(np.zeros((4, 8, 3), np.uint8)))


class Counting(BaseDetector):
    """Notes the layouts that it is given, and how many at once."""

    most = 4

    def __init__(self) -> None:
        self.layouts: list[Layout] = []
        self.batches: list[int] = []

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        assert isinstance(picture, Picture)
        self.layouts.append(picture.layout)
        return ()

    def detect_many(self, shots: Sequence[Shot]) -> tuple[tuple[Detection, ...], ...]:
        self.batches.append(len(shots))
        return ((),) * len(shots)


def track() -> Track:
    ticks = itertools.count()
    return Track([PAIR], Timers(lambda: float(next(ticks)), lambda: 0.0), lambda: None)


def test_pixels_come_turned_made_and_as_they_are() -> None:
    detector = Counting()
    gain = track().inputs(detector)

    assert detector.layouts[-3:] == [Layout.BGR, Layout.BGR, Layout.NV12]
    assert gain.laps[0].over_first == 1.0


def test_batches_see_as_many_pictures_each() -> None:
    detector = Counting()
    gain = track().batches(detector, (1, 2, 4))

    assert detector.batches[-7:] == [1, 1, 1, 1, 2, 2, 4]
    assert [lap.wall.p50 for lap in gain.laps] == [250.0, 250.0, 250.0]


def test_settings_detect_and_read() -> None:
    detector, reader = FakeDetector([plate(2.0)]), FakeReader(result("A1"), result("B2"))
    gain = track().choices("threads", {"one": Recognition(detector, reader, "fake", ())})

    assert [lap.name for lap in gain.laps] == ["one"]
    assert reader.script == [result("B2")]


def test_a_lane_is_timed_beside_the_session() -> None:
    gain = track().lanes(FakeSession(), (1, 3))

    assert [lap.name for lap in gain.laps] == ["handed over with each run", "bound once"]
