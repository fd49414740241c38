"""What the kernels of `cuda/pictures.cu` should give, in float64 and from whole pictures."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from appliance.sight import Box, Layout, Matrix, Picture

Real = NDArray[np.float64]
_SHARES = {Matrix.BT601: (0.299, 0.587, 0.114), Matrix.BT709: (0.2126, 0.7152, 0.0722)}


def rgb(picture: Picture) -> Real:
    """H x W x 3, not clipped; the standards' equations solved for red, green and blue."""
    luma, pairs = (plane.astype(np.float64) for plane in picture.planes)
    cb, cr = (pairs[..., n].repeat(2, 0).repeat(2, 1) - 128 for n in (0, 1))
    y = luma / 255 if picture.full_range else (luma - 16) / 219
    cb, cr = (one / (255 if picture.full_range else 224) for one in (cb, cr))
    kr, kg, kb = _SHARES[picture.matrix]
    red, blue = y + cr * 2 * (1 - kr), y + cb * 2 * (1 - kb)
    return np.stack([red, (y - kr * red - kb * blue) / kg, blue], -1)


def weights(start: float, stop: float, cells: int, side: int) -> Real:
    """Cells x pixels: what each pixel of a row weighs in each cell of start..stop."""
    step = (stop - start) / cells
    low, high = max(0, math.floor(start)), min(side, math.ceil(stop)) - 1
    table = np.zeros((cells, side))
    for cell in range(cells):
        left, right = start + cell * step, start + (cell + 1) * step
        if step > 1:
            for pixel in range(low, high + 1):
                table[cell, pixel] = max(0.0, min(right, pixel + 1) - max(left, pixel))
        else:
            at = min(max((left + right) / 2 - 0.5, low), high)
            near = math.floor(at)
            table[cell, near] += 1 - (at - near)
            table[cell, min(near + 1, high)] += at - near
    return np.asarray(table / table.sum(1, keepdims=True))


def filled(picture: Picture, box: Box, size: tuple[int, int], shape: tuple[int, int], ground: float) -> Real:
    """3 x H x W, as a net reads it: the pixels that the box touches, scaled to `size`."""
    across = weights(math.floor(box.x1), math.ceil(box.x2), size[0], picture.width)
    down = weights(math.floor(box.y1), math.ceil(box.y2), size[1], picture.height)
    out = np.full((3, *shape), float(ground))
    seen = np.einsum("hy,yxc,wx->chw", down, rgb(picture), across, optimize=True)
    out[:, : size[1], : size[0]] = np.clip(seen, 0, 1)
    return out


def picked(scores: Real, least: float) -> list[list[tuple[int, int]]]:
    """Place and class of each box that scores enough, by image."""
    return [[(n, int(row.argmax())) for n, row in enumerate(one) if row.max() >= least] for one in scores]


def bgr(picture: Picture) -> NDArray[np.uint8]:
    return np.floor(np.clip(rgb(picture), 0, 1)[..., ::-1] * 255 + 0.5).astype(np.uint8)


def noise(width: int, height: int, seed: int, matrix: Matrix = Matrix.BT709, full: bool = False) -> Picture:
    """An NV12 picture of random pixels."""
    rng = np.random.default_rng(seed)
    luma = rng.integers(0, 256, (height, width), np.uint8)
    chroma = rng.integers(0, 256, (height // 2, width // 2, 2), np.uint8)
    return Picture(Layout.NV12, (luma, chroma), matrix, full)
