"""Recorded pictures as a camera: an image, a folder of images and videos, or a video."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ...clock import Clock
from ...faults import CameraLost, InputDataFault
from ...sight import Frame, Picture
from ..base import BaseCamera, EndOfFootage

if TYPE_CHECKING:
    from ...sight import Image

IMAGES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
VIDEOS = frozenset({".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".ts", ".mpg", ".mpeg"})

COUNT_SLACK = 1
"""Containers without an exact count promise up to one frame too many, by rounding the duration."""

_SLOWEST_FPS, _FASTEST_FPS = 0.1, 240.0
"""Containers without a rate give 0, or that of their clock: thousands."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of one file: H x W x 3, uint8, BGR, and its number in the file from 0."""

    path: Path
    number: int
    image: Image


def find_footage(path: Path) -> tuple[Path, ...]:
    """The image and video files at `path`, a folder's by name. Raises InputDataFault for none."""
    try:
        return _found(path)
    except OSError as error:
        raise InputDataFault(f"it cannot be read: {error.strerror}", part=str(path)) from error


def _found(path: Path) -> tuple[Path, ...]:
    if path.is_dir():
        found = tuple(sorted(p for p in path.iterdir() if p.suffix.lower() in IMAGES | VIDEOS))
        if not found:
            raise InputDataFault("the folder holds no image and no video", part=str(path))
        return found
    if not path.exists():
        raise InputDataFault("there is no such file", part=str(path))
    if path.suffix.lower() not in IMAGES | VIDEOS:
        known = " ".join(sorted(IMAGES | VIDEOS))
        raise InputDataFault(f"not one of {known}", part=str(path))
    return (path,)


def read_image(path: Path) -> Image:
    """The picture, upright as its EXIF says. Raises InputDataFault when it is cut off or damaged."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputDataFault(str(error.strerror), part=str(path)) from error
    if not data:
        raise InputDataFault("the file is empty", part=str(path))
    if _cut_off(data):
        raise InputDataFault("the image is cut off; copy it again", part=str(path))
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise InputDataFault(f"the image cannot be decoded: {error.err}", part=str(path)) from error
    if image is None:
        raise InputDataFault("the image cannot be decoded; it is damaged or no image", part=str(path))
    return np.asarray(image, np.uint8)


def _cut_off(data: bytes) -> bool:
    """Whether the end is missing: some OpenCV versions paint the missing part grey and say nothing."""
    if data.startswith(b"\xff\xd8"):
        # Entropy-coded data cannot hold the end mark; the thumbnail before the scan can.
        scan = data.find(b"\xff\xda")
        return data.find(b"\xff\xd9", max(scan, 0)) < 0
    if data.startswith(b"\x89PNG"):
        return b"IEND" not in data[-64:]
    return False


class Footage:
    """The pictures of one file, in order. `warning` says after the last one what was missing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.warning: str | None = None

    def __iter__(self) -> Iterator[Shot]:
        """Raises InputDataFault when the file gives nothing at all."""
        self.warning = None
        if self.path.suffix.lower() in IMAGES:
            yield Shot(self.path, 0, read_image(self.path))
        else:
            yield from self._video()

    @property
    def promised(self) -> int:
        """How many pictures the file claims to hold, 0 where it does not say; for progress bars."""
        if self.path.suffix.lower() in IMAGES:
            return 1
        capture = self._opened()
        try:
            return _promised(capture)
        finally:
            capture.release()

    @property
    def fps(self) -> float | None:
        """Frames a second of a video, None where it does not say, or says what no camera gives."""
        capture = self._opened()
        try:
            fps = float(capture.get(cv2.CAP_PROP_FPS))
        finally:
            capture.release()
        return fps if _SLOWEST_FPS <= fps <= _FASTEST_FPS else None

    def _video(self) -> Iterator[Shot]:
        capture = self._opened()
        try:
            yield from self._shots(capture)
        finally:
            capture.release()

    def _shots(self, capture: cv2.VideoCapture) -> Iterator[Shot]:
        """One picture is held back: the last one of a file that was cut off is half decoded."""
        held: Image | None = None
        number = 0
        while (image := self._next(capture)) is not None:
            if held is not None:
                yield Shot(self.path, number, held)
                number += 1
            held = image
        if held is None:
            raise InputDataFault("the video holds no readable frame", part=str(self.path))
        missing = _promised(capture) - number - 1
        if missing > COUNT_SLACK:
            ends = f"the video ends after {number} of {_promised(capture)} frames"
            self.warning = f"{self.path}: {ends}; copy it again"
        else:
            yield Shot(self.path, number, held)

    def _opened(self) -> cv2.VideoCapture:
        if not self.path.is_file():
            raise InputDataFault("there is no such file", part=str(self.path))
        capture = cv2.VideoCapture(str(self.path), cv2.CAP_FFMPEG)
        if not capture.isOpened():
            detail = "the video cannot be opened; it is cut off, damaged or no video; copy it again"
            raise InputDataFault(detail, part=str(self.path))
        return capture

    def _next(self, capture: cv2.VideoCapture) -> Image | None:
        try:
            good, image = capture.read()
        except cv2.error as error:
            raise InputDataFault(f"the video cannot be decoded: {error.err}", part=str(self.path)) from error
        return np.asarray(image, np.uint8) if good else None


def _promised(capture: cv2.VideoCapture) -> int:
    return max(0, int(capture.get(cv2.CAP_PROP_FRAME_COUNT)))


class FootageCamera(BaseCamera):
    """A camera that shows the files at `path` once, as fast as it is read.

    A file that cannot be used raises InputDataFault once; the next read goes on with the next file.
    `warnings` holds what videos lacked.
    """

    def __init__(self, name: str, path: Path, clock: Clock) -> None:
        self.name = name
        self.warnings: list[str] = []
        self._path = path
        self._clock = clock
        self._files: Iterator[Path] | None = None
        self._footage: Footage | None = None
        self._shots: Iterator[Shot] = iter(())
        self._seq = 0

    def open(self) -> None:
        self._files = iter(find_footage(self._path))

    def read(self, timeout_s: float) -> Frame:
        """The next picture; `timeout_s` does not matter. Raises EndOfFootage after the last one."""
        if self._files is None:
            raise CameraLost("it is not open", part=self.name)
        shot = next(self._shots, None)
        while shot is None:
            self._turn_to_next(self._files)
            shot = next(self._shots, None)
        self._seq += 1
        return Frame(self.name, self._seq - 1, self._clock.monotonic(), Picture.of(shot.image))

    def close(self) -> None:
        self._files = None
        self._footage = None
        self._shots = iter(())

    def _turn_to_next(self, files: Iterator[Path]) -> None:
        if self._footage is not None and self._footage.warning:
            self.warnings.append(self._footage.warning)
        self._footage = None
        path = next(files, None)
        if path is None:
            raise EndOfFootage(f"{self._path} has no more pictures")
        self._footage = Footage(path)
        self._shots = iter(self._footage)
