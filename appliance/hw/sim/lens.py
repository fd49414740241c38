"""The camera's geometry: where a point of the road stands in the picture, and the reverse."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import cv2
import numpy as np

from ...config.schema import Polygon
from .site import SPAWN_M

CAMERA_M = 2.5
"""The camera stands this far behind the arm."""
_ASIDE_M = 0.9
_HEIGHT_M = 1.6
# The lens is turned so that the middle of the lane is in the middle of the picture at this depth.
_AIMED_M = 9.0
# Focal length in picture widths: a long lens, as plates need.
_FOCAL = 2000.0 / 960.0
# Height of the horizon in the picture, as a share from the top.
_HORIZON = 80.0 / 540.0
NEAREST_M = 0.9
"""Nothing closer to the camera than this is drawn."""
_ROI_GRID = (1920, 1080)
_SCAN_PER_M = 10


@dataclass(frozen=True, slots=True)
class Lens:
    """A pinhole camera of `width` x `height` pixels that looks along the lane."""

    width: int
    height: int

    @property
    def focal(self) -> float:
        return self.width * _FOCAL

    def scale(self, along_m: float) -> float:
        """Pixels a metre at `along_m` before the arm."""
        return self.focal / (along_m + CAMERA_M)

    def project(self, across_m: float, up_m: float, along_m: float) -> tuple[float, float]:
        """Pixel of a point: metres right of the lane's middle, above the road, before the arm."""
        depth = max(along_m + CAMERA_M, NEAREST_M)
        x = self.width / 2 + self.focal * ((across_m - _ASIDE_M) / depth + _ASIDE_M / _AIMED_M)
        y = self.height * _HORIZON + self.focal * (_HEIGHT_M - up_m) / depth
        return x, y

    def visible(self, along_m: float) -> bool:
        return along_m + CAMERA_M > NEAREST_M


def enters_m(area: Polygon, across_m: float, up_m: float) -> float:
    """How far before the arm a point at `across_m`, `up_m` comes into `area` (shares of the picture).

    Minus infinity where it never does.
    """
    lens = Lens(*_ROI_GRID)
    contour = np.array([(x * lens.width, y * lens.height) for x, y in area], np.float32)
    for step in range(round(SPAWN_M * _SCAN_PER_M), 0, -1):
        along = step / _SCAN_PER_M
        if cv2.pointPolygonTest(contour, lens.project(across_m, up_m, along), False) >= 0:
            return along
    return -inf
