"""Vehicles, plates and faces in one pass of the project's own anchor-free net."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

import cv2
import numpy as np
from numpy.typing import NDArray

from ...faults import EngineFailed, VisionFault
from ...infer.base import BaseSession
from ...infer.device import BaseDevice, Picked
from ...sight import VEHICLES, AnyPicture, Box, Detection, Kind, Surface
from ..base import BaseDetector, Found, Shot
from ..lanes import Lanes, Shape, Slot
from ..prepare import Cut

Float = NDArray[np.float32]

CLASSES = (Kind.CAR, Kind.TRUCK, Kind.BUS, Kind.MOTORCYCLE, Kind.PLATE, Kind.FACE)
# The net halves its input five times.
_STEP = 32
# Where a ROI begins and ends: at a chroma sample, and it can be halved twice.
_GRID = 4
# Two boxes of one group that overlap more are one thing.
_OVERLAP = 0.5
# All vehicles are one group: what is half a car and half a truck is one vehicle, not two.
_GROUPS = [0 if kind in VEHICLES else index for index, kind in enumerate(CLASSES)]
# The net's raw score at which a box is as likely right as not; the contract's 0.5.
_EVEN = 0.25


class NetDetector(BaseDetector):
    """Scales what it is given so that the long side is `side` pixels, up to `most` pictures in one run.

    `threshold` is in the contract's scores, where 0.5 is an even chance.
    """

    def __init__(
        self,
        session: BaseSession,
        side: int,
        threshold: float,
        *,
        device: BaseDevice | None = None,
        most: int = 1,
    ) -> None:
        self._lanes = Lanes(session, device=device)
        self._frame = _Frame(side, *self._lanes.sides)
        self._least = raw(threshold)
        self._mask = np.empty(0, np.bool_)
        self.most = most if self._lanes.batches else 1

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        return self.detect_many((Shot(picture, roi),))[0]

    def detect_many(self, shots: Sequence[Shot]) -> tuple[tuple[Detection, ...], ...]:
        return tuple(_sure(found) for found in self.detect_each(shots))

    def detect_each(self, shots: Sequence[Shot]) -> Sequence[Found]:
        cuts = [self._frame.cut(shot) for shot in shots]
        found: dict[int, Found] = {}
        for places in self._batches(cuts):
            found.update(zip(places, self._look([cuts[place] for place in places])))
        return [found[place] for place in range(len(shots))]

    def _look(self, batch: Sequence[Cut]) -> Sequence[Found]:
        """What is in each cut of one run. A size that the net refuses is the fault of its cameras alone."""
        try:
            picked = self._run(batch)
        except VisionFault as fault:
            return [fault] * len(batch)
        return [self._detections(one, cut) for one, cut in zip(picked, batch)]

    def _run(self, cuts: Sequence[Cut]) -> tuple[Picked, ...]:
        """What scored enough in each cut, in pixels of the net's input."""
        with self._lanes.lent(self._frame.shape(cuts)) as slot:
            slot.fill(cuts)
            return self._picked(slot)

    def _batches(self, cuts: Sequence[Cut]) -> Iterator[Sequence[int]]:
        """Places of cuts that fit into one run: of one size of input, all on the GPU or none of them."""
        alike: dict[tuple[Shape, bool], list[int]] = {}
        for place, cut in enumerate(cuts):
            kind = self._frame.shape([cut]), isinstance(cut.picture, Surface)
            alike.setdefault(kind, []).append(place)
        for places in alike.values():
            yield from (places[first : first + self.most] for first in range(0, len(places), self.most))

    def _picked(self, slot: Slot) -> tuple[Picked, ...]:
        if slot.device is not None:
            _check(slot.lane.specs["scores"].shape)
            slot.lane.run_there(slot.device.stream)
            return slot.device.pick(slot.lane, "scores", "boxes", self._least)
        answer = slot.run(())
        _check(answer["scores"].shape)
        return tuple(self._pick(boxes, scores) for boxes, scores in zip(answer["boxes"], answer["scores"]))

    def _pick(self, boxes: Float, scores: Float) -> Picked:
        """Boxes (N, 4) of which a score (N, classes) is enough; all but these stay untouched."""
        if self._mask.size != scores.size:
            self._mask = np.empty(scores.size, np.bool_)
        np.greater_equal(scores, self._least, out=self._mask.reshape(scores.shape))
        places = sorted({place // len(CLASSES) for place in np.flatnonzero(self._mask).tolist()})
        rows = scores[places]
        return Picked(boxes[places], rows.argmax(axis=1).astype(np.int32), rows.max(axis=1, initial=0.0))

    def _detections(self, picked: Picked, cut: Cut) -> tuple[Detection, ...]:
        """In pixels of the picture, overlapping ones of a group suppressed."""
        # A dozen boxes are less work in Python than a dozen calls of NumPy's.
        boxes, scores, kinds = picked.boxes.tolist(), picked.scores.tolist(), picked.kinds.tolist()
        if not boxes:
            return ()
        # As the net sees them: overlaps are the same in the picture, where only the kept ones are placed.
        sizes = [(x1, y1, max(0.0, x2 - x1), max(0.0, y2 - y1)) for x1, y1, x2, y2 in boxes]
        groups = [_GROUPS[kind] for kind in kinds]
        kept = cv2.dnn.NMSBoxesBatched(sizes, scores, groups, self._least, _OVERLAP)
        placed = _placed([boxes[i] for i in kept], cut)
        return tuple(Detection(CLASSES[kinds[i]], calibrated(scores[i]), box) for i, box in zip(kept, placed))


def calibrated(score: float) -> float:
    """A raw score bent so that an even chance is 0.5, as the contract of detectors has it."""
    return score / _EVEN * 0.5 if score < _EVEN else 0.5 + (score - _EVEN) / (1 - _EVEN) * 0.5


def raw(score: float) -> float:
    """The raw score that `calibrated` bends to this one."""
    return score / 0.5 * _EVEN if score < 0.5 else _EVEN + (score - 0.5) / 0.5 * (1 - _EVEN)


def _sure(found: Found) -> tuple[Detection, ...]:
    if isinstance(found, VisionFault):
        raise found
    return tuple(found)


def _placed(boxes: Sequence[Sequence[float]], cut: Cut) -> list[Box]:
    """Boxes of the net's input in pixels of the picture."""
    part, (width, height) = cut.box, cut.size
    across, down = part.width / width, part.height / height
    return [
        Box(part.x1 + x1 * across, part.y1 + y1 * down, part.x1 + x2 * across, part.y1 + y2 * down)
        for x1, y1, x2, y2 in boxes
    ]


def _check(scores: Sequence[int | None]) -> None:
    if scores[-1] != len(CLASSES):
        raise EngineFailed(f"{scores[-1]} classes instead of {len(CLASSES)}", part="detector")


@dataclass(frozen=True, slots=True)
class _Frame:
    """The net's input: `side` long, or of the one size that the net takes, of which a cut fills a part."""

    side: int
    height: int | None = None
    width: int | None = None

    def cut(self, shot: Shot) -> Cut:
        """The ROI, or all of the picture where the ROI is smaller than the net can see."""
        part, side = _part(shot), min(self.side, shot.side or self.side)
        scale = min(side / max(part.width, part.height), self._most(part))
        return Cut(
            shot.picture, part, (max(1, round(part.width * scale)), max(1, round(part.height * scale)))
        )

    def shape(self, cuts: Sequence[Cut]) -> Shape:
        """The input of one run on cuts of one size."""
        width, height = cuts[0].size
        return len(cuts), self.height or _stepped(height), self.width or _stepped(width)

    def _most(self, part: Box) -> float:
        """The scale at which a part fills the one size, where there is one."""
        return min((self.height or inf) / part.height, (self.width or inf) / part.width)


def _part(shot: Shot) -> Box:
    picture, roi = shot.picture, shot.roi
    part = Box(0, 0, picture.width, picture.height)
    if roi is None:
        return part
    x1, y1 = (max(0, int(edge) // _GRID * _GRID) for edge in (roi.x1, roi.y1))
    x2, y2 = (-(-round(edge) // _GRID) * _GRID for edge in (roi.x2, roi.y2))
    seen = Box(x1, y1, min(picture.width, x2), min(picture.height, y2))
    return seen if min(seen.width, seen.height) >= _STEP else part


def _stepped(length: int) -> int:
    return -(-length // _STEP) * _STEP
