"""Measures the shipped face nets on identities and photographs that nothing was trained on.

    python -m models.recipes.evaluate_faces --pack PACK --weights models/weights --out report.json

Embeddings of held identities: as the data aligns them, aligned by the teachers' points, and by our
own points in a crop such as a detector gives (the face pasted onto a ground, the teacher's box
shifted and scaled; and the box of our own detector). The teacher stands beside ours everywhere.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from models.recipes import common, face_figures
from models.recipes import face_views as views
from models.recipes.face_net import FACE_SIDE, LANDMARK_SIDE, TEMPLATE
from models.recipes.face_views import Chance, Pack
from models.recipes.pipeline import Detector, session, tensor
from models.recipes.train_face import TEACHER_SIDE, Tutor
from models.recipes.train_landmarks import CROP, OWN_LOWER, OWN_SCALE, Drawer, eyes_apart, know

Image = NDArray[np.uint8]
Float = NDArray[np.float32]
# A ground with the face in the middle: room for a crop of any jittered box.
SCENE, SCENE_BORDER = 336, 112
BATCH = 64


@dataclass(frozen=True)
class Points:
    """Five points (5, 2) in a picture's pixels, and how usable the face is."""

    places: Float
    usable: float


def crop_of(image: Image, box: Float) -> tuple[Image, Float]:
    """The landmarks net's crop of a box, and (left, top, side) of it in the picture."""
    side = max(2, round(float((box[2:] - box[:2]).max()) * CROP))
    left, top = (round(float(box[i] + box[i + 2] - side) / 2) for i in (0, 1))
    wide = cv2.copyMakeBorder(image, side, side, side, side, cv2.BORDER_CONSTANT, value=(114, 114, 114))
    left, top = (min(max(v, -side), n) for v, n in ((left, image.shape[1]), (top, image.shape[0])))
    cut = wide[top + side : top + 2 * side, left + side : left + 2 * side]
    mode = cv2.INTER_AREA if side > LANDMARK_SIDE else cv2.INTER_LINEAR
    small = cv2.resize(cut, (LANDMARK_SIDE, LANDMARK_SIDE), interpolation=mode)
    return np.asarray(small, np.uint8), np.array([left, top, side], np.float32)


