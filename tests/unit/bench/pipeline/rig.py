"""Footage, nets and instruments that cost nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone

import numpy as np

from appliance.bench.pipeline.rig import Eyes
from appliance.bench.pipeline.run import Instruments
from appliance.bench.pipeline.seams import BusyDetector, BusyReader
from appliance.clock import Clock, ManualClock
from appliance.config.schema import Camera, Vision, Vote
from appliance.faults import CameraLost
from appliance.hw.base import BaseCamera, EndOfFootage
from appliance.hw.system_clock import SystemClock
from appliance.infer.lane import Array, Lane, TensorSpec
from appliance.sight import AnyPicture, Box, Character, Detection, Frame, Kind, Picture
from appliance.vision.base import BaseDetector, BasePlateReader, ReadResult, Shot

LENGTH = 20
TEXT = "ABC1234"
CAR = Detection(Kind.CAR, 0.9, Box(10.0, 10.0, 60.0, 45.0))
PLATE = Detection(Kind.PLATE, 0.9, Box(20.0, 20.0, 40.0, 30.0))


def a_clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 2, 12, 0, tzinfo=timezone.utc), start_s=100.0)


def a_picture(shade: int = 0) -> Picture:
    return Picture.of(np.full((48, 64, 3), shade, np.uint8))


class Film(BaseCamera):
    """Shows LENGTH pictures once, from `start` on; `clock` stamps them."""

    def __init__(self, name: str, start: int, clock: Clock, opened: list[int]) -> None:
        self.name = name
        self._clock = clock
        self._opened = opened
        self._next = start
        self._open = False

    def open(self) -> None:
        self._opened.append(self._next)
        self._open = True

    def read(self, timeout_s: float) -> Frame:
        if not self._open:
            raise CameraLost("closed", part=self.name)
        if self._next >= LENGTH:
            raise EndOfFootage("the end")
        self._next += 1
        return Frame(self.name, 0, self._clock.monotonic(), a_picture(self._next - 1))

    def close(self) -> None:
        self._open = False


def a_film(clock: Clock, opened: list[int] | None = None) -> Callable[[str, int], BaseCamera]:
    noted = [] if opened is None else opened
    return lambda name, start: Film(name, start, clock, noted)


class FakeDetector(BaseDetector):
    """Sees a car with its plate in every picture."""

    def __init__(self, most: int = 4) -> None:
        self.most = most
        self.batches: list[int] = []

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        return (CAR, PLATE)

    def detect_many(self, shots: Sequence[Shot]) -> tuple[tuple[Detection, ...], ...]:
        self.batches.append(len(shots))
        return tuple(self.detect(shot.picture) for shot in shots)


class FakeReader(BasePlateReader):
    """Reads TEXT."""

    def read(self, picture: AnyPicture, plate: Detection) -> ReadResult:
        return ReadResult(tuple(Character(sign, 0.99) for sign in TEXT), TEXT)


def some_eyes(detector: BaseDetector | None = None) -> Eyes:
    clock = SystemClock()
    return Eyes(
        BusyDetector(detector or FakeDetector(), clock.monotonic),
        BusyReader(FakeReader(), clock.monotonic),
        None,
        Camera(driver="file"),
        Vision(),
        Vote(),
    )


@dataclass
class Meters:
    """Instruments whose readings rise by one with each look; no wait takes time."""

    clock: Clock = field(default_factory=SystemClock)
    cpu_s: float = 0.0
    bytes_up: int = 0
    taken_mb: float | None = 100.0

    def all(self) -> Instruments:
        return Instruments(self.clock, self._cpu, self._copied, lambda: self.taken_mb, self._wait)

    def _wait(self, seconds: float) -> None:
        if isinstance(self.clock, ManualClock):
            self.clock.advance(seconds)

    def _cpu(self) -> float:
        self.cpu_s += 1.0
        return self.cpu_s

    def _copied(self) -> tuple[int, int]:
        self.bytes_up += 1000
        return self.bytes_up, 10


class FakeLane(Lane):
    """Counts runs, fills and reads; each moves the clock by a millisecond."""

    def __init__(self, clock: ManualClock, images: int) -> None:
        self.inputs = {"image": np.zeros((images, 3, 32, 64), np.float32)}
        self.specs = {"image": TensorSpec("image", (images, 3, 32, 64), np.dtype(np.float32))}
        self.reads = 0
        self._clock = clock

    def run(self) -> dict[str, Array]:
        self._clock.advance(0.001)
        return {}

    def run_there(self, stream: int) -> None:
        self._clock.advance(0.001)

    def read(self, names: Sequence[str]) -> dict[str, Array]:
        self.reads += 1
        return {}

    def close(self) -> None:
        self.inputs = {}
