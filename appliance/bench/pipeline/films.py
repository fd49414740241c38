"""The footage through each decoder, as cameras that show it once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from ...clock import Clock
from ...faults import BenchRefused
from ...hw.base import BaseCamera
from ...hw.cameras.footage import Footage, FootageCamera
from ...hw.cameras.nvdec import Memory, NvdecCamera, NvdecConfig
from ...hw.cameras.nvdec_streams import open_stream
from ...sight import Frame
from .film import EndlessCamera, Open

DECODERS = ("nvdec", "opencv")
# Frames between what two cameras show: no two of them see the same.
_STRIDE = 37
# At most so many are decoded in vain before a camera shows its first one.
_SKIPPED = 64

Around = Callable[[], AbstractContextManager[None]]


class _Later(BaseCamera):
    """A camera whose first pictures nobody sees."""

    def __init__(self, camera: BaseCamera, start: int) -> None:
        self.name = camera.name
        self._camera = camera
        self._start = start

    def open(self) -> None:
        self._camera.open()
        for _ in range(self._start):
            self._camera.read(0.0)

    def read(self, timeout_s: float) -> Frame:
        return self._camera.read(timeout_s)

    def close(self) -> None:
        self._camera.close()


def opencv_film(path: Path, clock: Clock) -> Open:
    """Pictures in main memory."""
    return lambda name, start: _Later(FootageCamera(name, path, clock), start % _SKIPPED)


class _Begun(BaseCamera):
    """A camera whose first picture is there once it is open: then its decoder has started its threads."""

    def __init__(self, camera: BaseCamera, opening: Around) -> None:
        self.name = camera.name
        self._camera = camera
        self._opening = opening
        self._first: Frame | None = None

    def open(self) -> None:
        with self._opening():
            self._camera.open()
            self._first = self._camera.read(0.0)

    def read(self, timeout_s: float) -> Frame:
        first, self._first = self._first, None
        return first or self._camera.read(timeout_s)

    def close(self) -> None:
        self._first = None
        self._camera.close()


def nvdec_film(
    path: Path, clock: Clock, memory: Callable[[], Memory], batch: int, opening: Around = nullcontext
) -> Open:
    """Pictures on the GPU, fetched `batch` at once; `opening` is around the opening of a decoder."""

    def opened(name: str, start: int) -> BaseCamera:
        config = NvdecConfig(str(path), start_frame=start, batch=batch)
        return _Begun(NvdecCamera(name, config, clock, memory, open_stream), opening)

    return opened


def frames_of(path: Path) -> int:
    """How many frames the video promises. Raises InputDataFault, and BenchRefused where it does not say."""
    promised = Footage(path).promised
    if promised < 1:
        raise BenchRefused("the video does not say how long it is; copy it into an .mp4", part=str(path))
    return promised


def cameras(count: int, open_: Open, frames: int, fps: float | None, clock: Clock) -> list[EndlessCamera]:
    """So many cameras, each with its own decoder and somewhere else in the footage."""
    starts = [place * _STRIDE % frames for place in range(count)]
    return [EndlessCamera(f"camera{place}", open_, start, fps, clock) for place, start in enumerate(starts)]
