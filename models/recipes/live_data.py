"""Packs faces with their surroundings, and grounds to hold prints before, for the training machine.

    python -m models.recipes.live_data --data DATA --faces FACES.json --yunet YUNET.onnx --out PACK

FACES.json is what `prepare --teach-faces` writes; YuNet looks at each packed face once more, since wheels
and plates are among the teacher's faces, and backs of heads among the labels. PACK gets `live.bin`
(pictures, one after another) and `live.json` (where each lies and what is known of it). A face is packed
as `around` cuts it, at PATCH times its box; prints and replays are rendered from the same faces in
training (spoof.py). `donors.bin` and `donors.json` hold one aligned face each of DONORS identities.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from models.recipes import common
from models.recipes.prepare import read

Image = NDArray[np.uint8]
Corners = tuple[float, float, float, float]

PATCH, SIDE, LOOK = 3.6, 160, 320
FACE_LEAST_PX, SURE = 22.0, 0.62
SEEN, OVERLAP = 0.6, 0.3
FACE_QUALITY, GROUND_QUALITY = 84, 62
GROUNDS_NEAR, GROUNDS_FAR = 1100, 500
DONORS, DONOR_SIDE, DONOR_QUALITY = 2600, 112, 70


@dataclass(frozen=True)
class Row:
    """A packed picture: `box` is the face in shares of it (None for a ground), `seen` YuNet's score of it."""

    at: int
    size: int
    held: bool
    box: tuple[float, float, float, float] | None
    seen: float


def around(width: int, height: int, box: Corners, scale: float) -> tuple[int, int, int, int]:
    """The box scaled about its centre, reduced and shifted to lie in a picture of that size."""
    w, h = box[2] - box[0], box[3] - box[1]
    room = min(scale, width / max(w, 1.0), height / max(h, 1.0))
    across, down = w * room, h * room
    x1 = int(min(max(0.0, (box[0] + box[2] - across) / 2), max(0.0, width - across)))
    y1 = int(min(max(0.0, (box[1] + box[3] - down) / 2), max(0.0, height - down)))
    return x1, y1, x1 + max(2, round(across)), y1 + max(2, round(down))


def faces_of(data: Path, taught: Path) -> dict[str, list[Corners]]:
    """Faces of FACE_LEAST_PX and more in each photograph: labelled ones, and the teacher's sure ones."""
    found: dict[str, list[Corners]] = {}
    for b in common.read_boxes(data):
        if b.kind == "face":
            found.setdefault(b.image, []).append((b.x1, b.y1, b.x2, b.y2))
    for name, rows in json.loads(taught.read_text()).items():
        sure = [(r[0], r[1], r[2], r[3]) for r in rows if r[4] >= SURE]
        found.setdefault(name, []).extend(sure)
    large = {
        n: [b for b in boxes if min(b[2] - b[0], b[3] - b[1]) >= FACE_LEAST_PX] for n, boxes in found.items()
    }
    return {n: boxes for n, boxes in large.items() if boxes}


class Shard:
    """Pictures one after another in a file, with an index beside it."""

    def __init__(self, out: Path, name: str) -> None:
        self.index = out / f"{name}.json"
        self.file = (out / f"{name}.bin").open("wb")
        self.rows: list[dict[str, object]] = []

    def add(self, image: Image, quality: int, /, **row: object) -> None:
        """Append a BGR picture."""
        _, data = cv2.imencode(".webp", image, [cv2.IMWRITE_WEBP_QUALITY, quality])
        self.rows.append({"at": self.file.tell(), "size": len(data), **row})
        self.file.write(data.tobytes())

    def close(self) -> None:
        """Write the index."""
        self.file.close()
        self.index.write_text(json.dumps(self.rows))


def decoded(raw: NDArray[np.uint8]) -> Image:
    """An encoded picture, RGB."""
    image = cv2.imdecode(raw, cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError("a picture of the pack cannot be decoded")
    return np.ascontiguousarray(image[:, :, ::-1], np.uint8)


def _fitted(image: Image) -> Image:
    """The picture stretched to a square of its longer side, SIDE at most."""
    side = min(SIDE, max(image.shape[:2]))
    mode = cv2.INTER_AREA if max(image.shape[:2]) > side else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (side, side), interpolation=mode), np.uint8)


