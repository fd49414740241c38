"""INT8 and FP16 of the plate nets, calibrated and judged on a pack.

    python -m models.recipes.quantize --weights models/weights --pack PACK --out DIR [--spelling unsigned] \
        [--share 1.0] [--frames 60] [--matmul]

Writes `detector.int8.onnx`, `reader.int8.onnx` and `.fp16.onnx` of both; prints their scores on the held-out
part beside those of FP32, the noisiest tensors, and milliseconds on one core. Calibration sees the training
part only.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime as ort

from appliance.infer.quantize import Feeds, Recipe, Run, Spelling, halved, noise, quantised
from models.recipes import boxes as boxlib
from models.recipes import common, feed
from models.recipes.common import PLATE_CLASS
from models.recipes.contracts import NETS
from models.recipes.evaluate import timed
from models.recipes.pipeline import Detector, Reader, fit, tensor
from models.recipes.train_reader import held_crops

SIZES = (416, 512, 640)
DOMAIN = ("openimages_gplates", "openimages350", "ro_dashcam")


def opener(model: bytes) -> Run:
    """A model on one CPU thread, its graph left as it is written."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    engine = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    names = [o.name for o in engine.get_outputs()]
    return lambda feeds: dict(zip(names, engine.run(names, dict(feeds)), strict=True))


def detector_frames(pack: Path, count: int) -> Iterator[Feeds]:
    """Training photographs letterboxed as the appliance does it, in turn at SIZES."""
    rows = [r for r in feed.load_rows(pack, "images") if not r["held"] and r["source"] in DOMAIN]
    for i, row in enumerate(rows[:: max(1, len(rows) // count)][:count]):
        image = feed.picture(pack, "images", row)
        yield {"image": tensor(boxlib.letterbox(image, SIZES[i % 3], False)[0])}


def reader_frames(pack: Path, count: int, seed: int = 556) -> Iterator[Feeds]:
    """Training crops as they are, then as many spoiled ones, half of them rendered: the ranges must hold
    night, glare and noise."""
    rows = [r for r in feed.load_rows(pack, "crops") if not r["held"] and not r["chinese"]]
    for row in rows[:: max(1, len(rows) // count)][:count]:
        image = feed.picture(pack, "crops", row)
        box = np.array(row["box"], np.float32)
        yield {"crop": tensor(fit(boxlib.cut(image, box) if row["wide"] else image))}
    maker = feed.Maker(pack, seed, feed.Mix(0.5, 0.5, 0, 0))
    for _ in range(count):
        yield {"crop": tensor(maker.sample().image)}


def judge_detector(path: Path, pack: Path) -> dict[str, float]:
    """Held-out plates over 3 % of the width found at IoU 0.5, in percent, at two sizes."""
    out: dict[str, float] = {}
    rows = [r for r in feed.load_rows(pack, "images") if r["held"] and r["source"] in DOMAIN]
    for size in (416, 640):
        net, hits = Detector(path, size, square=False), []
        for row in rows:
            image = feed.picture(pack, "images", row)
            truth = np.array([b[:4] for b in row["boxes"] if b[4] == PLATE_CLASS], np.float32).reshape(-1, 4)
            truth = truth[truth[:, 2] - truth[:, 0] >= 0.03 * max(image.shape)]
            if len(truth):
                best = boxlib.overlap(truth, net.find(image)[0]).max(1, initial=0)
                hits += (best >= 0.5).tolist()
        out[f"found_{size}"] = round(100 * float(np.mean(hits)), 2)
    frame = np.full((480, 640, 3), 114, np.uint8)
    timed_net = Detector(path, 640, square=False)
    return {**out, "plates": len(hits), "ms_640x480": timed(lambda: timed_net.raw(frame))}


def judge_reader(path: Path, pack: Path) -> dict[str, float]:
    """Held-out crops read right (folded), in percent."""
    reader = Reader(path)
    images, texts, _ = held_crops(pack)
    said = [reader.read(image).text for image in images]
    right = [common.fold(a) == common.fold(b) for a, b in zip(said, texts, strict=True)]
    crop = images[0]
    return {
        "right": round(100 * float(np.mean(right)), 2),
        "crops": len(right),
        "ms": timed(lambda: reader.read(crop)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--spelling", type=Spelling, default=Spelling.UNSIGNED, choices=list(Spelling))
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--matmul", action="store_true", help="the reader's matrices as well")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    operators = ("Conv", "Gemm", "MatMul") if args.matmul else ("Conv", "Gemm")
    for name, frames, judge in (
        ("detector", list(detector_frames(args.pack, args.frames)), judge_detector),
        ("reader", list(reader_frames(args.pack, args.frames * 4)), judge_reader),
    ):
        source = args.weights / f"{name}.onnx"
        whole = source.read_bytes()
        kept, rounded = (
            frozenset(NETS[name].get("quantization", {}).get(key, ())) for key in ("keep_float", "rounded")
        )
        recipe = Recipe(args.spelling, args.share, kept, operators, rounded)
        small = quantised(whole, frames, opener, recipe)
        (args.out / f"{name}.int8.onnx").write_bytes(small)
        (args.out / f"{name}.fp16.onnx").write_bytes(halved(whole))
        decibels = noise(whole, small, frames[:12], opener)
        report: dict[str, Any] = {"noisiest": dict(sorted(decibels.items(), key=lambda kv: kv[1])[:6])}
        for path in (source, args.out / f"{name}.int8.onnx", args.out / f"{name}.fp16.onnx"):
            report[path.name] = {"bytes": path.stat().st_size, **judge(path, args.pack)}
        print(json.dumps({name: report}, indent=1))


if __name__ == "__main__":
    main()
