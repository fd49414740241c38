"""A run of the gate's own eyes on footage that costs nothing."""

from __future__ import annotations

import pytest

from appliance.bench.pipeline.films import cameras
from appliance.bench.pipeline.rig import Eyes, Rig, Tally
from appliance.bench.pipeline.run import Plan, Ran, run
from appliance.bench.spread import Spread
from appliance.clock import Clock
from appliance.faults import BenchFault, CameraLost, EngineFailed
from appliance.hw.base import BaseCamera
from appliance.hw.system_clock import SystemClock
from appliance.sight import AnyPicture, Box, Detection

from .rig import LENGTH, TEXT, FakeDetector, Meters, a_film, some_eyes


def a_rig(eyes: Eyes, count: int = 3, *, lossless: bool = True) -> Rig:
    clock = SystemClock()
    return Rig(eyes, cameras(count, a_film(clock), LENGTH, None, clock), clock, lossless=lossless)


def test_every_frame_goes_through_and_what_was_read_is_told() -> None:
    eyes = some_eyes()
    ran = run(a_rig(eyes), eyes, Meters().all(), Plan(0.0, 0.0, frames=200))
    assert ran.cameras == 3
    assert ran.tally.seen >= 200
    assert ran.tally.lost == 0
    assert list(ran.texts) == [TEXT]


def test_pictures_of_several_cameras_are_detected_together() -> None:
    detector = FakeDetector(most=3)
    eyes = some_eyes(detector)
    ran = run(a_rig(eyes), eyes, Meters().all(), Plan(0.0, 0.0, frames=200))
    assert max(detector.batches) > 1
    assert 1.0 <= ran.batch <= 3.0


def test_the_instruments_are_read_before_and_after() -> None:
    eyes = some_eyes()
    ran = run(a_rig(eyes, 1), eyes, Meters().all(), Plan(0.0, 0.0, frames=5, step=1_000_000))
    assert (ran.cpu_s, ran.up, ran.down) == (1.0, 1000, 0)
    assert [mb for _, mb in ran.memory] == [100.0]


def test_a_computer_without_a_gpu_has_no_memory_of_one() -> None:
    eyes = some_eyes()
    ran = run(a_rig(eyes, 1), eyes, Meters(taken_mb=None).all(), Plan(0.0, 0.0, frames=5, step=1))
    assert ran.memory == ()


class Broken(BaseCamera):
    """A camera that is not there."""

    name = "broken"

    def open(self) -> None:
        raise CameraLost("no signal", part=self.name)

    def read(self, timeout_s: float) -> None:  # type: ignore[override]
        raise CameraLost("no signal", part=self.name)

    def close(self) -> None:
        pass


def test_a_camera_that_is_lost_ends_the_run() -> None:
    clock: Clock = SystemClock()
    eyes = some_eyes()
    shown = cameras(1, lambda _name, _start: Broken(), LENGTH, None, clock)
    with pytest.raises(BenchFault, match="no signal"):
        run(Rig(eyes, shown, clock, lossless=True), eyes, Meters().all(), Plan(0.0, 1.0))


class Failing(FakeDetector):
    """A detector that has failed."""

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        raise EngineFailed("error 700", part="cuda")


def test_a_net_that_fails_ends_the_run() -> None:
    eyes = some_eyes(Failing())
    with pytest.raises(BenchFault, match="error 700"):
        run(a_rig(eyes), eyes, Meters().all(), Plan(0.0, 1.0))


def test_shares_and_rates_of_a_run() -> None:
    ran = Ran(
        cameras=4,
        seconds=10.0,
        tally=Tally(given=1000, seen=990, lost=10, reads=5),
        latency=Spread.of([0.01]),
        cpu_s=2.0,
        engine_s=3.0,
        up=5_000_000,
        down=0,
        batch=2.0,
    )
    assert (ran.fps, ran.lost_share, ran.cpu_share, ran.cost) == (99.0, 0.01, 0.05, 0.5)
    assert ran.as_json()["mb_s"] == {"up": 0.5, "down": 0.0}
