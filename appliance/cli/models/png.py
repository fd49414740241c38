"""A canvas that becomes a PNG file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ...evaluate.canvas import BaseCanvas, Point

if TYPE_CHECKING:
    from ...sight import Image

_SCALE = 2
_LARGE, _SMALL = 0.48, 0.38
"""OpenCV's size of letters that are 14 and 11 pixels high."""


class PngCanvas(BaseCanvas):
    """Draws in twice the size, for screens with fine pixels."""

    def __init__(self, width: int, height: int) -> None:
        self._image: Image = np.full((height * _SCALE, width * _SCALE, 3), 255, np.uint8)

    def bar(self, corner: Point, size: Point, colour: str) -> None:
        far = (corner[0] + size[0], corner[1] + size[1])
        cv2.rectangle(self._image, _pixel(corner), _pixel(far), _bgr(colour), -1)

    def line(self, points: Sequence[Point], colour: str, *, thin: bool = False) -> None:
        path = np.array([_pixel(point) for point in points], np.int32)
        width = _SCALE if thin else 2 * _SCALE
        cv2.polylines(self._image, [path], False, _bgr(colour), width, cv2.LINE_AA)

    def words(self, text: str, at: Point, *, small: bool = False, anchor: str = "start") -> None:
        scale = (_SMALL if small else _LARGE) * _SCALE
        (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)
        back = {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
        x, y = _pixel(at)
        where = (x - round(back * width), y)
        cv2.putText(self._image, text, where, cv2.FONT_HERSHEY_SIMPLEX, scale, (34, 34, 34), 1, cv2.LINE_AA)

    def data(self) -> bytes:
        _, data = cv2.imencode(".png", self._image)
        return data.tobytes()


def _pixel(point: Point) -> tuple[int, int]:
    return round(point[0] * _SCALE), round(point[1] * _SCALE)


def _bgr(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return blue, green, red
