"""Scores the exported nets on held-out photographs and crops, on one core.

    python -m models.recipes.evaluate --data DATA --weights WEIGHTS --out report.json [--ppocr] \
        [--texts TEXTS.csv] [--size 416 | 640] [--oblong]

`--texts` adds plates written down later (`transcripts.py`) and reports by region.
`--ppocr` also runs the PP-OCRv6 recogniser of the rapidocr package on the same crops.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.recipes import boxes as boxlib
from models.recipes import common
from models.recipes.pipeline import Detector, Reader, cut, read_plate
from models.recipes.transcripts import named, read_transcripts

Image = NDArray[np.uint8]
THRESHOLDS = (0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98)
LEAST = 0.2
Outcome = tuple[float, str, str]  # score, truth, read


def rgb(path: Path) -> Image:
    """A picture file as RGB."""
    image = cv2.imread(str(path))
    if image is None:
        raise FileNotFoundError(path)
    return np.ascontiguousarray(image[..., ::-1], np.uint8)


def edits(a: str, b: str) -> int:
    """Levenshtein distance."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = _next_row(row, i, x, b)
    return row[-1]


def _next_row(row: list[int], i: int, x: str, b: str) -> list[int]:
    out = [i]
    for j, y in enumerate(b, 1):
        out.append(min(row[j] + 1, out[-1] + 1, row[j - 1] + (x != y)))
    return out


def summary(outcomes: list[Outcome]) -> dict[str, Any]:
    """Shares right (folded), characters right, calibration error, and the threshold curve."""
    n = max(1, len(outcomes))
    right = [common.fold(t) == common.fold(r) for _, t, r in outcomes]
    wrong_chars = sum(edits(common.fold(t), common.fold(r)) for _, t, r in outcomes)
    chars = max(1, sum(len(t) for _, t, _ in outcomes))
    scores = np.array([s for s, _, _ in outcomes])
    good = np.array(right, float)
    gap = 0.0
    for low in np.arange(0, 1, 0.1):
        pick = (scores >= low) & (scores < low + 0.1 + (low > 0.85))
        if pick.any():
            gap += abs(scores[pick].mean() - good[pick].mean()) * pick.mean()
    curve = [
        {
            "least": least,
            "sure": round(float((scores >= least).mean()), 4),
            "wrong_sure": round(float(((scores >= least) & (good == 0)).mean()), 4),
        }
        for least in THRESHOLDS
    ]
    return {
        "plates": len(outcomes),
        "right": round(sum(right) / n, 4),
        "characters": round(1 - wrong_chars / chars, 4),
        "calibration_error": round(float(gap), 4),
        "curve": curve,
        "wrong": sorted(
            ((round(s, 3), t, r) for (s, t, r), g in zip(outcomes, right, strict=True) if not g),
            reverse=True,
        ),
    }


@dataclass(frozen=True)
class Named:
    """A labelled plate of a photograph."""

    box: tuple[float, float, float, float]
    text: str
    region: str


@dataclass(frozen=True)
class Held:
    """The held-out part: `crops` are (picture, text, groups); `plates` the legible ones and `boxes` all
    labelled ones by photograph."""

    crops: list[tuple[Image, str, tuple[str, ...]]]
    plates: dict[str, list[Named]]
    boxes: dict[str, list[common.Box]]


def held_part(data: Path, texts: Path | None) -> Held:
    """What no net was trained on; plates that nobody is sure of are left out of `plates`."""
    transcripts = read_transcripts(texts) if texts else []
    held = common.hold_out(data, named(transcripts))
    checked = {t.image: t for t in transcripts if t.box is None and t.kind == "text"}
    crops, region_of = [], {}
    for crop in common.read_crops(data):
        if held[crop.file] and not crop.chinese:
            truth = checked.get(crop.file)
            region = (truth.region if truth else None) or "unknown"
            region_of[crop.text] = region
            text = truth.text if truth else crop.text
            crops.append((rgb(data / crop.file), text, ("all", crop.source, region)))
    boxes: dict[str, list[common.Box]] = defaultdict(list)
    plates: dict[str, list[Named]] = defaultdict(list)
    for box in common.read_boxes(data):
        if box.kind == "plate" and held[box.image]:
            boxes[box.image].append(box)
            if box.text and box.text.isascii() and box.text.isalnum():
                corners = (box.x1, box.y1, box.x2, box.y2)
                plates[box.image].append(Named(corners, box.text, region_of.get(box.text, "unknown")))
    for item in transcripts:
        if item.box and item.kind == "text" and item.sure > 1 and held[item.image]:
            plates[item.image].append(Named(item.box, item.text, item.region or "unknown"))
    return Held(crops, dict(plates), dict(boxes))


