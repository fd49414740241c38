"""Cuts parts of a picture out, as the nets were trained to see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from ...sight import GREY, AnyPicture, Box

if TYPE_CHECKING:
    from ...sight import Image

Float = NDArray[np.float32]
Size = tuple[int, int]
"""Height and width in pixels."""

# What the nets were trained to see where no picture is.
_GROUND = (GREY,) * 3
# Scaled down by more than this, a picture needs averaging or its lines turn to dots.
_SHRINKS = 2


def widened(picture: AnyPicture, box: Box, margin: tuple[float, float]) -> Box:
    """The pixels of the box, widened by shares of its sides; at least two each way."""
    height, width = picture.height, picture.width
    across, down = box.width * margin[0], box.height * margin[1]
    x1 = min(max(0, int(np.floor(box.x1 - across))), width - 2)
    y1 = min(max(0, int(np.floor(box.y1 - down))), height - 2)
    x2 = max(min(width, int(np.ceil(box.x2 + across))), x1 + 2)
    y2 = max(min(height, int(np.ceil(box.y2 + down))), y1 + 2)
    return Box(x1, y1, x2, y2)


def warp(image: Image, matrix: NDArray[np.float64], size: Size) -> Image:
    """The picture through a 2 x 3 matrix (its pixels to the cut's), grey where it has none."""
    height, width = size
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if scale * _SHRINKS < 1:
        image, matrix = _shrunk(image, matrix, size, scale)
    cut = cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=_GROUND)
    return np.asarray(cut, np.uint8)


def _shrunk(
    image: Image, matrix: NDArray[np.float64], size: Size, scale: float
) -> tuple[Image, NDArray[np.float64]]:
    """What a warp sees of the picture, averaged down by `scale`, and the matrix for it."""
    height, width = size
    corners = np.array([[[-1, -1], [width, -1], [-1, height], [width, height]]], float)
    seen = cv2.transform(corners, cv2.invertAffineTransform(matrix))[0]
    low = np.maximum(np.floor(seen.min(0)), 0).astype(int)
    high = np.minimum(np.ceil(seen.max(0)) + 1, image.shape[1::-1]).astype(int)
    if (high <= low).any():
        return image, matrix
    part = image[low[1] : high[1], low[0] : high[0]]
    across, down = (max(1, round(float(side) * scale)) for side in high - low)
    small = cv2.resize(part, (across, down), interpolation=cv2.INTER_AREA)
    step = (high - low) / (across, down)
    shift = step / 2 - 0.5 + low
    # Pixels of the small picture to those of the large one, then as before.
    back = np.array([[step[0], 0, shift[0]], [0, step[1], shift[1]], [0, 0, 1]])
    return np.asarray(small, np.uint8), matrix @ back


def feed(picture: Image, size: Size) -> Float:
    """The picture stretched to `size`, RGB, 0 to 1, 1 x 3 x H x W."""
    height, width = size
    mode = cv2.INTER_AREA if picture.shape[1] > _SHRINKS * width else cv2.INTER_LINEAR
    small = picture if picture.shape[:2] == size else cv2.resize(picture, (width, height), interpolation=mode)
    rgb = small[:, :, ::-1].transpose(2, 0, 1)[None]
    return np.asarray(np.multiply(rgb, 1 / 255, dtype=np.float32), np.float32)
