"""A hot board looks less: at a lower rate, at less detail, without reading; never where the arm moves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from appliance.infer.fake import FakeSession
from appliance.infer.lane import TensorSpec
from appliance.sight import Detection, Easing, Effort, Picture
from appliance.vision.base import Shot
from appliance.vision.own.detector import CLASSES, NetDetector

from .makers import FakeDetector, plate
from .rig import Bench

FPS = 15.0
EASED = Easing(idle_fps=1.0, detect_side=320, recognise_fps=5.0)
RESTING = Easing(idle_fps=1.0, detect_side=320, recognise_fps=5.0, rests=True)


class NotingDetector(FakeDetector):
    """Keeps the sides that it was asked for."""

    def __init__(self) -> None:
        super().__init__([plate(150)])
        self.sides: list[int | None] = []

    def detect_many(self, shots: Sequence[Shot]) -> tuple[tuple[Detection, ...], ...]:
        self.sides.extend(shot.side for shot in shots)
        return super().detect_many(shots)


def looking(effort: Effort, easing: Easing, detector: FakeDetector | None = None) -> Bench:
    bench = Bench(detector or FakeDetector(()))
    bench.loop.look(effort)
    bench.loop.ease(easing)
    return bench


def rate(bench: Bench, seconds: float = 10.0) -> float:
    before = bench.loop.processed
    bench.run(round(FPS * seconds), 1 / FPS)
    return (bench.loop.processed - before) / seconds


@pytest.mark.parametrize(
    ("effort", "easing", "fps"),
    [
        (Effort.WATCH, Easing(), 2.0),
        (Effort.WATCH, EASED, 1.0),
        (Effort.RECOGNISE, Easing(), 15.0),
        (Effort.RECOGNISE, EASED, 5.0),
        (Effort.RECOGNISE, RESTING, 1.0),
        (Effort.GUARD, EASED, 4.0),
        (Effort.GUARD, RESTING, 4.0),
    ],
)
def test_every_effort_but_guarding_is_eased(effort: Effort, easing: Easing, fps: float) -> None:
    assert rate(looking(effort, easing)) == pytest.approx(fps, abs=0.3)


def test_an_easing_never_hastens() -> None:
    assert rate(looking(Effort.WATCH, Easing(idle_fps=9.0, recognise_fps=60.0))) == pytest.approx(
        2.0, abs=0.3
    )


def test_what_is_cool_again_looks_as_configured() -> None:
    bench = looking(Effort.RECOGNISE, RESTING)
    bench.run(30, 1 / FPS)
    bench.loop.ease(Easing())
    assert rate(bench) == pytest.approx(15.0, abs=0.5)


@pytest.mark.parametrize(("easing", "read"), [(EASED, True), (RESTING, False)])
def test_only_who_rests_reads_nothing(easing: Easing, read: bool) -> None:
    bench = looking(Effort.RECOGNISE, easing, FakeDetector([plate(150)]))
    bench.run(60, 1 / FPS)
    assert bool(bench.votes()) is read


def test_who_rests_still_sees_a_vehicle_in_the_zone() -> None:
    bench = looking(Effort.GUARD, RESTING, FakeDetector([plate(150)]))
    bench.run(30, 1 / FPS)
    assert bench.scenes()[-1].in_zone


@pytest.mark.parametrize(
    ("effort", "side"), [(Effort.WATCH, 320), (Effort.RECOGNISE, 320), (Effort.GUARD, None)]
)
def test_the_detector_is_asked_for_less_detail_unless_the_arm_moves(effort: Effort, side: int | None) -> None:
    detector = NotingDetector()
    looking(effort, EASED, detector).run(1)
    assert detector.sides == [side]


@pytest.mark.parametrize(("side", "width"), [(None, 416), (320, 320), (640, 416)])
def test_the_own_detector_looks_no_finer_than_asked_nor_than_built(side: int | None, width: int) -> None:
    answer = {
        "boxes": np.zeros((1, 0, 4), np.float32),
        "scores": np.zeros((1, 0, len(CLASSES)), np.float32),
    }
    spec = TensorSpec("image", (None, 3, None, None), np.dtype(np.float32))
    session = FakeSession("detector", lambda _: answer, (spec,), {})
    picture = Picture.of(np.zeros((416, 832, 3), np.uint8))
    NetDetector(session, 416, 0.5).detect_many([Shot(picture, None, side)])
    assert session.fed[0]["image"].shape[3] == width