def reader_alone(reader: Reader, crops: list[tuple[Image, str, tuple[str, ...]]]) -> dict[str, Any]:
    """The reader on held-out crops, whole, by source and by region."""
    outcomes: dict[str, list[Outcome]] = defaultdict(list)
    for image, text, groups in crops:
        read = reader.read(image)
        for key in groups:
            outcomes[key].append((read.score, text, read.text))
    return {k: summary(v) for k, v in outcomes.items()}


def end_to_end(detector: Detector, reader: Reader, data: Path, held: Held, second: bool) -> dict[str, Any]:
    """Detector, crop, reader on held-out photographs, for plates with a known Latin text."""
    outcomes: dict[str, list[Outcome]] = defaultdict(list)
    lost = 0
    for name, plates in sorted(held.plates.items()):
        image = rgb(data / name)
        got, _ = detector.find(image, least=LEAST)
        for plate in plates:
            iou = boxlib.overlap(np.array([plate.box], np.float32), got)[0]
            found = bool(len(iou)) and float(iou.max()) >= 0.5
            lost += not found
            outcome = (0.0, plate.text, "")
            if found:
                hit = got[int(iou.argmax())]
                read = read_plate(reader, image, hit) if second else reader.read(cut(image, hit))
                outcome = (read.score, plate.text, read.text)
            for key in ("all", plate.region):
                outcomes[key].append(outcome)
    regions = {k: summary(v) for k, v in outcomes.items() if k != "all"}
    return {
        "found": round(1 - lost / len(outcomes["all"]), 4),
        **summary(outcomes["all"]),
        "regions": regions,
    }


def detection(detector: Detector, data: Path, held: Held) -> dict[str, Any]:
    """Plates found at IoU 0.5 by width as the net sees them, and false ones a photograph."""
    found: dict[str, list[bool]] = defaultdict(list)
    false = photos = 0
    for name, boxes in sorted(held.boxes.items()):
        image = rgb(data / name)
        scale = detector.size / max(image.shape[:2])
        got, _ = detector.find(image, least=LEAST)
        truth = np.array([[b.x1, b.y1, b.x2, b.y2] for b in boxes], np.float32)
        best = boxlib.overlap(truth, got).max(1, initial=0)
        photos += 1
        false += int((boxlib.overlap(got, truth).max(1, initial=0) < 0.3).sum())
        for box, iou in zip(boxes, best, strict=True):
            share = (box.x2 - box.x1) * scale / detector.size
            size = (
                "under 3 %"
                if share < 0.03
                else "3 to 8 %"
                if share < 0.08
                else "8 to 20 %"
                if share < 0.2
                else "over 20 %"
            )
            found[f"{box.source}, {size}"].append(bool(iou >= 0.5))
            found[f"all, {size}"].append(bool(iou >= 0.5))
    table = {k: {"plates": len(v), "found": round(float(np.mean(v)), 4)} for k, v in sorted(found.items())}
    return {"least": LEAST, "false_per_photo": round(false / max(1, photos), 4), "by_width": table}


def timed(act: Callable[[], object], rounds: int = 40) -> float:
    """Median milliseconds of a call, warmed up."""
    for _ in range(3):
        act()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return round(float(np.median(times)) * 1e3, 2)


def latency(weights: Path, data: Path, held: Held, size: int) -> dict[str, float]:
    """Milliseconds on one core of each part and of whole photographs (already decoded)."""
    detector, reader = Detector(weights / "detector.onnx", size), Reader(weights / "reader.onnx")
    oblong = Detector(weights / "detector.onnx", size, square=False)
    photos = sorted(held.plates)[:40]
    images = [rgb(data / n) for n in photos]
    crop = np.full((60, 180, 3), 128, np.uint8)

    def whole(image: Image, net: Detector) -> None:
        got, _ = net.find(image, least=LEAST)
        if len(got):
            read_plate(reader, image, got[0])

    each = [timed(lambda i=i: whole(i, detector), 3) for i in images]
    each_oblong = [timed(lambda i=i: whole(i, oblong), 3) for i in images]
    return {
        "detector": timed(lambda: detector.raw(images[0])),
        "detector_oblong": timed(lambda: oblong.raw(images[0])),
        "reader": timed(lambda: reader.read(crop)),
        "whole_photo_median": round(float(np.median(each)), 2),
        "whole_photo_oblong_median": round(float(np.median(each_oblong)), 2),
        "whole_photo_worst": max(each),
    }


