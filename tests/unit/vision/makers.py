"""Small makers of frames, detections, readings and fakes for the tests of the vision room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone

import numpy as np

from appliance.clock import ManualClock
from appliance.events import VisionEvent
from appliance.faults import GateFault
from appliance.sight import AnyPicture, Box, Character, Detection, Frame, Kind, Looks, Picture, Reading
from appliance.vision.base import (
    BaseDescriber,
    BaseDetector,
    BaseFaceReader,
    BasePlateReader,
    FaceLook,
    ReadResult,
)


def clock() -> ManualClock:
    return ManualClock(datetime(2026, 1, 1, tzinfo=timezone.utc), start_s=100.0)


def frame(now_s: float, seq: int = 0, value: int = 0) -> Frame:
    return Frame("cam", seq, now_s, Picture.of(np.full((200, 400, 3), value, np.uint8)))


def plate(x: float, y: float = 80.0, width: float = 60.0, score: float = 0.9) -> Detection:
    return Detection(Kind.PLATE, score, Box(x, y, x + width, y + 20.0))


def characters(text: str, confidence: float = 0.9) -> tuple[Character, ...]:
    return tuple(Character(c, confidence) for c in text)


def reading(text: str, at_s: float = 100.0, confidence: float = 0.9) -> Reading:
    return Reading("cam", 1, 0, at_s, Box(0, 0, 60, 20), characters(text, confidence), text)


def result(text: str, confidence: float = 0.9, shape: float = 1.0) -> ReadResult:
    return ReadResult(characters(text, confidence), text, shape=shape)


class FakeDetector(BaseDetector):
    """Gives the scripted detections, one entry a call; the last one stays."""

    def __init__(self, *script: Sequence[Detection] | GateFault) -> None:
        self.script = list(script)
        self.areas: list[Box | None] = []

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        self.areas.append(roi)
        now = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(now, GateFault):
            raise now
        return tuple(now)


class FakeReader(BasePlateReader):
    """Gives the scripted results, one a call; the last one stays."""

    def __init__(self, *script: ReadResult | GateFault) -> None:
        self.script = list(script)

    def read(self, picture: AnyPicture, plate: Detection) -> ReadResult:
        now = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(now, GateFault):
            raise now
        return now


class FakeDescriber(BaseDescriber):
    """Gives the scripted looks, one a call; the last one stays."""

    def __init__(self, *script: Looks | GateFault) -> None:
        self.script = list(script)
        self.boxes: list[Box] = []

    def describe(self, picture: AnyPicture, vehicle: Box) -> Looks:
        self.boxes.append(vehicle)
        now = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(now, GateFault):
            raise now
        return now


class FakeFaces(BaseFaceReader):
    """Sees the same in every face."""

    def __init__(self, seen: FaceLook) -> None:
        self.seen = seen

    def look(self, picture: AnyPicture, face: Detection) -> FaceLook:
        return self.seen


class FaultLog:
    """Remembers what was raised and cleared, in order."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.standing: set[tuple[str, str]] = set()

    def raised(self, fault: GateFault) -> None:
        self.lines.append(f"+{fault.kind()}")
        self.standing.add((fault.kind(), fault.part))

    def cleared(self, kind: str, part: str) -> None:
        self.lines.append(f"-{kind}")
        self.standing.remove((kind, part))


Events = list[VisionEvent]
