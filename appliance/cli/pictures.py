"""Pictures from files: photos and the frames of videos, whole or refused with a remedy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ..faults import InputDataFault

if TYPE_CHECKING:
    from ..sight import Image

PHOTOS = frozenset({".bmp", ".jpeg", ".jpg", ".jp2", ".png", ".pgm", ".ppm", ".tif", ".tiff", ".webp"})
VIDEOS = frozenset(
    {".avi", ".m4v", ".mjpeg", ".mjpg", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".ts", ".webm"}
)
    {".avi", ".m4v", ".mjpeg", ".mjpg", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".ts", ".webm"}
)

_COUNT_SLACK = 0.02
"""Some containers only estimate their number of frames; a shorter video than this was cut off."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One frame of one file; `image` is H x W x 3, BGR."""

    path: Path
    frame: int
    image: Image


def files_of(path: Path) -> list[Path]:
    """The photos and videos that a path names, in order. Raises InputDataFault when there is none."""
    if path.is_dir():
        inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in PHOTOS | VIDEOS and p.is_file())
        if not inside:
            raise InputDataFault("the folder holds no photo and no video", part=str(path))
        return inside
    if not path.exists():
        raise InputDataFault("there is no such file", part=str(path))
    return [path]


def is_video(path: Path) -> bool:
    return path.suffix.lower() in VIDEOS


def frames_of(path: Path, every: int) -> Iterator[Picture]:
    """The photo, or every n-th frame of the video, as frame 0 and on.

    Raises InputDataFault, for a video after the frames that could be read.
    """
    if is_video(path):
        yield from _video(path, every)
    else:
        yield Picture(path, 0, _photo(path))


def frame_count(path: Path) -> int:
    """How many frames a file says it has."""
    if not is_video(path):
        return 1
    video = _open(path)
    try:
        return max(1, int(video.get(cv2.CAP_PROP_FRAME_COUNT)))
    finally:
        video.release()


def _photo(path: Path) -> Image:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputDataFault(f"it cannot be read: {error.strerror}", part=str(path)) from error
    if not _complete(data):
        raise InputDataFault("the picture is cut off; copy it again", part=str(path))
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    except cv2.error as error:
        raise InputDataFault(f"the picture is damaged: {error.err}", part=str(path)) from error
    if image is None:
        raise InputDataFault("this is not a picture that can be decoded", part=str(path))
    return np.asarray(image, np.uint8)


def _complete(data: bytes) -> bool:
    """Whether a picture's file goes on to its end: decoders fill what is missing with grey."""
    if data.startswith(b"\xff\xd8"):
        # The last scan, which is not an embedded preview's, must be followed by the end marker.
        return data.rfind(b"\xff\xd9") > data.rfind(b"\xff\xda")
    if data.startswith(b"\x89PNG"):
        return b"IEND" in data[-64:]
    if data.startswith(b"RIFF"):
        return int.from_bytes(data[4:8], "little") + 8 <= len(data)
    return True


def _open(path: Path) -> cv2.VideoCapture:
    # FFmpeg would print its own complaint besides our line.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    video = cv2.VideoCapture(str(path))
    if not video.isOpened():
        video.release()
        raise InputDataFault("the video cannot be opened; it may be cut off: copy it again", part=str(path))
    return video


def _video(path: Path, every: int) -> Iterator[Picture]:
    video = _open(path)
    try:
        promised = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
        given = 0
        while video.grab():
            if given % every == 0:
                yield Picture(path, given, _retrieved(video, path, given))
            given += 1
        if given < promised * (1 - _COUNT_SLACK) - 1:
            what = f"the video ends after frame {given} of {promised}; what came before was read"
            raise InputDataFault(what, part=str(path))
        if given == 0:
            raise InputDataFault("the video holds no frame", part=str(path))
    finally:
        video.release()


def _retrieved(video: cv2.VideoCapture, path: Path, frame: int) -> Image:
    good, image = video.retrieve()
    if not good:
        raise InputDataFault(f"frame {frame} of the video is damaged", part=str(path))
    return np.asarray(image, np.uint8)
