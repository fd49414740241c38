"""What the kernels of `cuda/pictures.cu` are told, laid out as its structs are."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..sight import Matrix, Surface
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
    red, blue = matrix.shares
    green = 1 - red - blue
    luma, chroma = (255.0, 255.0) if full_range else (219.0, 224.0)
    of_red, of_blue = 2 * (1 - red) / chroma, 2 * (1 - blue) / chroma
    black = 0.0 if full_range else 16.0
    return black, 1 / luma, of_red, of_blue * blue / green, of_red * red / green, of_blue


def cut_words(cut: Placed, out: int) -> tuple[Any, ...]:
    """The kernels' `Cut`, to be written to the address `out`."""
    left, top, right, bottom = cut.box.pixels(cut.surface.width, cut.surface.height)
    width, height = cut.size
    step_x, step_y = (right - left) / width, (bottom - top) / height
    return (
        _surface(cut.surface),
        out,
        *(left, top, step_x, step_y),
        *(width, height, left, top, right - 1, bottom - 1),
        *(step_x > 1, step_y > 1),
    )
