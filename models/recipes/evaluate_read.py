"""Compare `gatehouse read` with plain PP-OCRv6 on labelled photographs.

    python models/recipes/evaluate_read.py DATA [--images N] [--threads T]

DATA holds `annotations.csv` (columns image, class, text) and the images it names. A plate counts as read
when a text, reduced to A-Z 0-9, equals its label; "folded" counts O as 0 and I as 1.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import re
import resource
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
from rapidocr import RapidOCR
from tqdm import tqdm

from appliance.config.schema import Infer, Vision
from appliance.vision.factory import build_recognition
from appliance.vision.scene import see

Read = Callable[["cv2.typing.MatLike"], list[str]]


@dataclass
class Tally:
    """Counts of one reader."""

    read: Read
    hits: int = 0
    folded: int = 0
    best: int = 0
    ms: list[float] = field(default_factory=list)

    def take(self, image: cv2.typing.MatLike, truths: Iterable[str]) -> None:
        start = time.perf_counter()
        texts = self.read(image)
        self.ms.append((time.perf_counter() - start) * 1000)
        self.hits += sum(truth in texts for truth in truths)
        self.folded += sum(fold(truth) in map(fold, texts) for truth in truths)
        self.best += bool(texts) and texts[0] in truths


def plain(text: str) -> str:
    return re.sub("[^A-Z0-9]", "", text.upper())


def fold(text: str) -> str:
    return text.replace("O", "0").replace("I", "1")


def labels(data: Path, limit: int) -> dict[Path, list[str]]:
    """Images with labelled plates, a fixed sample by the hash of their names."""
    truths: dict[Path, list[str]] = {}
    with (data / "annotations.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["class"] == "plate" and plain(row["text"]):
                truths.setdefault(data / row["image"], []).append(plain(row["text"]))
    chosen = sorted(truths, key=lambda p: hashlib.sha256(p.name.encode()).hexdigest())[:limit]
    return {path: truths[path] for path in chosen}


def ours(threads: int) -> Read:
    recognition = build_recognition(Vision(), Infer(threads=threads), photo=True)

    def read(image: cv2.typing.MatLike) -> list[str]:
        scene = see(recognition.detector, recognition.reader, image)  # type: ignore[arg-type]
        return [plate.read.text for plate in scene.plates]

    return read


def theirs() -> Read:
    engine = RapidOCR(params={"Global.log_level": "error"})
    return lambda image: [plain(text) for text in engine(image).txts or ()]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--images", type=int, default=200)
    parser.add_argument("--threads", type=int, default=0)
    args = parser.parse_args()
    tallies = {"gatehouse": Tally(ours(args.threads)), "plain": Tally(theirs())}
    truths = labels(args.data, args.images)
    for path, texts in tqdm(truths.items(), unit="image"):
        image = cv2.imread(str(path))
        for tally in tallies.values():
            tally.take(image, texts)
    plates = sum(map(len, truths.values()))
    for name, tally in tallies.items():
        shares = f"exact {tally.hits / plates:.1%}, folded {tally.folded / plates:.1%}"
        print(f"{name}: {shares}, first {tally.best / len(truths):.1%}, {statistics.median(tally.ms):.0f} ms")
    print(f"{plates} plates, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB at most")


if __name__ == "__main__":
    main()
