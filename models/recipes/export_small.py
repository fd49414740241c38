"""Writes the trained liveness and vehicle nets as ONNX, their weights stored as FP16.

    python -m models.recipes.export_small --out models/weights \
        [--liveness liveness.pt] [--vehicle vehicle.pt] [--temperatures COLOUR BODY]
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import torch
from torch import nn

from appliance.infer.quantize import halved
from models.recipes.export import OPSET
from models.recipes.liveness_net import SIDE, Liveness, ShippedLiveness
from models.recipes.vehicle_net import SIZE, ShippedVehicle, Vehicle


def _write(net: nn.Module, shape: tuple[int, int], out: Path, takes: str, gives: list[str]) -> None:
    torch.onnx.export(
        net.eval(),
        (torch.rand(1, 3, *shape),),
        str(out),
        opset_version=OPSET,
        dynamo=False,
        input_names=[takes],
        output_names=gives,
        dynamic_axes={name: {0: "crops"} for name in (takes, *gives)},
    )
    out.write_bytes(halved(out.read_bytes()))


def export_liveness(weights: Path, out: Path) -> None:
    """`face` (N, 3, 80, 80) to `kinds` (N, 3)."""
    net = Liveness()
    net.load_state_dict(torch.load(weights, map_location="cpu"))
    _write(ShippedLiveness(net), (SIDE, SIDE), out, "face", ["kinds"])


def export_vehicle(weights: Path, out: Path, colour: float, body: float) -> None:
    """`vehicle` (N, 3, 96, 128) to `colour` (N, 12) and `body` (N, 10)."""
    net = Vehicle()
    net.load_state_dict(torch.load(weights, map_location="cpu"))
    _write(ShippedVehicle(net, colour, body), SIZE, out, "vehicle", ["colour", "body"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--liveness", type=Path)
    parser.add_argument("--vehicle", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--temperatures", type=float, nargs=2, default=(1.0, 1.0), metavar=("COLOUR", "BODY"))
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    args.out.mkdir(parents=True, exist_ok=True)
    if args.liveness:
        export_liveness(args.liveness, args.out / "liveness.onnx")
    if args.vehicle:
        export_vehicle(args.vehicle, args.out / "vehicle.onnx", *args.temperatures)


if __name__ == "__main__":
    main()