def align(image: Image, places: Float) -> Image:
    """The face (112, 112, 3) with its points on the template."""
    matrix = views.similarity(torch.from_numpy(places)[None], torch.tensor(TEMPLATE)[None])[0].numpy()
    face = cv2.warpAffine(image, matrix, (FACE_SIDE, FACE_SIDE), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(face, np.uint8)


class Landmarks:
    """landmarks.onnx behind `find`."""

    def __init__(self, path: Path) -> None:
        self.session = session(path)

    def find(self, image: Image, box: Float) -> Points:
        """Points of the face in a box of an RGB picture."""
        crop, (left, top, side) = crop_of(image, box)
        shares, usable = self.session.run(None, {"crop": tensor(crop)})
        places = shares[0] * side + np.array([left, top], np.float32) - 0.5
        return Points(np.asarray(places, np.float32), float(usable[0, 0]))


class Embedder:
    """face.onnx behind a call."""

    def __init__(self, path: Path) -> None:
        self.session = session(path)

    def __call__(self, faces: NDArray[np.uint8]) -> Float:
        """Embeddings of aligned RGB faces (N, 112, 112, 3)."""
        x = np.ascontiguousarray(faces.transpose(0, 3, 1, 2), np.float32) / np.float32(255)
        parts = [self.session.run(None, {"face": x[i : i + BATCH]})[0] for i in range(0, len(x), BATCH)]
        return np.asarray(np.concatenate(parts), np.float32)


def teacher_of(tutor: Tutor) -> Callable[[NDArray[np.uint8]], Float]:
    """The teacher behind the same call, each face once, as it is meant to be used."""

    def embed(faces: NDArray[np.uint8]) -> Float:
        out = []
        for part in np.array_split(faces, max(1, len(faces) // BATCH)):
            x = torch.from_numpy(part).permute(0, 3, 1, 2).float() / 255
            sized = torch.nn.functional.interpolate(x, (TEACHER_SIDE,) * 2, mode="bilinear")
            out.append(tutor.once(sized).numpy())
        return np.asarray(np.concatenate(out), np.float32)

    return embed


def scenes(pictures: NDArray[np.uint8], grounds: NDArray[np.uint8]) -> list[Image]:
    """Faces in the middle of grounds, their edges blended over a few pixels."""
    line = np.minimum(np.arange(FACE_SIDE), np.arange(FACE_SIDE)[::-1])
    mask = np.clip((np.minimum(line[:, None], line[None]) - 1) / 4, 0, 1)[..., None]
    inner = slice(SCENE_BORDER, SCENE_BORDER + FACE_SIDE)
    out = []
    for i, face in enumerate(pictures):
        scene = cv2.resize(grounds[i % len(grounds)], (SCENE, SCENE), interpolation=cv2.INTER_LINEAR)
        scene[inner, inner] = np.round(face * mask + scene[inner, inner] * (1 - mask))
        out.append(np.asarray(scene, np.uint8))
    return out


def jittered(boxes: Float, seed: int) -> Float:
    """Boxes as another detector would draw them: 10 % in scale, 4.5 % of the crop in place, and
    as much smaller and lower as the training took them to be."""
    rng = np.random.RandomState(seed)
    centre, half = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2
    side = half.max(1, keepdims=True) * 2 * CROP
    half = half * np.exp(OWN_SCALE + rng.randn(len(boxes), 1) * 0.1)
    centre = centre + (rng.randn(len(boxes), 2) * 0.045 + (0, OWN_LOWER)) * side
    return np.asarray(np.concatenate([centre - half, centre + half], 1), np.float32)


def own_boxes(detector: Detector, pictures: list[Image], fallback: Float) -> tuple[Float, float]:
    """Our detector's face nearest to the middle of each scene, and the share of scenes with one."""
    boxes, found = fallback.copy(), 0
    for i, scene in enumerate(pictures):
        seen, _ = detector.find(scene, common.FACE_CLASS, 0.3)
        off = np.abs((seen[:, :2] + seen[:, 2:]) / 2 - SCENE / 2).max(1) if len(seen) else np.array([SCENE])
        if off.min() < FACE_SIDE / 3:
            boxes[i], found = seen[int(off.argmin())], found + 1
    return boxes, found / len(pictures)


def verification(args: argparse.Namespace) -> dict[str, Any]:
    """Embedding figures of held identities, by the way the faces were aligned."""
    device = torch.device("cpu")
    pack = Pack(args.pack, device)
    held = pack.faces("identity", True)
    names = held.names.numpy()
    pictures = held.pictures.permute(0, 2, 3, 1).numpy()
    ours, teacher = Embedder(args.weights / args.face), teacher_of(Tutor(args.pack, device))
    points = held.points.numpy()
    sets = {"given": pictures, "teachers_points": _aligned_all(list(pictures), list(points))}
    report: dict[str, Any] = {"faces": len(names), "identities": len(set(names.tolist()))}
    fit: dict[str, NDArray[np.bool_]] = {}
    if (args.weights / "landmarks.onnx").exists():
        net = Landmarks(args.weights / "landmarks.onnx")
        placed = scenes(pictures, pack.grounds(True).permute(0, 2, 3, 1).numpy())
        true = held.boxes.numpy() + SCENE_BORDER
        ways = {"own_points_jittered_box": jittered(true, 3)}
        if (args.weights / "detector.onnx").exists():
            detector = Detector(args.weights / "detector.onnx")
            ways["own_points_own_detector"], report["detected"] = own_boxes(detector, placed, true)
            moved = ways["own_points_own_detector"]
            report["own_box_to_teachers"] = _box_difference(moved, true)
        for way, boxes in ways.items():
            said = [net.find(scene, box) for scene, box in zip(placed, boxes, strict=True)]
            sets[way] = _aligned_all(placed, [p.places for p in said])
            off = np.linalg.norm(np.stack([p.places for p in said]) - SCENE_BORDER - points, axis=2).mean(1)
            wide = np.linalg.norm(points[:, 1] - points[:, 0], axis=1)
            report[f"{way}_error"] = round(float((off / wide).mean()), 4)
            fit[way] = np.array([p.usable > 0.5 for p in said])
            report[f"{way}_usable"] = round(float(fit[way].mean()), 4)
    for way, faces in sets.items():
        said_by = {"ours": ours(faces), **({} if args.skip_teacher else {"teacher": teacher(faces)})}
        report[way] = {who: face_figures.summary(vectors, names) for who, vectors in said_by.items()}
        report[way]["shipped"] = face_figures.at_threshold(said_by["ours"], names, args.threshold)
        if way in fit:
            good = fit[way]
            report[way]["usable"] = face_figures.summary(said_by["ours"][good], names[good])
    return report


def _aligned_all(pictures: list[Image], points: list[Float]) -> NDArray[np.uint8]:
    return np.stack([align(image, p) for image, p in zip(pictures, points, strict=True)])


def _box_difference(ours: Float, theirs: Float) -> dict[str, list[float]]:
    """Mean and spread of the centre's shift (x, y) and of the longer side's log ratio, in shares of
    the teacher's longer side."""
    side = (theirs[:, 2:] - theirs[:, :2]).max(1)
    shift = ((ours[:, :2] + ours[:, 2:]) - (theirs[:, :2] + theirs[:, 2:])) / 2 / side[:, None]
    ratio = np.log((ours[:, 2:] - ours[:, :2]).max(1) / side)
    table = np.concatenate([shift, ratio[:, None]], 1)
    return {
        "mean": [round(float(v), 3) for v in table.mean(0)],
        "spread": [round(float(v), 3) for v in table.std(0)],
    }


def landmarks(args: argparse.Namespace) -> dict[str, Any]:
    """Errors in shares of the eyes' distance, and the verdict, on held faces drawn as in training."""
    torch.manual_seed(7)
    device = torch.device("cpu")
    pack, chance = Pack(args.pack, device), Chance(device)
    tutor = Tutor(args.pack, device)
    drawer = Drawer(pack.grounds(True), chance, tutor)
    net = session(args.weights / "landmarks.onnx")
    report: dict[str, Any] = {}
    for kind, hard in (("identity", 0.4), ("identity", 1.0), ("photo", 0.3)):
        faces = pack.faces(kind, True)
        known = know(faces, tutor, alone=kind == "identity")
        truth = drawer.faces(known, torch.arange(len(faces))[: args.limit], hard=hard)
        said, usable = net.run(None, {"crop": truth.pictures.numpy()})
        off = (torch.from_numpy(said) - truth.points).norm(dim=2) / eyes_apart(truth.points)[:, None]
        good = truth.pointed & (truth.usable > 0.5)
        judged = truth.judged & ((truth.usable < 0.2) | (truth.usable > 0.8))
        verdict = torch.from_numpy(usable)[:, 0] > 0.5
        fit = truth.usable > 0.5
        report[f"{kind}_{hard}"] = {
            "usable_faces": int(good.sum()),
            "error": round(off[good].mean().item(), 4),
            "error_each": [round(v, 4) for v in off[good].mean(0).tolist()],
            "over_a_tenth": round((off[good].mean(1) > 0.1).float().mean().item(), 4),
            "fit_called_usable": _share(verdict, judged & fit),
            "unfit_called_usable": _share(verdict, judged & ~fit),
        }
    empty = drawer.nothing(512, pack.faces("identity", True))
    _, usable = net.run(None, {"crop": empty.pictures.numpy()})
    report["nothing_called_usable"] = round(float((usable > 0.5).mean()), 4)
    return report


def _share(said: torch.Tensor, among: torch.Tensor) -> dict[str, float]:
    count = int(among.sum())
    return {"of": count, "share": round(said[among].float().mean().item(), 4) if count else 0.0}


def milliseconds(path: Path, name: str, side: int) -> float:
    """Median time of one picture on one core."""
    net, x = session(path), np.random.rand(1, 3, side, side).astype(np.float32)
    times = []
    for _ in range(60):
        begun = time.perf_counter()
        net.run(None, {name: x})
        times.append(time.perf_counter() - begun)
    return round(float(np.median(times)) * 1e3, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=800, help="faces for the landmarks' figures")
    parser.add_argument("--threshold", type=float, default=0.5, help="the shipped one")
    parser.add_argument("--face", default="face.onnx", help="another precision's file")
    parser.add_argument("--skip-landmarks", action="store_true")
    parser.add_argument("--skip-teacher", action="store_true")
    parser.add_argument("--skip-verification", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(2)
    report: dict[str, Any] = {}
    if not args.skip_landmarks and (args.weights / "landmarks.onnx").exists():
        report["landmarks"] = landmarks(args)
        report["landmarks_ms"] = milliseconds(args.weights / "landmarks.onnx", "crop", LANDMARK_SIDE)
    if not args.skip_verification:
        report["face_ms"] = milliseconds(args.weights / args.face, "face", FACE_SIDE)
        report["face"] = verification(args)
    args.out.write_text(json.dumps(report, indent=1))
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
