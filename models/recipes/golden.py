"""Draws the golden frames, and writes the manifest of every exported net and of their set.

    python -m models.recipes.golden --models models [--fonts FONTS] [--report report.json]

Takes each `weights/NAME.onnx` (with `NAME.fp16.onnx` and `NAME.int8.onnx` where they exist) of the nets
in `contracts.py`. Expected outputs are what the FP32 file says on ONNX Runtime, one core; the slack of a
narrower file is the least at which it agrees. Pictures of plates are drawn anew with `--fonts` only, so
that they stay the same. The report gives what was measured, by net:

    {"reader": {"version": 2, "temperature": 1.35, "metrics": {...}, "default": "int8",
                "precisions": {"int8": {"metrics": {...}}}}}

What it leaves out stays as the manifest has it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx

from appliance.faults import EngineFailed
from appliance.infer.base import ModelFile, Precision
from appliance.infer.files import sha256_of
from appliance.infer.lane import Array, Arrays
from appliance.infer.manifest import NetManifest
from appliance.infer.models import load_net, model_file
from appliance.infer.onnxruntime import OnnxRuntimeBackend
from appliance.infer.written import as_toml
from appliance.vision.proof import decoded, feed, least_slack
from models.recipes import drawings
from models.recipes.contracts import LICENCE, NETS, SOURCE

FRAMES = {
    "detector": ("car_rear",),
    "reader": tuple(drawings.PLATES),
    "landmarks": ("face_crop",),
    "face": ("face_aligned",),
    "liveness": ("face_wide",),
    "vehicle": ("vehicle_rear",),
}
"""Net -> the pictures that it is asked about."""
FILES = {"fp32": "{}.onnx", "fp16": "{}.fp16.onnx", "int8": "{}.int8.onnx"}
SCENES = ("day.jpg", "night_tilted.jpg")
SET = """\
# The project's own nets; models/LOG.md says how they were trained and what they reach.
name = "gatehouse"
title = "Gatehouse's own nets"

# Part -> manifest in nets/.
[nets]
{}

# Rendered plates; they hold nobody's number.
[[golden]]
file = "golden/day.jpg"
text = "KLM4827"
sha256 = "{}"

[[golden]]
file = "golden/night_tilted.jpg"
text = "7TRX563"
sha256 = "{}"
"""


def draw(folder: Path, nets: list[str], fonts: Path | None) -> None:
    """The golden pictures of these nets; those with letters only where fonts are given."""
    for frame in (frame for net in nets for frame in FRAMES[net]):
        if frame in drawings.WITHOUT_FONTS:
            drawings.save(drawings.WITHOUT_FONTS[frame](), folder / f"{frame}.png")
        elif fonts is not None:
            image = drawings.plate(frame, fonts) if frame in drawings.PLATES else drawings.car_rear(fonts)
            drawings.save(image, folder / f"{frame}.png")


def manifest(models: Path, name: str, report: dict[str, Any]) -> NetManifest:
    """The manifest of one net: its contract, its files, what was measured, and what it answers now."""
    before = _before(models, name)
    path = models / "weights" / FILES["fp32"].format(name)
    graph = onnx.load(str(path))
    table: dict[str, Any] = {
        "name": name,
        "version": report.get("version", before.version if before else 1),
        **{key: NETS[name][key] for key in ("task", "title")},
        "licence": LICENCE,
        "source": SOURCE,
        "parameters": sum(int(np.prod(tensor.dims)) for tensor in _weights(graph)),
        "opset": graph.opset_import[0].version,
        "default": report.get("default", str(before.default) if before else "fp32"),
        "precisions": _variants(models, name, report, before),
        "input": NETS[name]["input"],
        "outputs": NETS[name]["outputs"],
        "metrics": report.get("metrics", before.metrics if before else {}),
        "training": _training(name, report, before),
    }
    if "quantization" in NETS[name]:
        table["quantization"] = NETS[name]["quantization"]
    bare = _read(table, models)
    table["golden"] = [_golden(models, bare, frame) for frame in FRAMES[name]]
    whole = _read(table, models)
    for precision in whole.precisions:
        table["precisions"][str(precision)]["slack"] = slack(whole, precision)
    return _read(table, models)


def _weights(model: onnx.ModelProto) -> Iterator[onnx.TensorProto]:
    """Constants that were learnt: shapes and axes are whole numbers."""
    return (one for one in model.graph.initializer if one.data_type in (one.FLOAT, one.FLOAT16))


def _read(table: dict[str, Any], models: Path) -> NetManifest:
    return NetManifest.model_validate(table).model_copy(update={"folder": models})


def _before(models: Path, name: str) -> NetManifest | None:
    try:
        return load_net(name, models)
    except EngineFailed:
        return None


def _variants(
    models: Path, name: str, report: dict[str, Any], before: NetManifest | None
) -> dict[str, dict[str, Any]]:
    variants: dict[str, dict[str, Any]] = {}
    for precision, pattern in FILES.items():
        path = models / "weights" / pattern.format(name)
        if path.exists():
            old = before.precisions.get(Precision(precision)) if before else None
            new = report.get("precisions", {}).get(precision, {})
            metrics = new.get("metrics", old.metrics if old else {})
            variants[precision] = {
                "file": f"weights/{path.name}",
                "sha256": sha256_of(path),
                **({"metrics": metrics} if metrics else {}),
            }
    return variants


def _training(name: str, report: dict[str, Any], before: NetManifest | None) -> dict[str, Any]:
    old = before.training.temperature if before and before.training else None
    temperature = report.get("temperature", old)
    known = {} if temperature is None else {"temperature": temperature}
    return {**NETS[name]["training"], **known}


def _golden(models: Path, net: NetManifest, frame: str) -> dict[str, Any]:
    """One golden frame, with what the FP32 file answers to it."""
    path = models / "golden" / f"{frame}.png"
    image = cv2.imread(str(path))
    session = OnnxRuntimeBackend(threads=1).load(_file(net, Precision.FP32))
    answer = session.infer(feed(net, np.asarray(image, np.uint8)))
    return {"file": f"golden/{path.name}", "sha256": sha256_of(path), **expected(net, answer)}


def expected(net: NetManifest, answer: Arrays) -> dict[str, list[dict[str, Any]]]:
    """What is expected of each output, in the manifest's words."""
    if net.task == "detect":
        return {"boxes": [_box(net, answer, "plate")]}
    if net.task == "read_plate":
        text, chars = decoded(answer["chars"][0], net.classes("chars"))
        read = {"text": text, "chars": [round(c, 4) for c in chars], "tolerance": 0.03}
        return {"texts": [read], "values": [_likeliest(net, "region", answer), _value("readable", answer)]}
    if net.task == "embed_face":
        vector = [round(float(v), 4) for v in answer["embedding"][0]]
        return {"vectors": [{"output": "embedding", "vector": vector, "min_cosine": 0.98}]}
    if net.task == "find_landmarks":
        points = [[round(float(v), 4) for v in point] for point in answer["points"][0]]
        where = [{"output": "points", "points": points, "tolerance": 0.02}]
        return {"values": [_value("usable", answer)], "points": where}
    return {"values": [_likeliest(net, output.name, answer) for output in net.outputs]}


