"""One picture seen whole: what stands on it and what its plates say, with the time each stage took."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from ..sight import VEHICLES, AnyPicture, Box, Detection, Kind
from .base import BaseDetector, BasePlateReader, ReadResult


@dataclass(frozen=True, slots=True)
class PlateSeen:
    """A plate and what it says."""

    detection: Detection
    read: ReadResult

    @property
    def box(self) -> Box:
        return self.read.box or self.detection.box


@dataclass(frozen=True, slots=True)
class Scene:
    """What one picture shows; plates likeliest first. Times in seconds."""

    vehicles: tuple[Detection, ...]
    plates: tuple[PlateSeen, ...]
    faces: tuple[Detection, ...]
    detect_s: float
    read_s: float


def see(
    detector: BaseDetector,
    reader: BasePlateReader,
    picture: AnyPicture,
    *,
    min_score: float = 0.0,
    timer: Callable[[], float] = perf_counter,
) -> Scene:
    """Detect on the whole picture and read every plate; a text that is no plate's is left out."""
    start = timer()
    found = detector.detect(picture)
    detected = timer()
    seen = [PlateSeen(d, reader.read(picture, d)) for d in found if d.kind is Kind.PLATE]
    plates = _ranked([p for p in seen if p.read.score > min_score])
    return Scene(
        vehicles=tuple(d for d in found if d.kind in VEHICLES),
        plates=plates,
        faces=tuple(d for d in found if d.kind is Kind.FACE),
        detect_s=detected - start,
        read_s=timer() - detected,
    )


def _ranked(plates: list[PlateSeen]) -> tuple[PlateSeen, ...]:
    """Sure and large first: between equally sure texts, the smaller print is the slogan."""
    return tuple(sorted(plates, key=lambda p: -p.read.score * math.sqrt(p.box.area)))
