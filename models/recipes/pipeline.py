"""The two nets as the appliance uses them, on ONNX Runtime and one thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.recipes import boxes as boxlib
from models.recipes.boxes import MARGIN, bounds, cut
from models.recipes.common import (
    ALPHABET,
    BLANK,
    DETECTOR_CLASSES,
    PLATE_CLASS,
    READER_SIZE,
    REGIONS,
)

Image = NDArray[np.uint8]
Float = NDArray[np.float32]

# Below this score a second look is worth its time; the median plate needs none.
SURE = 0.9
SECOND_MARGINS = ((0.1, 0.15), (0.0, 0.02))
_FOLDED = ((ALPHABET.index("0"), ALPHABET.index("O")), (ALPHABET.index("1"), ALPHABET.index("I")))


@dataclass(frozen=True)
class Read:
    """A read: text, the probability of each character (O and 0, I and 1 counted together), of the
    whole text, region guess, how readable the crop is, and the characters' centres (n, 2) in shares
    of the crop."""

    text: str
    chars: tuple[float, ...]
    score: float
    region: str
    readable: float
    places: Float


def session(path: Path) -> ort.InferenceSession:
    """An ONNX Runtime session on one core."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def tensor(image: Image) -> Float:
    """RGB picture (H, W, 3) uint8 to (1, 3, H, W) in [0, 1]."""
    return np.ascontiguousarray(image.transpose(2, 0, 1)[None], np.float32) * np.float32(1 / 255)


def fit(crop: Image) -> Image:
    """The crop stretched to READER_SIZE; area averaging where it shrinks by more than two."""
    height, width = READER_SIZE
    mode = cv2.INTER_AREA if crop.shape[1] > 2 * width else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(crop, (width, height), interpolation=mode), np.uint8)


def decode(probabilities: Float, region: Float, readable: float, places: Float) -> Read:
    """Slots (SLOTS, classes) to a read; the score is that of every slot, blanks after the text
    left out, times the readability."""
    folded = probabilities.copy()
    for keep, drop in _FOLDED:
        folded[:, keep] = folded[:, drop] = probabilities[:, keep] + probabilities[:, drop]
    best = probabilities.argmax(-1)
    sure = folded.max(-1)
    used = [i for i, c in enumerate(best) if c != BLANK]
    text = "".join(ALPHABET[best[i]] for i in used)
    chars = tuple(float(min(1.0, sure[i])) for i in used)
    # The slot after the last character says whether the text ends there: it counts.
    closing = float(sure[used[-1] + 1]) if used and used[-1] + 1 < len(best) else 1.0
    score = float(np.prod(chars) * min(1.0, closing) * readable) if chars else 0.0
    return Read(text, chars, score, REGIONS[int(region.argmax())], readable, places[used])


class Reader:
    """reader.onnx behind `read`."""

    def __init__(self, path: Path) -> None:
        self.session = session(path)

    def read(self, crop: Image) -> Read:
        """The text of an RGB crop of any size."""
        chars, region, readable, places = self.session.run(None, {"crop": tensor(fit(crop))})
        return decode(chars[0], region[0], float(readable[0, 0]), places[0])


class Detector:
    """detector.onnx behind `find`."""

    def __init__(self, path: Path, size: int = 416, square: bool = True) -> None:
        self.session, self.size, self.square = session(path), size, square

    def raw(self, image: Image) -> tuple[Float, Float]:
        """Boxes (N, 4) in pixels of `image` and scores (N, classes)."""
        small, scale = boxlib.letterbox(image, self.size, self.square)
        boxes, scores = self.session.run(None, {"image": tensor(small)})
        return boxes[0] / np.float32(scale), scores[0]

    def find(self, image: Image, kind: int = PLATE_CLASS, least: float = 0.25) -> tuple[Float, Float]:
        """Boxes and scores of one class, best first."""
        boxes, scores = self.raw(image)
        return boxlib.found(boxes, scores[:, kind], least)


def read_plate(reader: Reader, image: Image, box: Float) -> Read:
    """The plate in a detector's box. A read below SURE is looked at again, wider, tighter and
    turned level; the text with the greatest sum of scores wins, and its score is that sum over
    the number of looks."""
    first = reader.read(cut(image, box))
    if first.score >= SURE:
        return first
    reads = [first, *(reader.read(cut(image, box, m)) for m in SECOND_MARGINS)]
    level = straighten(image, box, first)
    if level is not None:
        reads.append(reader.read(level))
    sums: dict[str, float] = {}
    for read in reads:
        sums[read.text] = sums.get(read.text, 0.0) + read.score
    winner = max(sums, key=lambda text: sums[text])
    best = max((r for r in reads if r.text == winner), key=lambda r: r.score)
    return replace(best, score=sums[winner] / len(reads))


def straighten(image: Image, box: Float, read: Read) -> Image | None:
    """The plate turned so that its characters stand level; None where they form no single line."""
    x1, y1, x2, y2 = bounds(image, box, MARGIN)
    width, height = x2 - x1, y2 - y1
    points = read.places * np.array([width, height], np.float32)
    if len(points) < 3 or float(np.ptp(points[:, 0])) < 0.1 * width:
        return None
    slope, start = np.polyfit(points[:, 0], points[:, 1], 1)
    if np.abs(points[:, 1] - (slope * points[:, 0] + start)).max() > 0.12 * height:
        return None
    angle = float(np.arctan(slope))
    c, s = np.cos(angle), np.sin(angle)
    # The hull of a turned plate is taller by its width times the slope, and wider by its height's.
    half_h = max(0.35 * height, height - abs(slope) * width * 0.9) / 2
    half_w = (width - abs(s) * 2 * half_h) / max(c, 0.5) / 2
    corners = np.array([[-half_w, -half_h], [half_w, -half_h], [half_w, half_h], [-half_w, half_h]])
    corners = corners @ np.array([[c, s], [-s, c]]) + [(x1 + x2) / 2, (y1 + y2) / 2]
    h, w = READER_SIZE
    target = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    level = cv2.warpPerspective(
        image, matrix, (w, h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(level, np.uint8)


__all__ = [
    "DETECTOR_CLASSES",
    "Detector",
    "Read",
    "Reader",
    "cut",
    "decode",
    "fit",
    "read_plate",
    "session",
    "tensor",
]
