"""What each way of going faster gains by itself: with it and without it, on the same pictures in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..infer.base import BaseSession
from ..sight import Kind, Picture
from ..vision.base import BaseDetector, Shot
from ..vision.factory import Recognition
from ..vision.pixels import bgr
from .race import Lap, Side, Step, Timers, race


@dataclass(frozen=True, slots=True)
class Pair:
    """One picture as a camera gives it, and as a driver that asks for BGR24 would."""

    yuv: Picture
    bgr: Picture


@dataclass(frozen=True, slots=True)
class Gain:
    """One subject; the first lap is what the others are compared with."""

    subject: str
    laps: tuple[Lap, ...]

    def as_json(self) -> dict[str, object]:
        return {"subject": self.subject, "laps": [lap.as_json() for lap in self.laps]}


@dataclass(frozen=True, slots=True)
class Track:
    """Where and with what clocks it is measured."""

    pairs: Sequence[Pair]
    timers: Timers
    step: Step

    def inputs(self, detector: BaseDetector) -> Gain:
        """NV12 straight into the net's input, against BGR24: made by the driver, and there already."""
        sides: list[Side[Pair]] = [
            Side("NV12, turned to BGR24 first", lambda pair: detector.detect(Picture.of(bgr(pair.yuv)))),
            Side("BGR24, as if the camera gave it", lambda pair: detector.detect(pair.bgr)),
            Side("NV12", lambda pair: detector.detect(pair.yuv)),
        ]
        return Gain("detect, by the camera's pixels", self._raced(sides))

    def batches(self, detector: BaseDetector, cameras: Sequence[int]) -> Gain:
        """So many cameras in one run. `detector` must take the most of them."""
        whole = max(cameras)
        sides: list[Side[Pair]] = [
            Side(f"cameras in a run: {count}", _in_runs(detector, count, whole), counts=whole)
            for count in cameras
        ]
        return Gain("detect, a picture", self._raced(sides))

    def choices(self, subject: str, recognitions: Mapping[str, Recognition]) -> Gain:
        """The same nets with other settings: detect, and read every plate."""
        sides: list[Side[Pair]] = [
            Side(name, _detect_and_read(recognition)) for name, recognition in recognitions.items()
        ]
        return Gain(subject, self._raced(sides))

    def lanes(self, session: BaseSession, shape: tuple[int, ...]) -> Gain:
        """The bare detector on memory that stays, against an input that it is handed with each run."""
        name = session.inputs[0].name
        lane = session.lane({name: shape})
        feeds = {name: lane.inputs[name].copy()}
        sides: list[Side[Pair]] = [
            Side("handed over with each run", lambda pair: session.infer(feeds)),
            Side("bound once", lambda pair: lane.run()),
        ]
        return Gain("the detector's engine, by its memory", self._raced(sides))

    def _raced(self, sides: Sequence[Side[Pair]]) -> tuple[Lap, ...]:
        return race(sides, self.pairs, self.timers, self.step)


def _in_runs(detector: BaseDetector, count: int, whole: int) -> Callable[[Pair], None]:
    """`whole` cameras that show the same picture, `count` of them in a run."""

    def run(pair: Pair) -> None:
        shots = [Shot(pair.bgr)] * count
        for _ in range(whole // count):
            detector.detect_many(shots)

    return run


def _detect_and_read(recognition: Recognition) -> Callable[[Pair], None]:
    def run(pair: Pair) -> None:
        for found in recognition.detector.detect(pair.bgr):
            if found.kind is Kind.PLATE:
                recognition.reader.read(pair.bgr, found)

    return run
