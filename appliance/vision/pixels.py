"""Pixels as their camera gave them, and as BGR for those who need that."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from ..sight import AnyPicture, Box, Layout, Matrix, Picture, host

if TYPE_CHECKING:
    from ..sight import Image

_NARROW = (16.0, 255 / 219, 255 / 224)
# Black, and what stretches luma and chroma to 0 to 255 and -127.5 to 127.5.
_FULL = (0.0, 1.0, 1.0)


def bgr(picture: AnyPicture, box: Box | None = None) -> Image:
    """The pixels that `box` touches (all when None) as H x W x 3; a view where the picture is BGR already.

    Only that part is converted. A chroma sample stands in the middle of its four pixels.
    """
    here = host(picture)
    left, top, right, bottom = touched(here, box)
    if here.layout is Layout.BGR:
        return here.planes[0][top:bottom, left:right]
    # One more sample on each side, so that a part has the colours that it has in the whole.
    rows = slice(max(0, top // 2 - 1), (bottom + 1) // 2 + 1)
    columns = slice(max(0, left // 2 - 1), (right + 1) // 2 + 1)
    colour = _converted(here, rows, columns)
    y, x = top - 2 * rows.start, left - 2 * columns.start
    return colour[y : y + bottom - top, x : x + right - left]


@cache
def to_rgb(matrix: Matrix, full_range: bool) -> NDArray[np.float64]:
    """3 x 4: red, green and blue, 0 to 255, of (Y, U, V, 1), bytes as a camera gives them."""
    red, blue = matrix.shares
    green = 1 - red - blue
    black, luma, chroma = _FULL if full_range else _NARROW
    of_v, of_u = 2 * (1 - red) * chroma, 2 * (1 - blue) * chroma
    mix = np.array([[luma, 0.0, of_v], [luma, -blue / green * of_u, -red / green * of_v], [luma, of_u, 0.0]])
    return np.hstack([mix, -mix @ [[black], [128.0], [128.0]]])


def touched(picture: AnyPicture, box: Box | None) -> tuple[int, int, int, int]:
    """The pixels that the box touches (all when None): left, top, and one past right and bottom."""
    if box is None:
        return 0, 0, picture.width, picture.height
    return box.pixels(picture.width, picture.height)


def _converted(picture: Picture, rows: slice, columns: slice) -> Image:
    """These samples of the chroma, and the pixels that they colour, as BGR."""
    luma = picture.planes[0][2 * rows.start : 2 * rows.stop, 2 * columns.start : 2 * columns.stop]
    size = (luma.shape[1], luma.shape[0])
    chroma = [
        cv2.resize(plane[rows, columns], size, interpolation=cv2.INTER_LINEAR) for plane in picture.planes[1:]
    ]
    colour = to_rgb(picture.matrix, picture.full_range)[::-1]
    return np.asarray(cv2.transform(cv2.merge([luma, *chroma]), colour), np.uint8)
