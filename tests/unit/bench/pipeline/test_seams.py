"""Seams pass everything through, and remember."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from appliance.bench.pipeline.seams import BusyDetector, BusyReader, Seams
from appliance.config.schema import Infer
from appliance.infer.base import BaseBackend, ModelFile
from appliance.vision.base import Shot

from ..makers import FakeBackend
from .rig import CAR, PLATE, TEXT, FakeDetector, FakeReader, a_picture


def make(name: str, _: Infer) -> BaseBackend:
    return FakeBackend(name)


def test_a_backend_serves_as_before_and_its_lanes_are_remembered() -> None:
    seams = Seams(make)
    session = seams.backend("fake", Infer()).load(ModelFile("set.detector", Path("net.onnx")))
    lane = session.lane({"x": (2, 3)})
    answer: Mapping[str, object] = session.infer({"x": np.ones((1, 3), np.float32)})
    session.close()
    assert seams.lanes == {"detector": [lane]}
    assert np.array_equal(np.asarray(answer["y"]), np.full((1, 3), 2.0, np.float32))
    assert seams.device is None


def test_the_next_backend_of_a_chain_begins_anew() -> None:
    seams = Seams(make)
    seams.backend("one", Infer()).load(ModelFile("set.detector", Path("net.onnx"))).lane({"x": (1, 3)})
    seams.backend("other", Infer())
    assert seams.lanes == {}


def test_a_detectors_time_is_counted_with_its_pictures() -> None:
    ticks = iter(range(10))
    detector = BusyDetector(FakeDetector(most=3), lambda: float(next(ticks)))
    found = detector.detect_many([Shot(a_picture()), Shot(a_picture())])
    alone = detector.detect(a_picture())
    assert (found, alone) == (((CAR, PLATE),) * 2, (CAR, PLATE))
    assert (detector.most, detector.busy_s, detector.pictures, detector.calls) == (3, 2.0, 3, 2)


def test_a_readers_time_is_counted_with_its_plates() -> None:
    ticks = iter(range(10))
    reader = BusyReader(FakeReader(), lambda: float(next(ticks)))
    assert reader.read(a_picture(), PLATE).text == TEXT
    assert (reader.busy_s, reader.plates) == (1.0, 1)
