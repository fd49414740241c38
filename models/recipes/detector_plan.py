"""Plans the detector's training pictures: which photograph goes where, at what scale and turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import IterableDataset

from models.recipes.common import DETECTOR_CLASSES, FACE_CLASS, PLATE_CLASS

Float = NDArray[np.float32]
MOST_BOXES = 56
LAYERS = 4
PASTES = 2
# Width and height of the training pictures, and how often each is drawn: what a camera's frame becomes
# at 416 and at 640, and sizes around them.
SHAPES = (
    ((416, 416), 14),
    ((416, 320), 12),
    ((320, 320), 5),
    ((512, 512), 12),
    ((640, 480), 22),
    ((640, 640), 16),
    ((640, 384), 9),
    ((480, 640), 5),
    ((704, 544), 5),
)
KINDS = len(DETECTOR_CLASSES)
# x1, y1, x2, y2, class, sure, typed
BOX_FIELDS = 7


@dataclass
class Layer:
    """One photograph's part of a picture: `matrix` (2, 3) from output to photograph pixels,
    `rect` the part of the output it covers."""

    photo: int
    matrix: Float
    rect: tuple[float, float, float, float]
    boxes: Float
    scale: float


class Planner:
    """Draws pictures from the photographs' index `rows`; `aspects` are those of the plates to paste."""

    def __init__(self, rows: list[dict[str, Any]], seed: int, aspects: Float, mosaic: float = 0.38) -> None:
        self.mosaic = mosaic
        self.rng = Random(seed)
        self.rows, self.aspects = rows, aspects
        self.boxes = [np.array(r["boxes"], np.float32).reshape(-1, BOX_FIELDS) for r in rows]
        weight = {
            "openimages_gplates": 1.0,
            "openimages350": 1.0,
            "ro_dashcam": 0.5,
            "experiment_plates": 0.3,
            "highway": 0.5,
            "facemask": 0.5,
        }
        self.weights = np.cumsum([weight[r["source"]] for r in rows]).tolist()
        self.order = np.argsort(aspects)
        self.sorted_aspects = aspects[self.order]

    def picture(self, size: tuple[int, int]) -> list[Layer]:
        """The layers of one picture of (width, height): one photograph, or a mosaic of four."""
        w, h = float(size[0]), float(size[1])
        if self.rng.random() >= self.mosaic:
            return [self._layer((0.0, 0.0, w, h), alone=True)]
        cx, cy = self.rng.uniform(0.3, 0.7) * w, self.rng.uniform(0.3, 0.7) * h
        rects = ((0.0, 0.0, cx, cy), (cx, 0.0, w, cy), (0.0, cy, cx, h), (cx, cy, w, h))
        return [self._layer(r, alone=False) for r in rects]

    def _layer(self, rect: tuple[float, float, float, float], alone: bool) -> Layer:
        photo = self.rng.choices(range(len(self.rows)), cum_weights=self.weights)[0]
        row, boxes = self.rows[photo], self.boxes[photo]
        w, h = row["width"], row["height"]
        rw, rh = rect[2] - rect[0], rect[3] - rect[1]
        plates = boxes[(boxes[:, 4] == PLATE_CLASS) & (boxes[:, 5] > 0)]
        fit = min(rw / w, rh / h)
        if len(plates) and self.rng.random() < (0.5 if alone else 0.35):
            plate = plates[self.rng.randrange(len(plates))]
            widest = 0.8 * rw if alone else 0.6 * rw
            aim = np.exp(self.rng.uniform(np.log(13), np.log(max(widest, 40))))
            scale = float(np.clip(aim / max(plate[2] - plate[0], 1), 0.3 * fit, 4.0))
            focus = ((plate[0] + plate[2]) / 2, (plate[1] + plate[3]) / 2)
            spot = (self.rng.uniform(0.15, 0.85), self.rng.uniform(0.15, 0.85))
        else:
            scale = fit * float(np.exp(self.rng.uniform(np.log(0.75 if alone else 0.9), np.log(1.6))))
            focus = (w * self.rng.uniform(0.35, 0.65), h * self.rng.uniform(0.35, 0.65))
            spot = (self.rng.uniform(0.4, 0.6), self.rng.uniform(0.4, 0.6))
        if alone and self.rng.random() < 0.25:  # the whole photograph, as the appliance sees it
            scale, focus, spot = fit, (w / 2, h / 2), (0.5, 0.5)
        angle = self.rng.gauss(0, 0.05) if self.rng.random() < 0.5 else 0.0
        squeeze = float(np.exp(self.rng.gauss(0, 0.1))) if self.rng.random() < 0.5 else 1.0
        flip = -1.0 if self.rng.random() < 0.5 else 1.0
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        forward = turn @ np.diag([scale * squeeze * flip, scale / squeeze])
        target = np.array([rect[0] + rw * spot[0], rect[1] + rh * spot[1]])
        shift = target - forward @ np.array(focus)
        backward = np.linalg.inv(forward)
        matrix = np.concatenate([backward, (-backward @ shift)[:, None]], 1).astype(np.float32)
        moved = self._moved(boxes, forward, shift, rect)
        return Layer(photo, matrix, rect, moved, scale)

    @staticmethod
    def _moved(boxes: Float, forward: Any, shift: Any, rect: tuple[float, float, float, float]) -> Float:
        """The boxes in output pixels, clipped; cut ones become unsure or go."""
        if not len(boxes):
            return boxes
        x1, y1, x2, y2 = boxes[:, :4].T
        corners = np.stack([x1, y1, x2, y1, x2, y2, x1, y2], 1).reshape(-1, 4, 2)
        # Tight boxes stay tight: only the ends of the middle lines turn, half way to the corners.
        middle = np.stack(
            [(x1 + x2) / 2, y1, x2, (y1 + y2) / 2, (x1 + x2) / 2, y2, x1, (y1 + y2) / 2], 1
        ).reshape(-1, 4, 2)
        points = (0.5 * corners[..., None, :] + 0.5 * middle[:, None, :, :]).reshape(len(boxes), -1, 2)
        outer, inner = corners @ forward.T + shift, middle @ forward.T + shift
        del points
        low = 0.5 * (outer.min(1) + inner.min(1))
        high = 0.5 * (outer.max(1) + inner.max(1))
        # Unturned boxes must keep their corners exactly.
        straight = abs(forward[0, 1]) < 1e-6
        low, high = (outer.min(1), outer.max(1)) if straight else (low, high)
        whole = np.maximum((high - low).prod(1), 1e-3)
        low = np.maximum(low, rect[:2])
        high = np.minimum(high, rect[2:])
        side = np.maximum(high - low, 0)
        shown = side.prod(1) / whole
        out = boxes.copy()
        out[:, 0:2], out[:, 2:4] = low, high
        is_plate, is_face = boxes[:, 4] == PLATE_CLASS, boxes[:, 4] == FACE_CLASS
        enough = shown > np.where(is_plate, 0.75, np.where(is_face, 0.5, 0.3))
        smallest = np.where(is_plate, 5.0, 4.0)
        tall = np.where(is_plate, 2.0, 4.0)
        out[:, 5] *= enough & (side[:, 0] >= smallest) & (side[:, 1] >= tall)
        return np.asarray(out[(shown > 0.05) & (side.min(1) > 0.5)], np.float32)

    def pastes(self, layers: list[Layer]) -> Float:
        """(PASTES, 6) rows: x1, y1, x2, y2 of a plate to be replaced, the rendered plate's index,
        how much of it shows; index -1 for none."""
        out = np.full((PASTES, 6), -1, np.float32)
        n = 0
        for layer in layers:
            for box in layer.boxes:
                w, h = box[2] - box[0], box[3] - box[1]
                if n == PASTES or box[4] != PLATE_CLASS or not box[5] or w < 16 or w / h < 1.5:
                    continue
                if self.rng.random() < 0.3:
                    i = int(np.searchsorted(self.sorted_aspects, w / h)) + self.rng.randint(-120, 120)
                    pick = self.order[min(max(i, 0), len(self.order) - 1)]
                    out[n] = (*box[:4], pick, self.rng.uniform(0.75, 1))
                    n += 1
        return out


