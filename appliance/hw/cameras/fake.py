"""A camera for tests: gives the pictures it was given, and refuses what a real one refuses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ...clock import Clock
from ...faults import CameraLost
from ...sight import Frame, Picture
from ..base import BaseCamera

if TYPE_CHECKING:
    from ...sight import Image


class FakeCamera(BaseCamera):
    """`history` is what was done to it, `lost` True takes its cable out."""

    def __init__(self, name: str, images: Iterable[Image], clock: Clock) -> None:
        self.name = name
        self.lost = False
        self.history: list[str] = []
        self._images = iter(images)
        self._clock = clock
        self._open = False
        self._seq = 0

    def open(self) -> None:
        self.history.append("open")
        if self.lost:
            raise CameraLost("the device is not there", part=self.name)
        self._open = True

    def read(self, timeout_s: float) -> Frame:
        self.history.append("read")
        image = next(self._images, None) if self._open and not self.lost else None
        if image is None:
            raise CameraLost(f"no frame within {timeout_s} s", part=self.name)
        self._seq += 1
        return Frame(self.name, self._seq - 1, self._clock.monotonic(), Picture.of(image))

    def close(self) -> None:
        if self._open:
            self.history.append("close")
        self._open = False
