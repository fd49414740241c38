"""Writes the trained nets as ONNX.

    python -m models.recipes.export --detector detector.pt --reader reader.pt --out models/weights \
        [--temperature T] [--readable-temperature T]

The weights are stored as FP16 behind casts: half the file, FP32 arithmetic.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import onnx
import torch

from appliance.infer.quantize import halved
from models.recipes.common import READER_SIZE
from models.recipes.detector_net import Detector, ShippedDetector
from models.recipes.free_batch import freed
from models.recipes.reader_net import Reader, ShippedReader, load_reader
from models.recipes.settle_shapes import settled

OPSET = 17


def export_detector(weights: Path, out: Path) -> None:
    """`image` (n, 3, H, W) to `boxes` (n, cells, 4) and `scores` (n, cells, 6); H and W multiples of 32."""
    net = Detector()
    net.load_state_dict(torch.load(weights, map_location="cpu"))
    torch.onnx.export(
        ShippedDetector(net).eval(),
        (torch.rand(1, 3, 416, 416),),
        str(out),
        opset_version=OPSET,
        dynamo=False,
        input_names=["image"],
        output_names=["boxes", "scores"],
        dynamic_axes={
            "image": {0: "pictures", 2: "height", 3: "width"},
            "boxes": {0: "pictures", 1: "cells"},
            "scores": {0: "pictures", 1: "cells"},
        },
    )
    out.write_bytes(freed(out.read_bytes()))


def export_reader(weights: Path, out: Path, temperature: float, readable_temperature: float) -> None:
    """`crop` (N, 3, 64, 192) to `chars` (N, 12, 37), `region` (N, 9), `readable` (N, 1),
    `places` (N, 12, 2)."""
    net = Reader()
    load_reader(net, torch.load(weights, map_location="cpu"))
    shipped = ShippedReader(net, temperature, readable_temperature).eval()
    torch.onnx.export(
        shipped,
        (torch.rand(1, 3, *READER_SIZE),),
        str(out),
        opset_version=OPSET,
        dynamo=False,
        input_names=["crop"],
        output_names=["chars", "region", "readable", "places"],
        dynamic_axes={name: {0: "crops"} for name in ("crop", "chars", "region", "readable", "places")},
    )
    out.write_bytes(settled(out.read_bytes()))


def _store(path: Path) -> None:
    path.write_bytes(halved(path.read_bytes()))
    onnx.checker.check_model(str(path))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--detector", type=Path)
    parser.add_argument("--reader", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--readable-temperature", type=float, default=1.0)
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    args.out.mkdir(parents=True, exist_ok=True)
    if args.detector:
        export_detector(args.detector, args.out / "detector.onnx")
        _store(args.out / "detector.onnx")
    if args.reader:
        export_reader(args.reader, args.out / "reader.onnx", args.temperature, args.readable_temperature)
        _store(args.out / "reader.onnx")


if __name__ == "__main__":
    main()
