"""Measures the exported liveness and vehicle nets on what was held out, and their time on one core.

    python -m models.recipes.evaluate_small --weights models/weights --out report.json \
        [--live-pack PACK] [--data DATA] [--rounds R]

Liveness: rendered attacks seen by a gate's camera (`gate`), small and spoiled (`harsh`), and by a renderer
with other media (`unseen`); and the held-out photographs as they are (`plain`). Vehicles: crops of DATA's
photographs cut as the appliance cuts them. `temperature` is what would calibrate a head better still;
`cross_ece` the calibration error of each half of the held-out part under the other half's temperature.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

from models.recipes import common, spoof, train_liveness, vehicle_data
from models.recipes.contracts import BODIES, COLOURS
from models.recipes.liveness_net import SIDE
from models.recipes.prepare import read
from models.recipes.train_vehicle import NEAR_BODIES, NEAR_COLOURS, WIDEN, near
from models.recipes.vehicle_net import SIZE

Float = NDArray[np.float32]
THRESHOLDS = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9)
CONFIDENT = (0.6, 0.7, 0.8, 0.9)
LOOKS = 200


def session(path: Path) -> onnxruntime.InferenceSession:
    """A net on one core."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options)


def took_ms(net: onnxruntime.InferenceSession, shape: tuple[int, int]) -> dict[str, float]:
    """Median and least time of one picture."""
    picture = np.random.default_rng(0).random((1, 3, *shape), np.float32)
    times = []
    for _ in range(LOOKS):
        start = time.perf_counter()
        net.run(None, {net.get_inputs()[0].name: picture})
        times.append((time.perf_counter() - start) * 1000)
    return {"median": round(float(np.median(times)), 2), "least": round(min(times), 2)}


def _plain(source: spoof.Studio) -> Float:
    """Held-out live faces as they are in their photographs."""
    picks = torch.arange(len(source.faces))
    line = (torch.arange(SIDE, dtype=torch.float32) * 2 + 1) / SIDE - 1
    y, x = torch.meshgrid(line, line, indexing="ij")
    at = torch.stack([x, y], -1).expand(len(picks), SIDE, SIDE, 2)
    centre, half = (v.view(-1, 1, 1, 2) for v in source.frame(picks))
    pictures = source.faces.float() / 255
    shown = torch.nn.functional.grid_sample(pictures, centre + at * half, align_corners=False)
    return np.asarray(shown.numpy(), np.float32)


def _at(live: torch.Tensor, kinds: torch.Tensor) -> dict[str, dict[str, float]]:
    return {
        str(t): {k: round(v, 4) for k, v in train_liveness.errors(live, kinds, t).items()} for t in THRESHOLDS
    }


def liveness(net: onnxruntime.InferenceSession, pack: Path, rounds: int, each: int = 40) -> dict[str, Any]:
    """Errors at each threshold; attacks whose edges show apart from those of which only texture is seen."""
    source = train_liveness.studio(pack, True, torch.device("cpu"))
    said = net.run(None, {"face": _plain(source)})[0][:, spoof.LIVE]
    row: dict[str, Any] = {
        "faces": len(said),
        "plain_bpcer": {str(t): round(float((said < t).mean()), 4) for t in THRESHOLDS},
    }
    # Whole people only: faces put into others' are for the training.
    source.donors = None
    for name, (style, optics) in train_liveness.TRIALS.items():
        batches = train_liveness.trial(source, style, optics, rounds, each)
        answers = [torch.from_numpy(net.run(None, {"face": b.pictures.numpy()})[0]) for b in batches]
        sides = [torch.full((len(a),), optics.sides[i % len(optics.sides)]) for i, a in enumerate(answers)]
        kinds, edged = torch.cat([b.kinds for b in batches]), torch.cat([b.edged for b in batches])
        row[name] = _trial(torch.cat(answers), kinds, edged, torch.cat(sides))
    return row


