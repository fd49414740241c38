"""What a net should be given, in float64 and with no thought of speed; and pictures to try it on."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from appliance.sight import Layout, Matrix, Picture

Double = NDArray[np.float64]
Bytes = NDArray[np.uint8]

PRIMARIES = {Matrix.BT601: (0.299, 0.587, 0.114), Matrix.BT709: (0.2126, 0.7152, 0.0722)}


def smooth(height: int, width: int, seed: int, low: int, high: int) -> Bytes:
    """Noise of a few pixels' width."""
    coarse = np.random.default_rng(seed).integers(low, high, (height // 12 + 2, width // 12 + 2), np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def padded(plane: Bytes) -> Bytes:
    """The same pixels in longer rows."""
    room = np.zeros((plane.shape[0], plane.shape[1] + 13, *plane.shape[2:]), np.uint8)
    room[:, : plane.shape[1]] = plane
    return room[:, : plane.shape[1]]


def same(plane: Bytes) -> Bytes:
    return plane


def picture(
    layout: Layout,
    matrix: Matrix = Matrix.BT601,
    full_range: bool = False,
    rows: Callable[[Bytes], Bytes] = same,
    size: tuple[int, int] = (200, 120),
) -> Picture:
    """A soft picture of `size` (width, height) with some fine noise in its luma."""
    width, height = size
    grain = np.random.default_rng(9).integers(0, 12, (height, width), np.uint8)
    luma = smooth(height, width, 1, 60, 180) + grain
    u, v = (smooth(height // 2, width // 2, seed, 96, 160) for seed in (2, 3))
    planes = {
        Layout.BGR: (np.dstack([luma, smooth(height, width, 4, 0, 255), smooth(height, width, 5, 0, 255)]),),
        Layout.NV12: (luma, np.dstack([u, v])),
        Layout.I420: (luma, u, v),
    }[layout]
    return Picture(layout, tuple(rows(plane) for plane in planes), matrix, full_range)


def rgb(picture: Picture) -> Double:
    """The whole picture, H x W x 3, 0 to 255."""
    planes = [plane.astype(np.float64) for plane in picture.planes]
    if picture.layout is Layout.BGR:
        return planes[0][:, :, ::-1]
    u, v = (planes[1][:, :, 0], planes[1][:, :, 1]) if len(planes) == 2 else planes[1:]
    light, blue, red = planes[0], _doubled(u) - 128, _doubled(v) - 128
    if not picture.full_range:
        light, blue, red = (light - 16) * 255 / 219, blue * 255 / 224, red * 255 / 224
    of_red, of_green, of_blue = PRIMARIES[picture.matrix]
    r, b = light + 2 * (1 - of_red) * red, light + 2 * (1 - of_blue) * blue
    g = (light - of_red * r - of_blue * b) / of_green
    return np.clip(np.dstack([r, g, b]), 0, 255)


def scaled(part: Double, size: tuple[int, int]) -> Double:
    """H x W x 3 at `size` (width, height)."""
    across, down = _halved(part.shape[1], size[0]), _halved(part.shape[0], size[1])
    left = across.shape[0] / size[0], down.shape[0] / size[1]
    step = _covered if max(left) > 2 and min(left) >= 1 else _between
    across, down = step(len(across), size[0]) @ across, step(len(down), size[1]) @ down
    return np.stack([down @ part[:, :, plane] @ across.T for plane in range(3)], axis=2)


def _doubled(plane: Double) -> Double:
    height, width = plane.shape
    doubled: Double = _between(height, 2 * height) @ plane @ _between(width, 2 * width).T
    return doubled


def _halved(side: int, wanted: int) -> Double:
    """Means of two, while even and twice as long or more."""
    weights = np.eye(side)
    while len(weights) >= 2 * wanted and len(weights) % 2 == 0:
        weights = (weights[0::2] + weights[1::2]) / 2
    return weights


def _covered(side: int, wanted: int) -> Double:
    """wanted x side: the mean of what each pixel covers."""
    edges = np.arange(wanted + 1) * side / wanted
    low = np.maximum.outer(edges[:-1], np.arange(side))
    high = np.minimum.outer(edges[1:], np.arange(side) + 1)
    shares: Double = np.clip(high - low, 0, None) * wanted / side
    return shares


def _between(side: int, wanted: int) -> Double:
    """wanted x side: each pixel from the two that it lies between, by the middles of pixels."""
    at = np.clip((np.arange(wanted) + 0.5) * side / wanted - 0.5, 0, side - 1)
    first = np.minimum(at.astype(int), max(0, side - 2))
    weights = np.zeros((wanted, side))
    rows = np.arange(wanted)
    weights[rows, first] = 1 - (at - first)
    weights[rows, np.minimum(first + 1, side - 1)] += at - first
    return weights
