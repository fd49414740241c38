"""Where the detector and the plate labels disagree: loose, wrong and missing boxes.

    python -m models.recipes.relabel --data DATA --detector detector.onnx --out own.json

The detector, trained on these labels, says at two sizes what it finds on every photograph; `reviewed` then
mends the labels of the training part. The held-out part keeps its labels.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.recipes import boxes as boxlib
from models.recipes import common
from models.recipes.common import PLATE_CLASS
from models.recipes.pipeline import session, tensor

SIZES = (416, 640)
LEAST, SURE, NEW = 0.08, 0.5, 0.45
SAME, LOOSE, ELSEWHERE = 0.7, 0.4, 0.2
LARGE = 0.08
Float = NDArray[np.float32]


def reviewed(plates: list[list[float]], own: list[list[float]], width: float) -> list[list[float]]:
    """Label rows [x1, y1, x2, y2, class, sure, typed] mended by the detector's [x1, y1, x2, y2, score].

    A loose box goes half way to a sure find; a large label that nothing was found near is no longer sure;
    a sure find without a label becomes an unsure one, where nothing is learnt."""
    finds = np.array(own, np.float32).reshape(-1, 5)
    rows = np.array(plates, np.float32).reshape(-1, 7)
    iou = boxlib.overlap(rows[:, :4], finds[:, :4])
    out = [_mended(row, finds, each, width) for row, each in zip(rows, iou, strict=True)]
    for find, most in zip(finds, iou.max(0, initial=0), strict=True):
        if find[4] >= NEW and most < ELSEWHERE:
            out.append(np.array([*find[:4], PLATE_CLASS, 0, 1], np.float32))
    return [[round(float(v), 2) for v in row] for row in out]


def _mended(row: Float, finds: Float, iou: Float, width: float) -> Float:
    best = int(iou.argmax()) if len(iou) else -1
    near = float(iou[best]) if best >= 0 else 0.0
    out = row.copy()
    if LOOSE <= near < SAME and finds[best, 4] >= SURE:
        out[:4] = (row[:4] + finds[best, :4]) / 2
    if near < ELSEWHERE and row[2] - row[0] > LARGE * width:
        out[5] = 0
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--detector", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    net = session(args.detector)
    found = {}
    for name in sorted({b.image for b in common.read_boxes(args.data) if b.kind == "plate"}):
        image = np.ascontiguousarray(cv2.imread(str(args.data / name))[..., ::-1], np.uint8)
        boxes, scores = [], []
        for size in SIZES:
            small, scale = boxlib.letterbox(image, size, False)
            box, score = net.run(None, {"image": tensor(small)})
            boxes.append(box[0] / np.float32(scale))
            scores.append(score[0][:, PLATE_CLASS])
        box, score = boxlib.found(np.concatenate(boxes), np.concatenate(scores), LEAST)
        found[name] = np.round(np.concatenate([box, score[:, None]], 1), 3).tolist()
    args.out.write_text(json.dumps(found))


if __name__ == "__main__":
    main()