def _box(net: NetManifest, answer: Arrays, kind: str) -> dict[str, Any]:
    column: Array = answer["scores"][0][:, net.classes("scores").index(kind)]
    best = int(column.argmax())
    box = [round(float(v), 1) for v in answer["boxes"][0][best]]
    score = round(float(column[best]), 4)
    return {"class": kind, "box": box, "score": score, "tolerance": 0.05, "tolerance_px": 2.0}


def _likeliest(net: NetManifest, output: str, answer: Arrays) -> dict[str, Any]:
    best = int(answer[output][0].argmax())
    value = round(float(answer[output][0][best]), 4)
    return {"output": output, "class": net.classes(output)[best], "value": value, "tolerance": 0.05}


def _value(output: str, answer: Arrays) -> dict[str, Any]:
    return {"output": output, "value": round(float(answer[output].reshape(-1)[0]), 4), "tolerance": 0.05}


def _file(net: NetManifest, precision: Precision) -> ModelFile:
    return model_file(net, net.name, precision)


def slack(net: NetManifest, precision: Precision) -> float:
    """The least factor at which a variant answers its golden frames. Exits when none is enough."""
    model = _file(net, precision)
    factor = least_slack(OnnxRuntimeBackend(threads=1).load(model), net, model)
    if factor is None:
        raise SystemExit(f"{net.name} {precision} does not answer its golden frames")
    return factor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--fonts", type=Path)
    parser.add_argument("--report", type=Path)
    args = parser.parse_args()
    report = json.loads(args.report.read_text(encoding="utf-8")) if args.report else {}
    for folder in ("golden", "nets"):
        (args.models / folder).mkdir(exist_ok=True)
    present = [name for name in NETS if (args.models / "weights" / FILES["fp32"].format(name)).exists()]
    draw(args.models / "golden", present, args.fonts)
    for name in present:
        net = manifest(args.models, name, report.get(name, {}))
        (args.models / "nets" / f"{name}.toml").write_text(as_toml(net), encoding="utf-8")
        print(f"{name}: {', '.join(f'{p} (slack {v.slack:g})' for p, v in net.precisions.items())}")
    parts = "\n".join(f'{name} = "{name}"' for name in present)
    hashes = [sha256_of(args.models / "golden" / scene) for scene in SCENES]
    (args.models / "gatehouse.toml").write_text(SET.format(parts, *hashes), encoding="utf-8")


if __name__ == "__main__":
    main()
