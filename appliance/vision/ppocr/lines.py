"""Text lines as quadrilaterals, and the groups of lines that may be one plate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from ...sight import Box, Detection

if TYPE_CHECKING:
    from ...sight import Image

Corners = NDArray[np.float32]
"""4 x 2, clockwise from top left, pixels of the frame."""

_SAME_ROW = 0.5
_ROW_GAP = 1.3
_STACK_GAP = 0.8
_STACK_OVERLAP = 0.4
_ALIKE = 2.0
# More lines than a plate with its state, slogan and dealer's frame has is a sign; the tallest are kept.
_MAX_LINES = 8


@dataclass(frozen=True)
class TextLine:
    """One line of text found in a frame. Heights and gaps are in pixels."""

    corners: Corners
    score: float

    @cached_property
    def width(self) -> float:
        top, bottom = self.corners[1] - self.corners[0], self.corners[2] - self.corners[3]
        return float(np.hypot(*top) + np.hypot(*bottom)) / 2

    @cached_property
    def height(self) -> float:
        left, right = self.corners[3] - self.corners[0], self.corners[2] - self.corners[1]
        return float(np.hypot(*left) + np.hypot(*right)) / 2

    @cached_property
    def aspect(self) -> float:
        return self.width / max(1.0, self.height)

    @cached_property
    def centre(self) -> NDArray[np.float32]:
        middle: NDArray[np.float32] = self.corners.mean(axis=0)
        return middle

    @cached_property
    def along(self) -> NDArray[np.float32]:
        """Unit vector of the writing direction."""
        vector = self.corners[1] - self.corners[0] + self.corners[2] - self.corners[3]
        unit: NDArray[np.float32] = vector / max(1e-6, float(np.hypot(*vector)))
        return unit

    @cached_property
    def box(self) -> Box:
        (x1, y1), (x2, y2) = self.corners.min(axis=0), self.corners.max(axis=0)
        return Box(float(x1), float(y1), float(x2), float(y2))

    def offset(self, other: TextLine) -> tuple[float, float]:
        """The way from this centre to the other's: along the writing and down from it."""
        way = other.centre - self.centre
        along, down = self.along, np.array([-self.along[1], self.along[0]], np.float32)
        return float(way @ along), float(way @ down)

    def beside(self, other: TextLine) -> bool:
        """The other goes on with this line, to its left or right."""
        tall = max(self.height, other.height)
        across, down = self.offset(other)
        gap = abs(across) - (self.width + other.width) / 2
        return abs(down) < _SAME_ROW * tall and gap < _ROW_GAP * tall

    def alike(self, other: TextLine) -> bool:
        """Print of about the same height."""
        return max(self.height, other.height) < _ALIKE * min(self.height, other.height)

    def stacked(self, other: TextLine) -> bool:
        """The other stands right above or below this line."""
        across, down = self.offset(other)
        gap = abs(down) - (self.height + other.height) / 2
        shared = (self.width + other.width) / 2 - abs(across)
        narrow = min(self.width, other.width)
        return gap < _STACK_GAP * min(self.height, other.height) and shared > _STACK_OVERLAP * narrow

    def touches(self, other: TextLine) -> bool:
        return self.beside(other) or self.stacked(other)

    def crop(self, image: Image) -> Image:
        """The line cut out of the image and set straight, at the image's own resolution."""
        width, height = max(4, round(self.width)), max(4, round(self.height))
        square = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        warp = cv2.getPerspectiveTransform(self.corners, square)
        cut = cv2.warpPerspective(
            image, warp, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(cut, np.uint8)


@dataclass(frozen=True, slots=True)
class LinesDetection(Detection):
    """A plate that is one or more text lines; the reader finds out which of them are its number."""

    lines: tuple[TextLine, ...] = ()


def groups(lines: Sequence[TextLine]) -> Iterator[tuple[TextLine, ...]]:
    """Lines of like print that touch, directly or through others; the tallest of each group."""
    left = list(lines)
    while left:
        group = [left.pop()]
        for member in group:
            near = [line for line in left if member.alike(line) and member.touches(line)]
            left = [line for line in left if all(line is not n for n in near)]
            group.extend(near)
        yield tuple(sorted(group, key=lambda line: -line.height)[:_MAX_LINES])


def without_small_print(lines: Sequence[TextLine]) -> list[TextLine]:
    """Drop the state names, slogans and frames: lines that touch one of much larger print."""
    return [
        line
        for line in lines
        if not any(o.height > line.height and not o.alike(line) and o.touches(line) for o in lines)
    ]
