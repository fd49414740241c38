"""Compares the model sets, as `gatehouse read` builds them, with plain PP-OCRv6 on labelled photographs.

    python -m models.recipes.evaluate_read DATA [--held-out] [--reader NAME ...] [--images N] [--threads T]

DATA holds `annotations.csv` (columns image, class, text, ...), `ocr.csv`, `origin_map.csv` and the images
that they name. A plate counts as read when a text, reduced to A-Z 0-9, equals its label; "folded" counts O as
0 and I as 1; "first" is the share of photographs whose first listed plate is right, folded. Without
`--held-out` the sample has photographs in it that the project's own nets were trained on: no measure of them.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
from rapidocr import RapidOCR
from tqdm import tqdm

from appliance.config.schema import Infer, Vision
from appliance.vision.factory import build_recognition
from appliance.vision.scene import see
from models.recipes import common

Read = Callable[["cv2.typing.MatLike"], list[str]]


@dataclass
class Tally:
    """Counts of one reader."""

    read: Read
    hits: int = 0
    folded: int = 0
    first: int = 0
    ms: list[float] = field(default_factory=list)

    def take(self, image: cv2.typing.MatLike, truths: Sequence[str]) -> None:
        start = time.perf_counter()
        texts = self.read(image)
        self.ms.append((time.perf_counter() - start) * 1000)
        folds = [common.fold(text) for text in texts]
        self.hits += sum(truth in texts for truth in truths)
        self.folded += sum(common.fold(truth) in folds for truth in truths)
        self.first += bool(folds) and folds[0] in {common.fold(truth) for truth in truths}

    def row(self, name: str, plates: int) -> str:
        """A line of a Markdown table: exact, folded, first, median and 95th percentile of the time."""
        shares = (self.hits / plates, self.folded / plates, self.first / len(self.ms))
        slow = statistics.quantiles(self.ms, n=20)[-1]
        cells = [f"{share:.1%}" for share in shares]
        return " | ".join([name, *cells, f"{statistics.median(self.ms):.0f} ms", f"{slow:.0f} ms"])


def plain(text: str) -> str:
    return re.sub("[^A-Z0-9]", "", text.upper())


def labels(data: Path, limit: int, held_out: bool) -> dict[Path, list[str]]:
    """Images with labelled plates, a fixed sample by the hash of their names."""
    fate = common.hold_out(data)
    truths: dict[Path, list[str]] = {}
    for box in common.read_boxes(data):
        if box.kind == "plate" and plain(box.text) and (fate[box.image] or not held_out):
            truths.setdefault(data / box.image, []).append(plain(box.text))
    chosen = sorted(truths, key=lambda p: hashlib.sha256(p.name.encode()).hexdigest())[:limit]
    return {path: truths[path] for path in chosen}


def ours(reader: str, threads: int) -> Read:
    recognition = build_recognition(Vision(reader=reader), Infer(threads=threads), photo=True)

    def read(image: cv2.typing.MatLike) -> list[str]:
        scene = see(recognition.detector, recognition.reader, image)  # type: ignore[arg-type]
        return [plate.read.text for plate in scene.plates]

    return read


def theirs(threads: int) -> Read:
    """Every line of text that PP-OCRv6 finds counts as its answer: it is not asked which is the plate."""
    own = {"EngineConfig.onnxruntime.intra_op_num_threads": threads} if threads else {}
    engine = RapidOCR(params={"Global.log_level": "error", **own})
    return lambda image: [plain(text) for text in engine(image).txts or ()]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--held-out", action="store_true", help="only what no recipe trained on")
    parser.add_argument("--reader", nargs="+", default=["gatehouse"], help="model sets (gatehouse, ppocr)")
    parser.add_argument("--images", type=int, default=200, help="at most so many")
    parser.add_argument("--threads", type=int, default=0, help="0: as many as there are cores")
    args = parser.parse_args()
    cv2.setNumThreads(args.threads or -1)
    tallies = {name: Tally(ours(name, args.threads)) for name in args.reader}
    tallies["plain PP-OCRv6"] = Tally(theirs(args.threads))
    truths = labels(args.data, args.images, args.held_out)
    for path, texts in tqdm(truths.items(), unit="image"):
        image = cv2.imread(str(path))
        for tally in tallies.values():
            tally.take(image, texts)
    plates = sum(map(len, truths.values()))
    for name, tally in tallies.items():
        print(tally.row(name, plates))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{plates} plates on {len(truths)} photographs, {memory} MB at most, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