def _trial(
    said: torch.Tensor, kinds: torch.Tensor, edged: torch.Tensor, sides: torch.Tensor
) -> dict[str, Any]:
    """Errors of one trial by threshold, by what is seen of the medium, and by the crop's size."""
    live = said[:, spoof.LIVE]
    row: dict[str, Any] = {"pictures": len(kinds), "thresholds": _at(live, kinds), **_balance(live, kinds)}
    for part, wanted in (("edged", 1), ("close", 0)):
        kept = (kinds == spoof.LIVE) | (edged == wanted)
        row[part] = _at(live[kept], kinds[kept])["0.5"]
    row["sides"] = {
        str(side): _at(live[sides == side], kinds[sides == side])["0.5"] for side in sides.unique().tolist()
    }
    row["kinds_right"] = round(float((said.argmax(1) == kinds).float().mean()), 4)
    row["roc"] = _curve(live, kinds)
    return row


def _balance(live: torch.Tensor, kinds: torch.Tensor) -> dict[str, float]:
    """The threshold at which live ones are refused as often as attacks pass, and how often that is."""
    passed, refused = live[kinds != spoof.LIVE], live[kinds == spoof.LIVE]
    tries = torch.linspace(0.01, 0.99, 99)
    gaps = [abs(float((passed >= t).float().mean() - (refused < t).float().mean())) for t in tries]
    best = float(tries[int(np.argmin(gaps))])
    return {"equal_at": round(best, 2), "equal_error": round(float((refused < best).float().mean()), 4)}


def _curve(live: torch.Tensor, kinds: torch.Tensor) -> dict[str, float]:
    """The share of live ones refused when so many of the attacks may pass."""
    passed, kept = live[kinds != spoof.LIVE], live[kinds == spoof.LIVE]
    return {
        f"{share:g}": round(float((kept <= torch.quantile(passed, 1 - share)).float().mean()), 4)
        for share in (0.1, 0.05, 0.02, 0.01)
    }


def _crop(image: NDArray[np.uint8], box: common.Box) -> Float:
    """The vehicle as the appliance cuts and feeds it."""
    height, width = image.shape[:2]
    across, down = (box.x2 - box.x1) * WIDEN, (box.y2 - box.y1) * WIDEN
    x1, y1 = max(0, int(np.floor(box.x1 - across))), max(0, int(np.floor(box.y1 - down)))
    x2, y2 = min(width, int(np.ceil(box.x2 + across))), min(height, int(np.ceil(box.y2 + down)))
    part = image[y1:y2, x1:x2]
    mode = cv2.INTER_AREA if part.shape[1] > 2 * SIZE[1] else cv2.INTER_LINEAR
    small = cv2.resize(part, SIZE[::-1], interpolation=mode)
    return np.asarray(small[:, :, ::-1].transpose(2, 0, 1) / 255, np.float32)


def held_vehicles(data: Path) -> tuple[Float, list[list[vehicle_data.Label]], list[float]]:
    """Crops of held-out labelled vehicles, what was said of each, and their widths in pixels."""
    held = common.hold_out(data)
    known: dict[tuple[str, float, float], list[vehicle_data.Label]] = {}
    for label in vehicle_data.read_labels():
        known.setdefault((label.image, float(label.corners[0]), float(label.corners[1])), []).append(label)
    crops, said, widths = [], [], []
    for box in common.read_boxes(data):
        labels = known.get((box.image, box.x1, box.y1), [])
        if (
            held[box.image]
            and box.kind in ("vehicle", "motorcycle")
            and any(s.colour or s.body for s in labels)
        ):
            crops.append(_crop(read(data / box.image), box))
            said.append(labels)
            widths.append(box.x2 - box.x1)
    return np.stack(crops), said, widths