class Plans(IterableDataset[dict[str, torch.Tensor]]):
    """An endless stream of batch plans, each of one of SHAPES and of about `pixels` in all."""

    def __init__(
        self,
        rows: list[dict[str, Any]],
        pixels: int,
        seed: int,
        aspects: Float,
        mosaic: float,
    ) -> None:
        self.rows, self.pixels, self.seed, self.aspects = rows, pixels, seed, aspects
        self.mosaic = mosaic

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        info = torch.utils.data.get_worker_info()
        planner = Planner(
            self.rows,
            self.seed + 977 * (info.id if info else 0),
            self.aspects,
            self.mosaic,
        )
        while True:
            yield self._batch(planner)

    def _batch(self, planner: Planner) -> dict[str, torch.Tensor]:
        size = planner.rng.choices([s for s, _ in SHAPES], [share for _, share in SHAPES])[0]
        b = max(1, round(self.pixels / (size[0] * size[1])))
        photo = np.full((LAYERS, b), -1, np.int64)
        matrix = np.zeros((LAYERS, b, 2, 3), np.float32)
        rect = np.zeros((LAYERS, b, 4), np.float32)
        level = np.zeros((LAYERS, b), np.int64)
        boxes = np.zeros((b, MOST_BOXES, BOX_FIELDS), np.float32)
        count = np.zeros(b, np.int64)
        pastes = np.full((b, PASTES, 6), -1, np.float32)
        for i in range(b):
            layers = planner.picture(size)
            for k, layer in enumerate(layers):
                photo[k, i], matrix[k, i], rect[k, i] = layer.photo, layer.matrix, layer.rect
                level[k, i] = 0 if layer.scale > 0.7 else 1 if layer.scale > 0.35 else 2
            every = np.concatenate([x.boxes for x in layers])[:MOST_BOXES]
            boxes[i, : len(every)], count[i] = every, len(every)
            pastes[i] = planner.pastes(layers)
        parts = {
            "photo": photo,
            "matrix": matrix,
            "rect": rect,
            "level": level,
            "boxes": boxes,
            "count": count,
            "pastes": pastes,
            "size": np.array(size, np.int64),
        }
        return {k: torch.from_numpy(v) for k, v in parts.items()}
