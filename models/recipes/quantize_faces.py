"""INT8 of the face nets, calibrated on training faces and judged on held-out ones beside FP32.

    python -m models.recipes.quantize_faces --weights models/weights --pack PACK --out DIR [--frames 160]

Writes `face.int8.onnx` and `landmarks.int8.onnx`, ranges cut as the contracts say; prints the scores of
both forms, and milliseconds on one core.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch

from appliance.infer.quantize import Feeds, Recipe, quantised
from models.recipes import face_figures
from models.recipes import face_views as views
from models.recipes.contracts import NETS
from models.recipes.evaluate_faces import BATCH, Embedder, milliseconds
from models.recipes.face_net import FACE_SIDE, LANDMARK_SIDE
from models.recipes.face_views import Chance, Pack
from models.recipes.pipeline import session
from models.recipes.quantize import opener
from models.recipes.train_face import Tutor
from models.recipes.train_landmarks import Crops, Drawer, eyes_apart, know

SEED, HELD = 11, 600


class Bench:
    """What calibrates, and what judges."""

    def __init__(self, pack: Pack, folder: Path) -> None:
        torch.manual_seed(SEED)
        device = torch.device("cpu")
        self.known, self.held = pack.faces("identity", False), pack.faces("identity", True)
        tutor, chance = Tutor(folder, device), Chance(device)
        self.drawers = [Drawer(pack.grounds(held), chance, tutor) for held in (False, True)]
        self.truth = self._crops(self.drawers[1], self.held, HELD)

    def _crops(self, drawer: Drawer, faces: views.Faces, count: int) -> Crops:
        rows = torch.randperm(len(faces))[:count]
        some = views.Faces(*(getattr(faces, name)[rows] for name in views.Faces.__dataclass_fields__))
        return drawer.faces(know(some, drawer.tutor, alone=True), torch.arange(count), hard=0.5)

    def face_frames(self, count: int) -> Iterator[Feeds]:
        """Training faces, aligned."""
        rows = torch.randperm(len(self.known))[:count]
        pictures = views.aligned(self.known.pictures[rows].float() / 255, self.known.points[rows])
        for x in pictures.split(1):
            yield {"face": x.contiguous().numpy()}

    def landmark_frames(self, count: int) -> Iterator[Feeds]:
        """Crops of training faces, and of none."""
        drawer = self.drawers[0]
        seen = self._crops(drawer, self.known, count).pictures
        empty = drawer.nothing(count // 4, self.known).pictures
        for x in torch.cat([seen, empty]).split(1):
            yield {"crop": x.contiguous().numpy()}

    def judge_face(self, path: Path) -> dict[str, float]:
        """Verification figures of held identities, aligned by the teachers' points."""
        faces = views.aligned(self.held.pictures.float() / 255, self.held.points)
        pictures = (faces * 255).round().byte().permute(0, 2, 3, 1).numpy()
        return face_figures.summary(Embedder(path)(pictures), self.held.names.numpy())

    def judge_landmarks(self, path: Path) -> dict[str, float]:
        """Mean error in shares of the eyes' distance, and verdicts on the right side."""
        net, truth = session(path), self.truth
        parts = [net.run(None, {"crop": x.contiguous().numpy()}) for x in truth.pictures.split(BATCH)]
        points, usable = (torch.cat([torch.from_numpy(p[i]) for p in parts]) for i in range(2))
        off = (points - truth.points).norm(dim=2).mean(1) / eyes_apart(truth.points)
        good = truth.pointed & (truth.usable > 0.5)
        sure = truth.judged & ((truth.usable < 0.2) | (truth.usable > 0.8))
        right = (usable[sure, 0] > 0.5) == (truth.usable[sure] > 0.5)
        return {
            "error": round(off[good].mean().item(), 4),
            "verdicts_right": round(right.float().mean().item(), 4),
        }


def narrowed(
    source: Path, out: Path, frames: Iterator[Feeds], judge: Callable[[Path], dict[str, float]], side: int
) -> dict[str, Any]:
    """Write the INT8 form of a net, and say what both forms reach."""
    share = NETS["face" if side == FACE_SIDE else "landmarks"].get("quantization", {}).get("share", 1.0)
    out.write_bytes(quantised(source.read_bytes(), frames, opener, Recipe(share=share)))
    name = "face" if side == FACE_SIDE else "crop"
    return {
        kind: {**judge(path), "ms": milliseconds(path, name, side), "bytes": path.stat().st_size}
        for kind, path in (("fp32", source), ("int8", out))
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--frames", type=int, default=160)
    args = parser.parse_args()
    torch.set_num_threads(2)
    args.out.mkdir(parents=True, exist_ok=True)
    bench = Bench(Pack(args.pack, torch.device("cpu")), args.pack)
    plans = {
        "face": (bench.face_frames, bench.judge_face, FACE_SIDE),
        "landmarks": (bench.landmark_frames, bench.judge_landmarks, LANDMARK_SIDE),
    }
    for name, (frames, judge, side) in plans.items():
        source, out = args.weights / f"{name}.onnx", args.out / f"{name}.int8.onnx"
        said = narrowed(source, out, frames(args.frames), judge, side)
        print(json.dumps({name: said}), flush=True)


if __name__ == "__main__":
    main()
