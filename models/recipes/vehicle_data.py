"""Packs vehicles with what is known of their colour and body, for the training machine.

    python -m models.recipes.vehicle_data --data DATA --out PACK [--limit N]

Colour and body are in `labels/vehicles.csv`, made for this project: two people's worth of looking, one
crop after another, by eye; 72 vehicles were judged by both, each without the other's answer, and have
two rows. An empty cell is "cannot be told". The rest of the vehicles is packed without labels; the kind
in annotations.csv still tells what body they may have. PACK gets `vehicles.bin` and `vehicles.json`.
"""

from __future__ import annotations

import argparse
import csv
import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.recipes import common
from models.recipes.common import Box
from models.recipes.contracts import BODIES, COLOURS
from models.recipes.live_data import Image, Shard, decoded
from models.recipes.prepare import read

LABELS = Path(__file__).parent / "labels" / "vehicles.csv"
MARGIN, SIZE, QUALITY = 0.16, (126, 168), 68
LEAST_PX, SURE = 50.0, 0.5
CARS = ("sedan", "hatchback", "wagon", "suv", "coupe", "van", "pickup")
# What a vehicle of each kind in annotations.csv may be.
BODIES_OF = {
    "car": CARS,
    "truck": ("truck", "van", "pickup"),
    "bus": ("bus",),
    "motorcycle": ("motorcycle",),
    "": tuple(b for b in BODIES if b != "motorcycle"),
}


@dataclass(frozen=True)
class Label:
    """One look at a vehicle; empty where it cannot be told."""

    image: str
    corners: tuple[str, str, str, str]
    colour: str
    body: str


@dataclass(frozen=True)
class Vehicle:
    """A packed vehicle: its box in shares of the picture, whether it is held out, shares of each colour
    and body by eye (all 0 where unknown), and 1 for each body that its kind allows."""

    box: tuple[float, float, float, float]
    held: bool
    colour: list[float]
    body: list[float]
    allowed: list[float]
    image: str


def read_labels(path: Path = LABELS) -> list[Label]:
    """All rows of labels/vehicles.csv."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Label(r["image"], (r["x1"], r["y1"], r["x2"], r["y2"]), r["colour"], r["body"])
            for r in csv.DictReader(file)
        ]


def shares(said: list[str], words: list[str]) -> list[float]:
    """How often each word was said."""
    known = [w for w in said if w]
    return [known.count(w) / max(1, len(known)) for w in words]


def _worth(box: Box, labelled: bool) -> bool:
    if box.kind not in ("vehicle", "motorcycle"):
        return False
    sure = box.origin == "gt" or box.conf >= SURE
    return labelled or (sure and box.x2 - box.x1 >= LEAST_PX and box.y2 - box.y1 >= LEAST_PX * 0.6)


def cut(image: Image, box: Box) -> tuple[Image, list[float]]:
    """The vehicle with its surroundings, stretched to SIZE, and its box in shares of that."""
    height, width = image.shape[:2]
    w, h = box.x2 - box.x1, box.y2 - box.y1
    x1, y1 = max(0, int(box.x1 - w * MARGIN)), max(0, int(box.y1 - h * MARGIN))
    x2, y2 = min(width, int(box.x2 + w * MARGIN) + 1), min(height, int(box.y2 + h * MARGIN) + 1)
    part = image[y1:y2, x1:x2]
    mode = cv2.INTER_AREA if part.shape[1] > SIZE[1] else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(part, SIZE[::-1], interpolation=mode), np.uint8)
    inside = [(box.x1 - x1) / (x2 - x1), (box.y1 - y1) / (y2 - y1)]
    inside += [(box.x2 - x1) / (x2 - x1), (box.y2 - y1) / (y2 - y1)]
    return small, [round(v, 4) for v in inside]


def pack(data: Path, out: Path, limit: int | None) -> None:
    """All vehicles worth looking at."""
    held = common.hold_out(data)
    known: dict[tuple[str, float, float], list[Label]] = {}
    for label in read_labels():
        known.setdefault((label.image, float(label.corners[0]), float(label.corners[1])), []).append(label)
    by_image: dict[str, list[Box]] = {}
    for box in common.read_boxes(data):
        if _worth(box, (box.image, box.x1, box.y1) in known):
            by_image.setdefault(box.image, []).append(box)
    shard = Shard(out, "vehicles")
    for name in sorted(by_image)[:limit]:
        image = read(data / name)
        for box in by_image[name]:
            said = known.get((name, box.x1, box.y1), [])
            kind = "motorcycle" if box.kind == "motorcycle" else box.vehicle_type
            small, inside = cut(image, box)
            shard.add(
                small,
                QUALITY,
                box=inside,
                held=held[name],
                image=name,
                colour=shares([s.colour for s in said], COLOURS),
                body=shares([s.body for s in said], BODIES),
                allowed=[float(b in BODIES_OF[kind]) for b in BODIES],
            )
    shard.close()


def load(pack: Path) -> list[tuple[Vehicle, Image]]:
    """All vehicles of a pack with their pictures, RGB, of SIZE."""
    blob = (pack / "vehicles.bin").read_bytes()
    out = []
    for r in json.loads((pack / "vehicles.json").read_text()):
        image = decoded(np.frombuffer(blob, np.uint8, r.pop("size"), r.pop("at")))
        out.append((Vehicle(**{**r, "box": tuple(r["box"])}), image))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    pack(args.data, args.out, args.limit)


if __name__ == "__main__":
    main()
