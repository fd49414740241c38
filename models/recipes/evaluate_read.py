"""Scores model sets, as `gatehouse models evaluate` does, on the photographs that no recipe trained on.

    python -m models.recipes.evaluate_read DATA [--everything] [--reader NAME ...] [--images N] [--threads T]

DATA holds `annotations.csv` (columns image, class, text, ...), `ocr.csv`, `origin_map.csv` and the images
that they name. With `--everything` the sample has photographs in it that the project's own nets were trained
on: no measure of them.
"""

from __future__ import annotations

import argparse
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import cv2
from tqdm import tqdm

from appliance.config.schema import Infer, Vision
from appliance.evaluate.labels import Picture, read_labels
from appliance.evaluate.report import as_text
from appliance.evaluate.session import Evaluation, Source, evaluate
from appliance.hw.cameras.footage import read_image
from appliance.vision.factory import build_recognition
from models.recipes import common


def pictures(data: Path, limit: int, everything: bool) -> list[Picture]:
    """Photographs with a plate whose text is known, a fixed sample by the hash of their names."""
    fate = common.hold_out(data)
    labelled = read_labels(data, data / "annotations.csv").pictures
    chosen = [
        picture
        for picture in labelled
        if any(label.kind == "plate" and label.text for label in picture.labels)
        and (everything or fate[str(picture.path.relative_to(data))])
    ]
    return sorted(chosen, key=lambda p: hashlib.sha256(p.path.name.encode()).hexdigest())[:limit]


def score(reader: str, threads: int, sample: Sequence[Picture]) -> Evaluation:
    recognition = build_recognition(Vision(reader=reader), Infer(threads=threads), photo=True)
    source = Source(reader, "auto", recognition.backend)
    with tqdm(total=len(sample), unit="picture", desc=reader) as bar:
        return evaluate(recognition, source, sample, read_image, bar.update)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--everything", action="store_true", help="also what was trained on")
    parser.add_argument("--reader", nargs="+", default=["gatehouse"], help="model sets (gatehouse, ppocr)")
    parser.add_argument("--images", type=int, default=200, help="at most so many")
    parser.add_argument("--threads", type=int, default=0, help="0: as many as there are cores")
    args = parser.parse_args()
    cv2.setNumThreads(args.threads or -1)
    sample = pictures(args.data, args.images, args.everything)
    for reader in args.reader:
        print(as_text(score(reader, args.threads, sample)), end="\n\n")
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
