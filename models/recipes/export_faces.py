"""Writes the face embedding net and the landmarks net as ONNX.

    python -m models.recipes.export_faces --face face.pt --landmarks landmarks.pt --out models/weights \
        [--mirrored] [--half]
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import torch
from torch import nn

from appliance.infer.quantize import halved
from models.recipes.export import OPSET
from models.recipes.face_net import (
    FACE_SIDE,
    LANDMARK_SIDE,
    FaceNet,
    Landmarks,
    ShippedFaceNet,
    ShippedLandmarks,
    grey,
)


def load_face(path: Path) -> FaceNet:
    """The embedding net of a checkpoint `{"plan", "net"}`."""
    state = torch.load(path, map_location="cpu")
    net = FaceNet(state["plan"])
    net.load_state_dict(state["net"])
    return net


def load_landmarks(path: Path) -> Landmarks:
    """The landmarks net of a checkpoint `{"net"}`."""
    net = Landmarks()
    net.load_state_dict(torch.load(path, map_location="cpu")["net"])
    return net


def export(net: nn.Module, side: int, out: Path, source: str, results: list[str]) -> None:
    """Write `net` with a free first dimension."""
    torch.onnx.export(
        net.eval(),
        (grey(side),),
        str(out),
        opset_version=OPSET,
        dynamo=False,
        input_names=[source],
        output_names=results,
        dynamic_axes={name: {0: "faces"} for name in (source, *results)},
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--face", type=Path)
    parser.add_argument("--landmarks", type=Path)
    parser.add_argument("--mirrored", action="store_true", help="the face and its mirror image, averaged")
    parser.add_argument("--half", action="store_true", help="store the face net's weights as FP16")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    # The tracer warns of its own retirement and of folded constants; neither concerns these nets.
    warnings.filterwarnings("ignore")
    if args.face:
        net, path = ShippedFaceNet(load_face(args.face), args.mirrored), args.out / "face.onnx"
        export(net, FACE_SIDE, path, "face", ["embedding"])
        if args.half:
            path.write_bytes(halved(path.read_bytes()))
    if args.landmarks:
        points = ShippedLandmarks(load_landmarks(args.landmarks))
        export(points, LANDMARK_SIDE, args.out / "landmarks.onnx", "crop", ["points", "usable"])


if __name__ == "__main__":
    main()
