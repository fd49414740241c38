"""Lets the nets look at videos once: every detector at every frame, the reader at every plate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from typing import TypeVar

from ...config.schema import Camera
from ...faults import InputDataFault
from ...hw.cameras.footage import Footage
from ...sight import Box, Detection, Kind, Picture
from ...vision.base import BaseDetector, BasePlateReader, ReadResult
from ...vision.view import View
from .film import Film
from .notes import Noted, Reel, Times

Step = Callable[[], object]
Answer = TypeVar("Answer")

# Among the sides, which are greater, the reader's own place.
_READ = 0


@dataclass(slots=True)
class Watcher:
    """Looks where the camera's view is, and keeps the time that each net takes.

    `detectors` by the side of their input. Each must tell everything that any setting to be tried would
    let pass.
    """

    camera: Camera
    detectors: Mapping[int, BaseDetector]
    reader: BasePlateReader
    timer: Callable[[], float]
    _took: dict[int, list[float]] = field(default_factory=dict)

    def watch(self, film: Film, step: Step) -> tuple[Reel, str | None]:
        """The notes of a film, and what was missing at its end; `step` after each frame that is looked at.

        Raises InputDataFault and EngineFailed.
        """
        footage = Footage(film.path)
        shots = (shot for shot in footage if shot.number % film.every == 0)
        frames: list[Noted] = []
        size = (0, 0)
        for shot in shots:
            picture = Picture.of(shot.image)
            if (picture.width, picture.height) != size:
                size = (picture.width, picture.height)
                view = View(self.camera, *size)
            frames.append(self._noted(shot.number, shot.number / film.fps, picture, view))
            step()
        if not frames:
            raise InputDataFault("the video holds no readable frame", part=str(film.path))
        return Reel(film.path, film.finest_fps, size, tuple(frames)), footage.warning

    @property
    def times(self) -> Times:
        sides = {side: median(self._took[side]) for side in self.detectors}
        return Times(sides, median(self._took.get(_READ, [0.0])))

    def _noted(self, number: int, at_s: float, picture: Picture, view: View) -> Noted:
        found: dict[int, tuple[Detection, ...]] = {}
        reads: dict[Box, ReadResult] = {}
        for side, detector in self.detectors.items():
            all_found = self._timed(side, partial(detector.detect, picture, view.area))
            found[side] = tuple(one for one in all_found if one.kind is not Kind.FACE)
            for plate in found[side]:
                if plate.kind is Kind.PLATE and view.whole(plate):
                    reads[plate.box] = self._timed(_READ, partial(self.reader.read, picture, plate))
        return Noted(number, at_s, found, reads)

    def _timed(self, of: int, act: Callable[[], Answer]) -> Answer:
        start_s = self.timer()
        answer = act()
        self._took.setdefault(of, []).append(self.timer() - start_s)
        return answer
