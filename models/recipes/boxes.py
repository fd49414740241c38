"""Box arithmetic on numpy arrays, corners x1, y1, x2, y2."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
FILL = 114
# A detector's box is widened by these shares of its sides before reading.
MARGIN = (0.04, 0.07)


def overlap(a: Float, b: Float) -> Float:
    """Intersection over union of every box of `a` (N, 4) with every one of `b` (M, 4)."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:4], b[None, :, 2:4])
    inner = np.clip(high - low, 0, None).prod(-1)
    size_a = (a[:, 2] - a[:, 0]) * (a[:, 3] - a[:, 1])
    size_b = (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
    return np.asarray(inner / np.maximum(size_a[:, None] + size_b[None] - inner, 1e-9), np.float32)


def suppress(boxes: Float, scores: Float, limit: float = 0.5) -> list[int]:
    """Indices kept by non-maximum suppression, best first."""
    order = np.argsort(-scores)
    kept: list[int] = []
    while len(order):
        best = int(order[0])
        kept.append(best)
        rest = order[1:]
        order = rest[overlap(boxes[best : best + 1], boxes[rest])[0] < limit]
    return kept


def found(boxes: Float, scores: Float, least: float, most: int = 100) -> tuple[Float, Float]:
    """Boxes and scores of one class above `least` after suppression."""
    pick = np.flatnonzero(scores >= least)
    pick = pick[np.argsort(-scores[pick])][:400]
    keep = suppress(boxes[pick], scores[pick])[:most]
    return boxes[pick][keep], scores[pick][keep]


def letterbox(image: NDArray[np.uint8], size: int, square: bool = True) -> tuple[NDArray[np.uint8], float]:
    """The picture scaled so that its long side is `size`, at the top left of a grey ground whose
    sides are multiples of 32; and the scale."""
    h, w = image.shape[:2]
    scale = size / max(h, w)
    nw, nh = max(1, round(w * scale)), max(1, round(h * scale))
    mode = cv2.INTER_AREA if scale < 0.6 else cv2.INTER_LINEAR
    small = cv2.resize(image, (nw, nh), interpolation=mode)
    th, tw = (size, size) if square else (-(-nh // 32) * 32, -(-nw // 32) * 32)
    out = np.full((th, tw, 3), FILL, np.uint8)
    out[:nh, :nw] = small
    return out, scale


def cut(image: NDArray[np.uint8], box: Float, margin: tuple[float, float] = MARGIN) -> NDArray[np.uint8]:
    """The box of the picture, widened by `margin`; at least two pixels a side."""
    x1, y1, x2, y2 = bounds(image, box, margin)
    return image[y1:y2, x1:x2]


def bounds(image: NDArray[np.uint8], box: Float, margin: tuple[float, float]) -> tuple[int, int, int, int]:
    """The widened box in whole pixels of the picture: x1, y1, x2, y2."""
    h, w = image.shape[:2]
    mx, my = (box[2] - box[0]) * margin[0], (box[3] - box[1]) * margin[1]
    x1, y1 = int(max(0, np.floor(box[0] - mx))), int(max(0, np.floor(box[1] - my)))
    x2, y2 = int(min(w, np.ceil(box[2] + mx))), int(min(h, np.ceil(box[3] + my)))
    x1, y1 = min(x1, w - 2), min(y1, h - 2)
    return x1, y1, max(x2, x1 + 2), max(y2, y1 + 2)