class SecondLook:
    """YuNet on packed faces."""

    def __init__(self, model: Path) -> None:
        self.net = cv2.FaceDetectorYN.create(str(model), "", (LOOK, LOOK), 0.3, 0.3, 50)

    def score(self, picture: Image, box: Sequence[float]) -> float:
        """The score of a face (BGR picture, box in shares) where YuNet finds one at its place, else 0."""
        _, found = self.net.detect(cv2.resize(picture, (LOOK, LOOK), interpolation=cv2.INTER_CUBIC))
        x1, y1, x2, y2 = (v * LOOK for v in box)
        best = 0.0
        for x, y, w, h, *_, score in [] if found is None else found.tolist():
            both = max(0.0, min(x2, x + w) - max(x1, x)) * max(0.0, min(y2, y + h) - max(y1, y))
            if both > OVERLAP * ((x2 - x1) * (y2 - y1) + w * h - both):
                best = max(best, float(score))
        return best


def pack_faces(image: Image, boxes: list[Corners], shard: Shard, look: SecondLook, /, **row: object) -> None:
    """The faces of a photograph, each with its surroundings."""
    height, width = image.shape[:2]
    for box in boxes:
        x1, y1, x2, y2 = around(width, height, box, PATCH)
        w, h = x2 - x1, y2 - y1
        shares = [(box[0] - x1) / w, (box[1] - y1) / h, (box[2] - x1) / w, (box[3] - y1) / h]
        picture, inside = _fitted(image[y1:y2, x1:x2]), [round(s, 4) for s in shares]
        shard.add(picture, FACE_QUALITY, box=inside, seen=round(look.score(picture, inside), 3), **row)


def pack_ground(image: Image, shard: Shard, chance: Random, **row: object) -> None:
    """A part of a photograph, whatever it shows."""
    height, width = image.shape[:2]
    w, h = int(width * chance.uniform(0.25, 0.8)), int(height * chance.uniform(0.25, 0.8))
    x, y = chance.randint(0, width - w), chance.randint(0, height - h)
    shard.add(_fitted(image[y : y + h, x : x + w]), GROUND_QUALITY, box=None, seen=0.0, **row)


def pack_donors(data: Path, out: Path) -> None:
    """The first face of each of DONORS identities, held out by the identity's hash."""
    shard = Shard(out, "donors")
    for folder in sorted((data / "faces112").iterdir(), key=lambda p: common.unit_hash(p.name))[:DONORS]:
        held = common.unit_hash(folder.name + "#live") < common.HOLD_OUT
        shard.add(read(min(folder.iterdir())), DONOR_QUALITY, held=held)
    shard.close()


def donors(pack: Path, held: bool) -> list[Image]:
    """Aligned faces, RGB, DONOR_SIDE x DONOR_SIDE, of one side of the split."""
    blob = (pack / "donors.bin").read_bytes()
    rows = json.loads((pack / "donors.json").read_text())
    raws = [np.frombuffer(blob, np.uint8, r["size"], r["at"]) for r in rows if r["held"] == held]
    return [decoded(r) for r in raws]


def load(pack: Path) -> list[tuple[Row, Image]]:
    """The grounds of a pack and the faces that YuNet, too, calls faces; RGB, SIDE x SIDE."""
    blob = (pack / "live.bin").read_bytes()
    out = []
    for r in json.loads((pack / "live.json").read_text()):
        if r["box"] is not None and r["seen"] < SEEN:
            continue
        raw = np.frombuffer(blob, np.uint8, r["size"], r["at"])
        image = cv2.resize(decoded(raw), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
        box = None if r["box"] is None else (r["box"][0], r["box"][1], r["box"][2], r["box"][3])
        out.append((Row(r["at"], r["size"], r["held"], box, r["seen"]), np.asarray(image, np.uint8)))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--faces", type=Path, required=True)
    parser.add_argument("--yunet", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    held, faces, chance = common.hold_out(args.data), faces_of(args.data, args.faces), Random(7)
    names = sorted({b.image for b in common.read_boxes(args.data)})[: args.limit]
    near, far = GROUNDS_NEAR / max(1, len(faces)), GROUNDS_FAR / max(1, len(names) - len(faces))
    shard, look = Shard(args.out, "live"), SecondLook(args.yunet)
    for name in names:
        grounds = int((near if name in faces else far) + chance.random())
        if name not in faces and not grounds:
            continue
        image, source = read(args.data / name), name.split("/")[-1].rsplit("_", 1)[0]
        pack_faces(image, faces.get(name, []), shard, look, held=held[name], source=source)
        for _ in range(grounds):
            pack_ground(image, shard, chance, held=held[name], source=source)
    shard.close()
    pack_donors(args.data, args.out)


if __name__ == "__main__":
    main()
