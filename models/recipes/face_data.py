"""Packs faces, their five points and faceless grounds into a small folder for the training machine.

    python -m models.recipes.face_data --data DATA --out PACK [--limit N]

Needs OpenCV with FaceDetectorYN and openvino. Points are the mean of two teachers, each on the face
and its mirror image. PACK gets `faces.bin` (pictures, one after another), `faces.json.gz` (where each
lies and what is known of it), and the teacher that the training needs.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
import openvino
from numpy.typing import NDArray

from models.recipes import common
from models.recipes.prepare import read

Image = NDArray[np.uint8]
Float = NDArray[np.float64]

TEACHER = "face-reidentification-retail-0095"
POINT_TEACHER = "landmarks-regression-retail-0009"
DETECTOR_TEACHER = "face_detection_yunet_2026may.onnx"
# One identity in five is never trained on, nor mixed into others.
HELD_IDENTITIES = 0.2
SIDE = 112
# A face's patch is this many times the longer side of its box, so that it can be turned and shifted.
PATCH, PATCH_MAX, PATCH_QUALITY = 2.2, 150, 74
FACE_LEAST, FACE_SIDE_LEAST = 0.6, 12.0
LOOKS = (640, 1280)
GROUNDS, GROUND_SIDE, GROUND_QUALITY = 900, 96, 55
# Points in the mirror image are the other eye and the other corner of the mouth.
MIRROR = (1, 0, 2, 4, 3)
# Where the box lies in a face112 whose detection failed (rare): the median of the others.
USUAL_BOX = (16.0, 15.0, 94.0, 116.0)


@dataclass(frozen=True)
class Found:
    """A face: box (x1, y1, x2, y2), five points (5, 2), score."""

    box: Float
    points: Float
    score: float


def held_identity(name: str) -> bool:
    """Whether the identity is kept for measuring."""
    return common.unit_hash(name) < HELD_IDENTITIES


def _mirrored(points: Float, width: int) -> Float:
    flipped = points.copy()
    flipped[:, 0] = width - 1 - flipped[:, 0]
    return flipped[list(MIRROR)]


class PointTeachers:
    """YuNet and the landmark regression, on one core."""

    def __init__(self, teachers: Path) -> None:
        self.detector = cv2.FaceDetectorYN.create(str(teachers / DETECTOR_TEACHER), "", (320, 320), 0.5, 0.4)
        core = openvino.Core()
        core.set_property("CPU", {"INFERENCE_NUM_THREADS": 1})
        self.regression = core.compile_model(str(teachers / f"{POINT_TEACHER}.xml"), "CPU")

    def find(self, image: Image) -> list[Found]:
        """Faces of a BGR picture, in its pixels."""
        self.detector.setInputSize((image.shape[1], image.shape[0]))
        _, rows = self.detector.detect(image)
        return [
            Found(
                np.array([r[0], r[1], r[0] + r[2], r[1] + r[3]], float),
                np.array(r[4:14], float).reshape(5, 2),
                float(r[14]),
            )
            for r in (() if rows is None else rows)
        ]

    def regress(self, image: Image, box: Float) -> Float:
        """Points (5, 2) in the box of a BGR picture."""
        w, h = box[2:] - box[:2]
        to_small = np.array([[48 / w, 0, -box[0] * 48 / w], [0, 48 / h, -box[1] * 48 / h]])
        crop = cv2.warpAffine(image, to_small, (48, 48), borderMode=cv2.BORDER_REPLICATE)
        shares = self.regression(crop.transpose(2, 0, 1)[None].astype(np.float32))[0].reshape(5, 2)
        return np.asarray(shares * (w, h) + box[:2], float)

    def _biggest(self, image: Image, border: int) -> Found | None:
        wide = cv2.copyMakeBorder(image, border, border, border, border, cv2.BORDER_REPLICATE)
        centre = np.array(wide.shape[1::-1]) / 2
        faces = self.find(np.asarray(wide, np.uint8))
        if not faces:
            return None
        best = min(faces, key=lambda f: float(np.hypot(*((f.box[:2] + f.box[2:]) / 2 - centre))))
        return Found(best.box - border, best.points - border, best.score)

    def middle(self, image: Image, border: int) -> Found | None:
        """The face at the middle of a BGR picture, seen with and without mirror by both teachers;
        None where neither detection finds it."""
        mirror = np.ascontiguousarray(image[:, ::-1])
        width = image.shape[1]
        one, two = self._biggest(image, border), self._biggest(mirror, border)
        if one is None and two is None:
            return None
        seen = [one.points] if one else []
        seen += [_mirrored(two.points, width)] if two else []
        boxes = [one.box] if one else []
        boxes += [np.array([width - two.box[2], two.box[1], width - two.box[0], two.box[3]])] if two else []
        box = np.mean(boxes, 0)
        other = np.array([width - box[2], box[1], width - box[0], box[3]])
        said = (self.regress(image, box) + _mirrored(self.regress(mirror, other), width)) / 2
        scores = [f.score for f in (one, two) if f]
        return Found(box, (np.mean(seen, 0) + said) / 2, float(np.mean(scores)))


class Shard:
    """Pictures one after another in a file, with an index beside it."""

    def __init__(self, out: Path) -> None:
        self.index = out / "faces.json.gz"
        self.file = (out / "faces.bin").open("wb")
        self.rows: list[dict[str, Any]] = []

    def add(self, data: bytes, **row: Any) -> None:
        """Append an encoded picture."""
        self.rows.append({"at": self.file.tell(), "size": len(data), **row})
        self.file.write(data)

    def close(self) -> None:
        """Write the index."""
        self.file.close()
        self.index.write_bytes(gzip.compress(json.dumps(self.rows).encode()))


def _rounded(values: Float) -> list[float]:
    return [round(float(v), 2) for v in values.ravel()]


def pack_identities(data: Path, shard: Shard, teachers: PointTeachers, limit: int | None) -> None:
    """The faces of known identities, byte for byte, with points in their pixels."""
    for path in sorted((data / "faces112").rglob("*.jpg"))[:limit]:
        found = teachers.middle(read(path), SIDE // 2)
        shard.add(
            path.read_bytes(),
            kind="identity",
            name=path.parent.name,
            held=held_identity(path.parent.name),
            points=_rounded(found.points) if found else None,
            box=_rounded(found.box) if found else list(USUAL_BOX),
            score=round(found.score, 3) if found else 0.0,
        )


def _looked(image: Image, teachers: PointTeachers) -> list[Found]:
    """Faces seen at either size of the picture, doubles left out."""
    faces: list[Found] = []
    for look in LOOKS:
        scale = look / max(image.shape[:2])
        if scale > 3:
            continue
        mode = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        sized = cv2.resize(image, None, fx=scale, fy=scale, interpolation=mode)
        for f in teachers.find(np.asarray(sized, np.uint8)):
            faces.append(Found(f.box / scale, f.points / scale, f.score))
    kept: list[Found] = []
    for face in sorted(faces, key=lambda f: -f.score):
        middle = (face.box[:2] + face.box[2:]) / 2
        inside = [bool(((middle > k.box[:2]) & (middle < k.box[2:])).all()) for k in kept]
        if face.score >= FACE_LEAST and not any(inside):
            kept.append(face)
    return kept


def _patch(image: Image, box: Float) -> tuple[Image, Float]:
    """The surroundings of a box as a square, grey outside the picture, and the box in it."""
    side = float((box[2:] - box[:2]).max()) * PATCH
    corner = (box[:2] + box[2:]) / 2 - side / 2
    scale = min(1.0, PATCH_MAX / side)
    size = max(8, round(side * scale))
    to_patch = np.array([[scale, 0, -corner[0] * scale], [0, scale, -corner[1] * scale]])
    mode = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    if scale < 0.7:
        image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=mode), np.uint8)
        to_patch[:, :2] /= scale
    patch = cv2.warpAffine(
        image, to_patch, (size, size), borderMode=cv2.BORDER_CONSTANT, borderValue=(114,) * 3
    )
    moved = (box.reshape(2, 2) - corner) * scale
    return np.asarray(patch, np.uint8), moved.ravel()


def _refined(patch: Image, box: Float, teachers: PointTeachers) -> Found | None:
    """The patch's face seen again at a size that suits the teachers, in the patch's pixels."""
    scale = 100 / float((box[2:] - box[:2]).max())
    sized = cv2.resize(patch, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    found = teachers.middle(np.asarray(sized, np.uint8), 8)
    if found is None:
        return None
    return Found(found.box / scale, found.points / scale, found.score)


def _encoded(image: Image, quality: int) -> bytes:
    _, data = cv2.imencode(".webp", image, [cv2.IMWRITE_WEBP_QUALITY, quality])
    return data.tobytes()


def pack_photographs(
    data: Path, shard: Shard, teachers: PointTeachers, held: dict[str, bool], limit: int | None
) -> None:
    """Faces found in photographs, and squares of the photographs where nobody is."""
    people: dict[str, list[Float]] = {}
    targets: dict[str, list[Float]] = {}
    sources: dict[str, str] = {}
    for b in common.read_boxes(data):
        where = people if b.kind in ("person", "face") else targets
        where.setdefault(b.image, []).append(np.array([b.x1, b.y1, b.x2, b.y2]))
        sources[b.image] = b.source
    chance = Random(5)
    names = sorted(sources)[:limit]
    wanted = GROUNDS / max(1, len(names))
    for name in names:
        image = read(data / name)
        faces = _looked(image, teachers)
        for face in faces:
            _pack_face(shard, teachers, image, face, name=name, source=sources[name], held=held[name])
        nobody = [f.box for f in faces] + people.get(name, [])
        if sources[name] != "facemask" and chance.random() < 2 * wanted:
            square = _ground(image, nobody, targets.get(name, []), chance)
            if square is not None:
                shard.add(_encoded(square, GROUND_QUALITY), kind="ground", held=held[name])


def _pack_face(shard: Shard, teachers: PointTeachers, image: Image, face: Found, **row: Any) -> None:
    side = float((face.box[2:] - face.box[:2]).max())
    if side < FACE_SIDE_LEAST:
        return
    patch, box = _patch(image, face.box)
    seen = _refined(patch, box, teachers)
    shard.add(
        _encoded(patch, PATCH_QUALITY),
        kind="photo",
        points=_rounded(seen.points) if seen else None,
        box=_rounded(box),
        score=round(face.score, 3),
        side=round(side, 1),
        **row,
    )


def _ground(image: Image, nobody: list[Float], targets: list[Float], chance: Random) -> Image | None:
    """A square without people: around a vehicle or plate, or anywhere."""
    h, w = image.shape[:2]
    for _ in range(6):
        if targets and chance.random() < 0.5:
            t = chance.choice(targets)
            side = float((t[2:] - t[:2]).max()) * chance.uniform(0.3, 1.3)
            x, y = (chance.uniform(t[i], t[i + 2]) - side / 2 for i in (0, 1))
        else:
            side = min(h, w) * chance.uniform(0.1, 0.8)
            x, y = chance.uniform(0, w - side), chance.uniform(0, h - side)
        x, y, side = max(0.0, x), max(0.0, y), min(side, w - max(0.0, x), h - max(0.0, y))
        free = all(b[2] < x or b[0] > x + side or b[3] < y or b[1] > y + side for b in nobody)
        if side >= 24 and free:
            cut = image[int(y) : int(y + side), int(x) : int(x + side)]
            mode = cv2.INTER_AREA if side > GROUND_SIDE else cv2.INTER_LINEAR
            return np.asarray(cv2.resize(cut, (GROUND_SIDE, GROUND_SIDE), interpolation=mode), np.uint8)
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    teachers = PointTeachers(args.data / "teachers")
    shard = Shard(args.out)
    pack_identities(args.data, shard, teachers, args.limit)
    pack_photographs(args.data, shard, teachers, common.hold_out(args.data), args.limit)
    shard.close()
    for ending in (".xml", ".bin"):
        shutil.copyfile(args.data / "teachers" / f"{TEACHER}{ending}", args.out / f"{TEACHER}{ending}")


if __name__ == "__main__":
    main()
