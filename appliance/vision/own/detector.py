"""Vehicles, plates and faces in one pass of the project's own anchor-free net."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from ...faults import EngineFailed
from ...infer.base import BaseSession
from ...sight import VEHICLES, AnyPicture, Box, Detection, Kind
from ..base import BaseDetector
from ..pixels import bgr

if TYPE_CHECKING:
    from ...sight import Image

Float = NDArray[np.float32]

CLASSES = (Kind.CAR, Kind.TRUCK, Kind.BUS, Kind.MOTORCYCLE, Kind.PLATE, Kind.FACE)
_STEP = 32
"""The net halves its input five times."""
_GROUND = 114
"""The grey that the net was trained on where no picture is."""
_OVERLAP = 0.5
"""Two boxes of one group that overlap more are one thing."""
_GROUPS = np.array([0 if kind in VEHICLES else index for index, kind in enumerate(CLASSES)])
"""All vehicles are one group: what is half a car and half a truck is one vehicle, not two."""
_EVEN = 0.25
"""The net's raw score at which a box is as likely right as not; the contract's 0.5."""


class NetDetector(BaseDetector):
    """Scales what it is given so that the long side is `side` pixels. Buffers live as long as the shape.

    `threshold` is in the contract's scores, where 0.5 is an even chance.
    """

    def __init__(self, session: BaseSession, side: int, threshold: float) -> None:
        self._session = session
        self._input = session.inputs[0].name
        self._side = side
        self._threshold = threshold
        self._ground: Image = np.empty((0, 0, 3), np.uint8)
        self._blob: Float = np.empty((1, 3, 0, 0), np.float32)

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        left, top, cut = _cut(picture, roi)
        scale = self._side / max(cut.shape[:2])
        boxes, scores = self._run(cut, scale)
        offset = np.array([left, top, left, top], np.float32)
        return _detections(boxes / np.float32(scale) + offset, calibrated(scores), self._threshold)

    def _run(self, cut: Image, scale: float) -> tuple[Float, Float]:
        """Boxes (N, 4) in pixels of the net's input, and raw scores (N, classes)."""
        answer = self._session.infer({self._input: self._feed(cut, scale)})
        boxes, scores = answer["boxes"][0], answer["scores"][0]
        if scores.shape[1:] != (len(CLASSES),):
            raise EngineFailed(f"{scores.shape[-1]} classes instead of {len(CLASSES)}", part="detector")
        return boxes, scores

    def _feed(self, cut: Image, scale: float) -> Float:
        """The picture at the top left of a grey ground, RGB, 0 to 1, channels first."""
        height, width = (max(1, round(side * scale)) for side in cut.shape[:2])
        shape = (-(-height // _STEP) * _STEP, -(-width // _STEP) * _STEP)
        if self._ground.shape[:2] != shape:
            self._ground = np.empty((*shape, 3), np.uint8)
            self._blob = np.empty((1, 3, *shape), np.float32)
        mode = cv2.INTER_AREA if scale < 0.6 else cv2.INTER_LINEAR
        cv2.resize(cut, (width, height), dst=self._ground[:height, :width], interpolation=mode)
        self._ground[height:] = self._ground[:, width:] = _GROUND
        rgb = self._ground[:, :, ::-1].transpose(2, 0, 1)
        np.multiply(rgb, 1 / 255, out=self._blob[0], dtype=np.float32)
        return self._blob


def calibrated(scores: Float) -> Float:
    """Raw scores bent so that an even chance is 0.5, as the contract of detectors has it."""
    low, high = scores / _EVEN * 0.5, 0.5 + (scores - _EVEN) / (1 - _EVEN) * 0.5
    return np.where(scores < _EVEN, low, high).astype(np.float32)


def _detections(boxes: Float, scores: Float, threshold: float) -> tuple[Detection, ...]:
    """Boxes above `threshold`, overlapping ones of a group suppressed."""
    best = scores.argmax(axis=1)
    sure = scores.max(axis=1)
    picked = np.flatnonzero(sure >= threshold)
    sizes = boxes[picked].copy()
    sizes[:, 2:] -= sizes[:, :2]
    kept = cv2.dnn.NMSBoxesBatched(
        sizes.tolist(), sure[picked].tolist(), _GROUPS[best[picked]].tolist(), threshold, _OVERLAP
    )
    return tuple(_detection(boxes[i], float(sure[i]), int(best[i])) for i in picked[np.array(kept, int)])


def _detection(box: Float, score: float, kind: int) -> Detection:
    x1, y1, x2, y2 = (float(v) for v in box)
    return Detection(CLASSES[kind], score, Box(x1, y1, x2, y2))


def _cut(picture: AnyPicture, roi: Box | None) -> tuple[int, int, Image]:
    """Left, top and the picture of the ROI; all of it where the ROI is smaller than the net can see."""
    if roi is None:
        return 0, 0, bgr(picture)
    x1, y1 = max(0, int(roi.x1)), max(0, int(roi.y1))
    x2, y2 = min(picture.width, round(roi.x2)), min(picture.height, round(roi.y2))
    if x2 - x1 < _STEP or y2 - y1 < _STEP:
        return 0, 0, bgr(picture)
    return x1, y1, bgr(picture, Box(x1, y1, x2, y2))
