"""Text detection by differentiable binarisation (Liao et al., 2020) with PP-OCR's net."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from ...infer.base import BaseSession
from ...sight import AnyPicture, Box, Detection, Kind
from ..base import BaseDetector
from ..pixels import bgr
from .lines import Corners, LinesDetection, TextLine, groups, without_small_print

if TYPE_CHECKING:
    from ...sight import Image

# The net halves its input five times.
_STEP = 32
_BINARY = 0.3
# The net draws the core of a line; its area over its circumference, times this, is what was cut off.
_UNCLIP = 1.6
_MIN_CORE = 3.0
# A picture of leaves or gravel can give thousands of specks; the largest are enough.
_MAX_CANDIDATES = 400
_PLATE_ASPECTS = (1.2, 9.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """The net's input: the short side is brought up to `min_short`, the long one down to `max_long`."""

    max_long: int
    min_short: int = 0

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height of the input for a picture of this size, multiples of 32."""
        short, long = sorted((width, height))
        factor = max(1.0, self.min_short / short)
        factor = min(factor, self.max_long / long)
        return _rounded(width * factor), _rounded(height * factor)


PHOTO = Scale(max_long=2000, min_short=736)
"""One photo may take its time: PP-OCR's own habit."""


def _rounded(side: float) -> int:
    return max(_STEP, round(side / _STEP) * _STEP)


class TextDetector(BaseDetector):
    """Text lines that could be plates. The input buffers are kept as long as the frame size stays.

    `small_print` keeps what stands in little letters around larger ones.
    """

    def __init__(
        self, session: BaseSession, scale: Scale, threshold: float = 0.5, *, small_print: bool = True
    ) -> None:
        self._small_print = small_print
        self._session = session
        self._scale = scale
        self._threshold = threshold
        self._input = session.inputs[0].name
        self._small: Image = np.empty((0, 0, 3), np.uint8)
        self._blob: NDArray[np.float32] = np.empty((1, 3, 0, 0), np.float32)

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        x, y, cut = _cut(picture, roi)
        lines = self._lines(cut, x, y)
        if not self._small_print:
            lines = without_small_print(lines)
        found = [_detection(group) for group in groups(lines)]
        return tuple(d for d in found if d is not None)

    def _lines(self, image: Image, x: int, y: int) -> list[TextLine]:
        height, width = image.shape[:2]
        answer = self._session.infer({self._input: self._feed(image)})
        heat: NDArray[np.float32] = next(iter(answer.values()))[0, 0]
        stretch = np.array([width / heat.shape[1], height / heat.shape[0]], np.float32)
        shift = np.array([x, y], np.float32)
        cores = [_core(contour, heat, self._threshold) for contour in _contours(heat)]
        return [TextLine(core[0] * stretch + shift, core[1]) for core in cores if core is not None]

    def _feed(self, image: Image) -> NDArray[np.float32]:
        """The picture scaled to the net's size, from -1 to 1, channels first, in the kept buffer."""
        width, height = self._scale.size(image.shape[1], image.shape[0])
        if self._small.shape[:2] != (height, width):
            self._small = np.empty((height, width, 3), np.uint8)
            self._blob = np.empty((1, 3, height, width), np.float32)
        cv2.resize(image, (width, height), dst=self._small)
        np.multiply(self._small.transpose(2, 0, 1), 1 / 127.5, out=self._blob[0], dtype=np.float32)
        self._blob -= 1.0
        return self._blob


def _cut(picture: AnyPicture, roi: Box | None) -> tuple[int, int, Image]:
    """Left, top and the picture of the ROI."""
    if roi is None:
        return 0, 0, bgr(picture)
    x1, y1 = max(0, int(roi.x1)), max(0, int(roi.y1))
    x2, y2 = min(picture.width, round(roi.x2)), min(picture.height, round(roi.y2))
    if x2 - x1 < _STEP or y2 - y1 < _STEP:
        return 0, 0, bgr(picture)
    return x1, y1, bgr(picture, Box(x1, y1, x2, y2))


def _contours(heat: NDArray[np.float32]) -> list[NDArray[np.int32]]:
    mask = (heat > _BINARY).astype(np.uint8)
    # Two by two: joins the strokes of a character without joining lines.
    mask = np.asarray(cv2.dilate(mask, np.ones((2, 2), np.uint8)), np.uint8)
    found, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    largest = sorted(found, key=len, reverse=True)[:_MAX_CANDIDATES]
    return [np.asarray(contour, np.int32) for contour in largest]


def _core(
    contour: NDArray[np.int32], heat: NDArray[np.float32], threshold: float
) -> tuple[Corners, float] | None:
    """The corners of one text line on the heat map, grown to its outline, and its score."""
    centre, (width, height), angle = cv2.minAreaRect(contour)
    if min(width, height) < _MIN_CORE:
        return None
    score = _mean_inside(heat, _corners(centre, width, height, angle))
    if score < threshold:
        return None
    grow = _UNCLIP * width * height / (width + height)
    return _clockwise(_corners(centre, width + grow, height + grow, angle)), score


def _corners(centre: Sequence[float], width: float, height: float, angle: float) -> Corners:
    return np.asarray(cv2.boxPoints(((centre[0], centre[1]), (width, height), angle)), np.float32)


def _mean_inside(heat: NDArray[np.float32], points: Corners) -> float:
    """The mean heat within a quadrilateral."""
    rows, columns = heat.shape
    x1, y1 = np.clip(np.floor(points.min(axis=0)).astype(int), 0, (columns - 1, rows - 1))
    x2, y2 = np.clip(np.ceil(points.max(axis=0)).astype(int), 0, (columns - 1, rows - 1))
    mask = np.zeros((y2 - y1 + 1, x2 - x1 + 1), np.uint8)
    cv2.fillPoly(mask, [(points - (x1, y1)).astype(np.int32)], 1)
    return float(cv2.mean(heat[y1 : y2 + 1, x1 : x2 + 1], mask)[0])


def _clockwise(points: Corners) -> Corners:
    """Corners from top left on, for text that runs more across than down."""
    by_x = points[np.argsort(points[:, 0], kind="stable")]
    top_left, bottom_left = by_x[:2][np.argsort(by_x[:2, 1], kind="stable")]
    top_right, bottom_right = by_x[2:][np.argsort(by_x[2:, 1], kind="stable")]
    return np.array([top_left, top_right, bottom_right, bottom_left], np.float32)


def _detection(group: tuple[TextLine, ...]) -> LinesDetection | None:
    """The group as a plate, placed where its largest plate-shaped line is; None without one."""
    low, high = _PLATE_ASPECTS
    shaped = [line for line in group if low <= line.aspect <= high]
    if not shaped:
        return None
    main = max(shaped, key=lambda line: line.width * line.height)
    corners = tuple((float(x), float(y)) for x, y in main.corners)
    return LinesDetection(Kind.PLATE, main.score, main.box, corners, group)
