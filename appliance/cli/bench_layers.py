"""`gatehouse bench --layers`: where the time of each net goes, on the first backend that tells."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence

from ..config import Config
from ..config.schema import Infer
from ..faults import EngineFailed
from ..infer.base import BaseBackend, Layer, Precision
from ..infer.chain import make_backend
from ..infer.models import Manifest, load_manifest
from ..vision.proof import feed, picture

Told = dict[str, list[Layer]]

RUNS, QUICK_RUNS = 20, 5
SHOWN = 12
"""Layers of a net for people; `--json` has them all."""


def show_layers(args: argparse.Namespace, config: Config) -> int:
    """Time every layer on each net's first golden frame. Raises EngineFailed."""
    wanted = None if config.infer.precision == "auto" else Precision(config.infer.precision)
    manifest = load_manifest(
        config.vision.reader, own=config.infer.models, precision=wanted, side=config.vision.detect_side
    )
    runs = QUICK_RUNS if args.quick else RUNS
    name, told = _first_that_tells(config.infer, manifest, runs)
    if args.json:
        print(json.dumps({"bench_layers": 1, "backend": name, "nets": _plain(told)}))
        return 0
    for part, layers in told.items():
        print("\n".join(_table(f"{part} on {name}", layers)))
    return 0


def _first_that_tells(infer: Infer, manifest: Manifest, runs: int) -> tuple[str, Told]:
    """The layers of each net, the slowest first. Raises the last backend's EngineFailed."""
    met = EngineFailed("infer.chain names no backend")
    for name in infer.chain:
        try:
            return name, _layers(make_backend(name, infer), manifest, runs)
        except EngineFailed as fault:
            met = fault
            print(f"{name} is passed over: {fault.detail}", file=sys.stderr)
    raise met


def _layers(backend: BaseBackend, manifest: Manifest, runs: int) -> Told:
    told: Told = {}
    for part, net in manifest.nets.items():
        frame = feed(net, picture(net, net.golden[0]))
        layers = backend.layers(manifest.file(part), frame, runs)
        told[part] = sorted(layers, key=lambda layer: -layer.ms)
    return told


def _table(title: str, layers: Sequence[Layer]) -> Iterator[str]:
    whole = sum(layer.ms for layer in layers) or 1.0
    yield f"{title}: {whole:.2f} ms in {len(layers)} layers"
    for layer in layers[:SHOWN]:
        yield f"  {layer.ms:8.3f} ms {layer.ms / whole:5.1%}  {layer.kind:28} {layer.name}"
    rest = layers[SHOWN:]
    if rest:
        yield f"  {sum(layer.ms for layer in rest):8.3f} ms in {len(rest)} more"


def _plain(told: Told) -> dict[str, list[dict[str, object]]]:
    return {
        part: [{"name": one.name, "kind": one.kind, "ms": round(one.ms, 4)} for one in layers]
        for part, layers in told.items()
    }
