"""What is left when decoder and nets cost nothing: threads, mailboxes, rounds, tracks, cases and votes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...clock import Clock
from ...faults import CameraLost
from ...hw.base import BaseCamera
from ...sight import AnyPicture, Box, Character, Detection, Frame
from ...vision.base import BaseDetector, BasePlateReader, ReadResult, Shot
from .films import cameras
from .rig import Eyes, Rig
from .run import Instruments, Plan, run
from .seams import BusyDetector, BusyReader
from .stages import Stage

_TEXT = "ABC1234"
_SIGNS = tuple(Character(sign, 0.99) for sign in _TEXT)


@dataclass(frozen=True, slots=True)
class Recording:
    """Pictures in their order, and what was found in each."""

    pictures: tuple[AnyPicture, ...]
    found: tuple[tuple[Detection, ...], ...]


def python(recording: Recording, eyes: Eyes, count: int, instruments: Instruments, plan: Plan) -> Stage:
    """The gate's own threads on `count` cameras whose pictures are there, and known, at once."""
    detector = _Recorded(recording, eyes.detector.most)
    known = replace(
        eyes,
        detector=BusyDetector(detector, instruments.clock.monotonic),
        reader=BusyReader(_SameText(eyes.reader.most), instruments.clock.monotonic),
        describer=None,
    )

    def shown(name: str, start: int) -> BaseCamera:
        return _Ready(name, recording.pictures, start, instruments.clock)

    ready = cameras(count, shown, len(recording.pictures), None, instruments.clock)
    ran = run(Rig(known, ready, instruments.clock, lossless=True), known, instruments, plan)
    return Stage("python", ran.fps)


class _Ready(BaseCamera):
    """Shows pictures over and over that are there already; each looks unlike the one before."""

    def __init__(self, name: str, pictures: Sequence[AnyPicture], start: int, clock: Clock) -> None:
        self.name = name
        self._pictures = pictures
        self._numbers = itertools.count(start)
        self._clock = clock
        self._open = False

    def open(self) -> None:
        self._open = True

    def read(self, timeout_s: float) -> Frame:
        if not self._open:
            raise CameraLost("it is not open", part=self.name)
        number = next(self._numbers)
        picture = self._pictures[number % len(self._pictures)]
        return Frame(self.name, number, self._clock.monotonic(), picture, fingerprint=number)

    def close(self) -> None:
        self._open = False


class _Recorded(BaseDetector):
    """Says again what was found in a picture."""

    def __init__(self, recording: Recording, most: int) -> None:
        self.most = most
        self._found = {id(picture): found for picture, found in zip(recording.pictures, recording.found)}

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        return self._found[id(picture)]

    def detect_many(self, shots: Sequence[Shot]) -> tuple[tuple[Detection, ...], ...]:
        return tuple(self._found[id(shot.picture)] for shot in shots)


class _SameText(BasePlateReader):
    """Reads one text at once."""

    def __init__(self, most: int) -> None:
        self.most = most

    def read(self, picture: AnyPicture, plate: Detection) -> ReadResult:
        return ReadResult(_SIGNS, _TEXT)
