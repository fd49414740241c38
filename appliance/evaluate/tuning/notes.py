"""What the nets said of a video, frame by frame: all that is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...sight import Box, Detection
from ...vision.base import ReadResult


@dataclass(frozen=True, slots=True)
class Noted:
    """One frame: detections by the side of the detector's input, and what was read by the plate's box."""

    number: int
    at_s: float
    found: Mapping[int, tuple[Detection, ...]]
    reads: Mapping[Box, ReadResult]


@dataclass(frozen=True, slots=True)
class Reel:
    """The frames of one video that were looked at, `fps` a second; `size` is width and height."""

    path: Path
    fps: float
    size: tuple[int, int]
    frames: tuple[Noted, ...]

    @property
    def seconds(self) -> float:
        return len(self.frames) / self.fps


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds that one detection takes, by side, and one read; medians on this computer."""

    detect_s: Mapping[int, float]
    read_s: float
