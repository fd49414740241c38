"""Packs photographs, crops and fonts into a small folder that travels to the training machine.

    python -m models.recipes.prepare --data DATA --out PACK [--faces FACES.json] [--texts TEXTS.csv] \
        [--own OWN.json] [--limit N]

FACES.json holds a teacher's faces for each image, `{image: [[x1, y1, x2, y2, score], ...]}`; make
it with `--teach-faces` (needs OpenCV's FaceDetectorYN and the teacher under DATA/teachers). TEXTS.csv holds
plate texts written down later (`transcripts.py`), OWN.json the detector's finds (`relabel.py`).
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.recipes import common
from models.recipes.boxes import overlap
from models.recipes.common import PLATE_CLASS, Box
from models.recipes.relabel import reviewed
from models.recipes.transcripts import Transcript, named, read_transcripts

# Long side in pixels and WebP quality: what fits the training machine's door.
PACKING = {
    "facemask": (320, 35),
    "highway": (352, 35),
    "experiment_plates": (300, 50),
    "ro_dashcam": (640, 40),
}
PACKED = (624, 36)
# Share of a source's photographs that are packed.
KEPT = {"facemask": 0.5}
CROP_QUALITY = 80
CROP_MAX = 330
FACE_SURE, FACE_MAYBE = 0.6, 0.3
VEHICLE_SURE = 0.45
# A detector's find belongs to a labelled plate from this overlap on.
SEEN = 0.5
# What each source does not label: its losses are masked there (SOURCES.md).
UNLABELLED = {"highway": ("plate",), "facemask": ("plate", "vehicle")}


def read(path: Path) -> NDArray[np.uint8]:
    """A picture file, BGR."""
    image = cv2.imread(str(path))
    if image is None:
        raise FileNotFoundError(path)
    return np.asarray(image, np.uint8)


def teach_faces(data: Path, limit: int | None) -> dict[str, list[list[float]]]:
    """Faces seen by the YuNet teacher, in pixels of each image; labelled sources are skipped."""
    teacher = str(data / "teachers" / "face_detection_yunet_2026may.onnx")
    net = cv2.FaceDetectorYN.create(teacher, "", (320, 320), FACE_MAYBE, 0.4)
    found: dict[str, list[list[float]]] = {}
    for path in sorted((data / "images").iterdir())[:limit]:
        if path.name.startswith("facemask"):
            continue
        image = read(path)
        scale = 960 / max(image.shape[:2])
        image = cv2.resize(image, None, fx=scale, fy=scale)
        net.setInputSize((image.shape[1], image.shape[0]))
        _, faces = net.detect(image)
        rows = (
            [] if faces is None else [[*(f[:2] / scale), *((f[:2] + f[2:4]) / scale), f[14]] for f in faces]
        )
        found[f"images/{path.name}"] = [[round(float(v), 2) for v in r] for r in rows]
    return found


class _Shard:
    """One file of concatenated pictures, with an index beside it."""

    def __init__(self, out: Path, name: str) -> None:
        self.file = open(out / f"{name}.bin", "wb")  # noqa: SIM115 (close() closes it)
        self.index_path = out / f"{name}.json"
        self.rows: list[dict[str, Any]] = []

    def add(self, image: NDArray[np.uint8], quality: int, **row: Any) -> None:
        _, data = cv2.imencode(".webp", image, [cv2.IMWRITE_WEBP_QUALITY, quality])
        self.rows.append({"at": self.file.tell(), "size": len(data), **row})
        self.file.write(data.tobytes())

    def close(self) -> None:
        self.file.close()
        self.index_path.write_text(json.dumps(self.rows))


def _target(box: Box, scale: float) -> list[float] | None:
    """[x1, y1, x2, y2, class, sure, typed] of a box, or None where it is no class of ours.

    `sure` 0 marks a place where nothing is learnt; `typed` 0 a vehicle of unknown kind."""
    corners = [round(v * scale, 2) for v in (box.x1, box.y1, box.x2, box.y2)]
    if box.kind == "vehicle":
        kind = box.vehicle_type or "car"
        sure = box.origin == "gt" or box.conf >= VEHICLE_SURE
        return [
            *corners,
            common.DETECTOR_CLASSES.index(kind),
            int(sure),
            int(bool(box.vehicle_type)),
        ]
    if box.kind in ("motorcycle", "plate", "face"):
        sure = box.origin == "gt" or box.conf >= VEHICLE_SURE
        return [*corners, common.DETECTOR_CLASSES.index(box.kind), int(sure), 1]
    return None


def pack_images(
    data: Path,
    out: Path,
    held: dict[str, bool],
    faces: dict[str, list[list[float]]],
    own: dict[str, list[list[float]]],
    no_plates: set[tuple[str, float, float]],
    limit: int | None,
) -> None:
    """Photographs made smaller, with their boxes in packed pixels. `no_plates` names (image, x1, y1) of
    labels that show no plate."""
    by_image: dict[str, list[Box]] = defaultdict(list)
    for box in common.read_boxes(data):
        by_image[box.image].append(box)
    shard = _Shard(out, "images")
    for name in sorted(by_image)[:limit]:
        boxes = by_image[name]
        if common.unit_hash("kept " + name) >= KEPT.get(boxes[0].source, 1.0):
            continue
        image = read(data / name)
        long_side, quality = PACKING.get(boxes[0].source, PACKED)
        scale = min(1.0, long_side / max(image.shape[:2]))
        if scale < 1:
            image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        shown = [b for b in boxes if (name, b.x1, b.y1) not in no_plates]
        targets = [t for t in (_target(b, scale) for b in shown) if t]
        if name in own and not held[name]:
            finds = [[v * scale for v in f[:4]] + f[4:] for f in own[name]]
            plates = [t for t in targets if t[4] == PLATE_CLASS]
            targets = [t for t in targets if t[4] != PLATE_CLASS]
            targets += reviewed(plates, finds, image.shape[1])
        for x1, y1, x2, y2, score in faces.get(name, []):
            corners = [round(v * scale, 2) for v in (x1, y1, x2, y2)]
            targets.append([*corners, common.FACE_CLASS, int(score >= FACE_SURE), 1])
        shard.add(
            np.asarray(image, np.uint8),
            quality,
            name=name,
            source=boxes[0].source,
            held=held[name],
            width=image.shape[1],
            height=image.shape[0],
            boxes=targets,
            unlabelled=UNLABELLED.get(boxes[0].source, ()),
        )
    shard.close()


def _region(source: str, chinese: bool, text: str) -> str | None:
    if chinese:
        return "cn"
    return "eu" if source == "ro_dashcam" else common.region_of_text(text)


def _small(image: NDArray[np.uint8], box: Iterable[float]) -> tuple[NDArray[np.uint8], list[float]]:
    scale = min(1.0, CROP_MAX / image.shape[1])
    if scale < 1:
        image = np.asarray(
            cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
        )
    return image, [round(v * scale, 1) for v in box]


def pack_crops(
    data: Path,
    out: Path,
    held: dict[str, bool],
    transcripts: list[Transcript],
    own: dict[str, list[list[float]]],
    limit: int | None,
) -> None:
    """Plate crops with text: those of ocr.csv, and wider ones cut from the photographs."""
    shard = _Shard(out, "crops")
    checked = {t.image: t for t in transcripts if t.box is None}
    said: dict[str, Transcript] = {}
    for crop in common.read_crops(data)[:limit]:
        image = read(data / crop.file)
        h, w = image.shape[:2]
        margin = 0.0 if crop.chinese else 0.055
        box = (w * margin, h * margin, w * (1 - margin), h * (1 - margin))
        image, moved = _small(image, box)
        truth = checked.get(crop.file)
        said.update({crop.text: truth} if truth else {})
        region = truth.region if truth else _region(crop.source, crop.chinese, crop.text)
        shard.add(
            image,
            CROP_QUALITY,
            name=crop.file,
            source=crop.source,
            held=held[crop.file],
            text=truth.text if truth else crop.text,
            kind=truth.kind if truth else "text",
            sure=2,
            region=region,
            box=moved,
            chinese=crop.chinese,
            wide=False,
        )
    known = [_from_label(b, said) for b in common.read_boxes(data)[:limit] if _labelled(b)]
    sources = {b.image: b.source for b in common.read_boxes(data)}
    for item in [*known, *(t for t in transcripts[:limit] if t.box)]:
        _add_wide(shard, data, item, own.get(item.image, []), sources[item.image], held[item.image])
    shard.close()


def _labelled(box: Box) -> bool:
    return bool(box.text and box.text.isascii() and box.text.isalnum()) and box.x2 - box.x1 >= 60


def _from_label(box: Box, said: dict[str, Transcript]) -> Transcript:
    """A label of annotations.csv, corrected as the crop of the same text was."""
    truth = said.get(box.text)
    region = truth.region if truth else _region(box.source, False, box.text)
    text = truth.text if truth else box.text
    return Transcript(box.image, (box.x1, box.y1, box.x2, box.y2), text, region, 2)


def _seen(box: Sequence[float], own: list[list[float]]) -> list[float] | None:
    """The detector's find on this plate."""
    finds = np.array(own, np.float32).reshape(-1, 5)
    iou = overlap(np.array([box], np.float32), finds[:, :4])[0]
    best = int(iou.argmax()) if len(iou) else -1
    return [float(v) for v in finds[best, :4]] if best >= 0 and iou[best] >= SEEN else None


