"""What the kernels of `cuda/pictures.cu` are told, laid out as its structs are."""

from __future__ import annotations

from math import ceil, floor
from typing import Any

import numpy as np

from ..sight import Box, Matrix, Surface
from .device import Placed

MOST_CUTS = 16
"""Cuts of one launch; they travel with it, as its words, and cost no copy."""
_SURFACE = np.dtype(
    [
        ("luma", "u8"),
        ("chroma", "u8"),
        *((name, "i4") for name in ("pitch", "width", "height", "unused")),
        *((name, "f4") for name in ("black", "gain", "red", "green_u", "green_v", "blue")),
    ]
)
_CUT = np.dtype(
    [
        ("from", _SURFACE),
        ("out", "u8"),
        *((name, "f4") for name in ("left", "top", "step_x", "step_y")),
        *((name, "i4") for name in ("width", "height", "low_x", "low_y", "high_x", "high_y")),
        *((name, "i4") for name in ("averages_x", "averages_y")),
    ]
)
CANDIDATE = np.dtype([("image", "i4"), ("place", "i4"), ("kind", "i4"), ("score", "f4"), ("box", "f4", 4)])
CUTS = np.dtype((_CUT, MOST_CUTS))
_SHARES = {Matrix.BT601: (0.299, 0.114), Matrix.BT709: (0.2126, 0.0722)}
"""What red and blue add to luma (ITU-R BT.601 and BT.709)."""


def surface_words(surface: Surface) -> Any:
    """The kernels' `Surface`."""
    words = np.zeros(1, _SURFACE)
    words[0] = _surface(surface)
    return words[0]


def _surface(surface: Surface) -> tuple[Any, ...]:
    sides = (surface.pitch, surface.width, surface.height, 0)
    return (surface.luma, surface.chroma, *sides, *_colours(surface.matrix, surface.full_range))


def _colours(matrix: Matrix, full_range: bool) -> tuple[float, ...]:
    """Black, gain, red, two of green, blue: luma has 219 steps and chroma 224, in full range both 255."""
    red, blue = _SHARES[matrix]
    green = 1 - red - blue
    luma, chroma = (255.0, 255.0) if full_range else (219.0, 224.0)
    of_red, of_blue = 2 * (1 - red) / chroma, 2 * (1 - blue) / chroma
    black = 0.0 if full_range else 16.0
    return black, 1 / luma, of_red, of_blue * blue / green, of_red * red / green, of_blue


def touched(surface: Surface, box: Box) -> tuple[int, int, int, int]:
    """Left, top, right and bottom, exclusive, of the pixels that the box touches; at least one."""
    left = min(max(0, floor(box.x1)), surface.width - 1)
    top = min(max(0, floor(box.y1)), surface.height - 1)
    right = min(max(left + 1, ceil(box.x2)), surface.width)
    bottom = min(max(top + 1, ceil(box.y2)), surface.height)
    return left, top, right, bottom


def cut_words(cut: Placed, out: int) -> tuple[Any, ...]:
    """The kernels' `Cut`, to be written to the address `out`."""
    left, top, right, bottom = touched(cut.surface, cut.box)
    width, height = cut.size
    step_x, step_y = (right - left) / width, (bottom - top) / height
    return (
        _surface(cut.surface),
        out,
        *(left, top, step_x, step_y),
        *(width, height, left, top, right - 1, bottom - 1),
        *(step_x > 1, step_y > 1),
    )