def calibration(shares: Float, right: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error."""
    best = shares.max(1)
    place = np.minimum((best * bins).astype(int), bins - 1)
    gaps = [
        abs(best[place == b].mean() - right[place == b].mean()) * (place == b).mean()
        for b in np.unique(place)
    ]
    return float(np.sum(gaps))


def _warmed(shares: Float, temperature: float) -> Float:
    powered = np.maximum(shares, 1e-8) ** (1 / temperature)
    return np.asarray(powered / powered.sum(1, keepdims=True), np.float32)


def temperature(shares: Float, truth: NDArray[np.int64]) -> float:
    """The one of least log loss."""
    tries = np.exp(np.linspace(-0.9, 1.1, 81))
    losses = [-np.log(_warmed(shares, t)[np.arange(len(truth)), truth] + 1e-9).mean() for t in tries]
    return float(tries[int(np.argmin(losses))])


def _sure(sure: NDArray[np.bool_], right: NDArray[np.bool_], beside: NDArray[np.bool_]) -> dict[str, float]:
    """How many are sure, and how often these are right, and right or beside."""
    many = max(1, int(sure.sum()))
    return {
        "share": round(float(sure.mean()), 4),
        "right": round(float(right[sure].sum() / many), 4),
        "beside": round(float(beside[sure].sum() / many), 4),
    }


def head(
    shares: Float, said: list[list[str]], words: list[str], pairs: tuple[tuple[str, str], ...]
) -> dict[str, Any]:
    """Accuracy of one head over the vehicles of which something was said."""
    kept = [i for i, s in enumerate(said) if any(s)]
    shares, names = shares[kept], [[w for w in said[i] if w] for i in kept]
    best = shares.argmax(1)
    table = near(words, pairs, torch.device("cpu")).numpy()
    right = np.array([words[b] in n for b, n in zip(best, names, strict=True)])
    beside = np.array([any(table[b, words.index(w)] for w in n) for b, n in zip(best, names, strict=True)])
    truth = np.array([words.index(n[0]) for n in names])
    half = np.arange(len(truth)) % 2 == 0
    crossed = [
        calibration(_warmed(shares[~side], temperature(shares[side], truth[side])), right[~side])
        for side in (half, ~half)
    ]
    mixed: dict[str, int] = {}
    for t, b in zip(truth[~right], best[~right], strict=True):
        mixed[f"{words[t]} as {words[b]}"] = mixed.get(f"{words[t]} as {words[b]}", 0) + 1
    return {
        "vehicles": len(kept),
        "right": round(float(right.mean()), 4),
        "right_or_beside": round(float(beside.mean()), 4),
        "sure": {str(t): _sure(shares.max(1) >= t, right, beside) for t in CONFIDENT},
        "ece": round(calibration(shares, right), 4),
        "temperature": round(temperature(shares, truth), 3),
        "cross_ece": round(float(np.mean(crossed)), 4),
        "classes": {
            w: [int((truth == i).sum()), round(float(right[truth == i].mean()), 3)]
            for i, w in enumerate(words)
            if (truth == i).any()
        },
        "mixed": dict(sorted(mixed.items(), key=lambda kv: -kv[1])[:14]),
    }


def vehicles(net: onnxruntime.InferenceSession, data: Path) -> dict[str, Any]:
    """Both heads, all and from the appliance's least width up."""
    crops, said, widths = held_vehicles(data)
    colour, body = net.run(["colour", "body"], {"vehicle": crops})
    row: dict[str, Any] = {}
    for name, least in (("all", 0.0), ("from_64_px", 64.0)):
        kept = [i for i, w in enumerate(widths) if w >= least]
        row[name] = {
            "colour": head(colour[kept], [[s.colour for s in said[i]] for i in kept], COLOURS, NEAR_COLOURS),
            "body": head(body[kept], [[s.body for s in said[i]] for i in kept], BODIES, NEAR_BODIES),
        }
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--live-pack", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--rounds", type=int, default=14)
    args = parser.parse_args()
    torch.set_num_threads(1)
    report: dict[str, Any] = {}
    if args.live_pack:
        net = session(args.weights / "liveness.onnx")
        report["liveness"] = {"ms": took_ms(net, (SIDE, SIDE)), **liveness(net, args.live_pack, args.rounds)}
    if args.data:
        net = session(args.weights / "vehicle.onnx")
        report["vehicle"] = {"ms": took_ms(net, SIZE), **vehicles(net, args.data)}
    args.out.write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