def _add_wide(
    shard: _Shard, data: Path, item: Transcript, own: list[list[float]], source: str, held: bool
) -> None:
    """The plate with room around it, so that training can cut it in many ways."""
    bx1, by1, bx2, by2 = item.box or (0.0, 0.0, 0.0, 0.0)
    image = read(data / item.image)
    bw, bh = bx2 - bx1, by2 - by1
    x1, y1 = int(max(0, bx1 - 0.3 * bw)), int(max(0, by1 - 0.4 * bh))
    x2, y2 = int(bx2 + 0.3 * bw), int(by2 + 0.4 * bh)
    image, moved = _small(image[y1:y2, x1:x2], (bx1 - x1, by1 - y1, bx2 - x1, by2 - y1))
    scale = (moved[2] - moved[0]) / bw
    found = _seen((bx1, by1, bx2, by2), own)
    seen = [round((v - (x1, y1)[i % 2]) * scale, 1) for i, v in enumerate(found)] if found else None
    shard.add(
        image,
        CROP_QUALITY,
        name=item.image,
        source=source,
        held=held,
        text=item.text,
        kind=item.kind,
        sure=item.sure,
        region=item.region,
        box=moved,
        seen=seen,
        chinese=False,
        wide=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--faces", type=Path)
    parser.add_argument("--teach-faces", action="store_true")
    parser.add_argument("--texts", type=Path, help="plate texts written down later, CSV")
    parser.add_argument("--own", type=Path, help="the detector's own finds, JSON")
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    faces = json.loads(args.faces.read_text()) if args.faces else {}
    if args.teach_faces:
        faces = teach_faces(args.data, args.limit)
    own = json.loads(args.own.read_text()) if args.own else {}
    transcripts = read_transcripts(args.texts) if args.texts else []
    held = common.hold_out(args.data, named(transcripts))
    nothing = {(t.image, t.box[0], t.box[1]) for t in transcripts if t.box and t.kind == "none"}
    pack_images(args.data, args.out, held, faces, own, nothing, args.limit)
    pack_crops(args.data, args.out, held, transcripts, own, args.limit)
    (args.out / "fonts").mkdir(exist_ok=True)
    for font in sorted((args.data / "fonts").glob("*.[ot]tf")):
        shutil.copyfile(font, args.out / "fonts" / font.name)


if __name__ == "__main__":
    main()