def text_band(image: Image, reader: Reader) -> Image:
    """The characters' band of a crop with one line of text, by the places our reader looked at;
    the crop itself where there are two lines."""
    read = reader.read(image)
    h, w = image.shape[:2]
    points = read.places * np.array([w, h], np.float32)
    if len(points) < 2:
        return image
    pitch = float(np.median(np.abs(np.diff(points[:, 0]))))
    tall = 1.3 * pitch + float(np.ptp(points[:, 1])) / 2
    if np.ptp(points[:, 1]) > 0.3 * h or pitch < 2:
        return image
    y = float(points[:, 1].mean())
    y1, y2 = int(max(0, y - tall)), int(min(h, y + tall))
    x1, x2 = (
        int(max(0, points[:, 0].min() - 0.9 * pitch)),
        int(min(w, points[:, 0].max() + 0.9 * pitch)),
    )
    return np.ascontiguousarray(image[y1:y2, x1:x2])


def ppocr(crops: list[tuple[Image, str, tuple[str, ...]]], reader: Reader) -> dict[str, Any]:
    """PP-OCRv6's small recogniser on the same crops: on the whole crop, on the text band by our
    reader's places, and after PP-OCRv6's own detector (tallest rows joined)."""
    from rapidocr import RapidOCR

    engine: Any = RapidOCR(
        params={"Global.log_level": "error", "EngineConfig.onnxruntime.intra_op_num_threads": 1}
    )
    whole: list[Outcome] = []
    band: list[Outcome] = []
    ours: list[Outcome] = []
    times = []
    for image, text, _ in crops:
        bgr = np.ascontiguousarray(image[..., ::-1])
        start = time.perf_counter()
        said = engine(bgr, use_det=False, use_cls=False, use_rec=True)
        times.append(time.perf_counter() - start)
        whole.append((_mean(said.scores), text, common.fold("".join(said.txts or ()))))
        strip = np.ascontiguousarray(text_band(image, reader)[..., ::-1])
        said = engine(strip, use_det=False, use_cls=False, use_rec=True)
        ours.append((_mean(said.scores), text, common.fold("".join(said.txts or ()))))
        tall = cv2.resize(
            bgr, None, fx=320 / bgr.shape[1], fy=320 / bgr.shape[1], interpolation=cv2.INTER_CUBIC
        )
        seen = engine(tall, use_det=True, use_cls=False, use_rec=True)
        band.append(_largest_rows(seen, text))
    return {
        "whole_crop": summary(whole),
        "text_band": summary(ours),
        "own_band": summary(band),
        "ms_a_crop": round(float(np.median(times)) * 1e3, 1),
    }


def _mean(scores: Any) -> float:
    return float(np.mean(scores)) if scores is not None and len(scores) else 0.0


def _largest_rows(seen: Any, text: str) -> Outcome:
    """The rows at least 0.7 times as tall as the tallest, top to bottom."""
    if seen.boxes is None or not len(seen.boxes):
        return 0.0, text, ""
    heights = [float(b[:, 1].max() - b[:, 1].min()) for b in seen.boxes]
    rows = [i for i, h in enumerate(heights) if h >= 0.7 * max(heights)]
    rows.sort(
        key=lambda i: (
            round(float(seen.boxes[i][:, 1].mean()) / max(heights)),
            float(seen.boxes[i][:, 0].min()),
        )
    )
    return (
        _mean([seen.scores[i] for i in rows]),
        text,
        common.fold("".join(seen.txts[i] for i in rows)),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--ppocr", action="store_true")
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--size", type=int, default=416)
    parser.add_argument("--oblong", action="store_true")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    detector, reader = (
        Detector(args.weights / "detector.onnx", args.size, square=not args.oblong),
        Reader(args.weights / "reader.onnx"),
    )
    held = held_part(args.data, args.texts)
    crops = held.crops
    report: dict[str, Any] = {
        "reader_on_crops": reader_alone(reader, crops),
        "end_to_end": end_to_end(detector, reader, args.data, held, second=False),
        "end_to_end_second_look": end_to_end(detector, reader, args.data, held, second=True),
        "detection": detection(detector, args.data, held),
        "ms_one_core": latency(args.weights, args.data, held, args.size),
    }
    if args.ppocr:
        report["ppocr_v6_on_crops"] = ppocr(crops, reader)
    args.out.write_text(json.dumps(report, indent=1))
    for part in ("end_to_end", "end_to_end_second_look"):
        print(
            part,
            {k: report[part][k] for k in ("plates", "found", "right", "characters", "calibration_error")},
        )
        for region, value in report[part]["regions"].items():
            print(" ", region, {k: value[k] for k in ("plates", "right", "characters")})
    for key, value in report["reader_on_crops"].items():
        print(
            "crops",
            key,
            {k: value[k] for k in ("plates", "right", "characters", "calibration_error")},
        )
    print(report["detection"])
    print(report["ms_one_core"])
    if args.ppocr:
        for key in ("whole_crop", "text_band", "own_band"):
            print(
                "ppocr",
                key,
                {k: report["ppocr_v6_on_crops"][key][k] for k in ("plates", "right", "characters")},
            )


if __name__ == "__main__":
    main()
