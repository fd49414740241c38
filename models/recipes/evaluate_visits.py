"""Visits on videos: who is found, what is read after voting, and what was told that nobody bears.

    python -m models.recipes.evaluate_visits VIDEO... --truth FILE [--sheets DIR] [--json FILE]

Each video runs through the appliance's own loop at its own frame rate, all of it region of interest. FILE
is a CSV file with the columns `video,plate`: what a person reads in it, with `*` in the place of an end that
nobody can read. It is made by looking at the video and at the sheets, which show each track's vote and its
largest crop. Real plates are in both: neither belongs into the project.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from appliance.config import Config
from appliance.config.load import load_config
from appliance.evaluate.visits.answers import Present, Reads, score, told
from appliance.evaluate.visits.drive import Drive, drive
from appliance.hw.cameras.footage import Footage
from appliance.sight import Vote
from appliance.vision.factory import Recognition, build_recognition

if TYPE_CHECKING:
    from appliance.sight import Image

TILE = (240, 160)
COLUMNS = 6


@dataclass(frozen=True)
class Film:
    """One video as it ran: how many pictures, how many the loop looked at, and what came of it."""

    name: str
    pictures: int
    looked_at: int
    tracks: int
    reads: Reads

    def row(self) -> str:
        r = self.reads
        cells = (self.name, self.pictures, self.tracks, r.vehicles, r.found, r.right, r.answers)
        return f"| {' | '.join(map(str, cells))} | {r.misread} | {r.stray} |"


def truths(path: Path) -> dict[str, list[Present]]:
    """The plates of each video, by its name without suffix."""
    found: dict[str, list[Present]] = defaultdict(list)
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["video"]].append(Present(row["plate"], -inf, inf))
    return found


def rate(path: Path) -> float:
    """Pictures a second."""
    capture = cv2.VideoCapture(str(path))
    try:
        return float(capture.get(cv2.CAP_PROP_FPS)) or 25.0
    finally:
        capture.release()


def run(
    config: Config, recognition: Recognition, path: Path, present: Sequence[Present], sheets: Path | None
) -> Film:
    pictures = [shot.image for shot in Footage(path)]
    seen = drive(config, recognition, pictures, rate(path))
    if sheets is not None and seen.votes:
        sheets.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(sheets / f"{path.stem}.png"), sheet(seen, pictures))
    reads = score(told(seen.votes, config.vote), present)
    return Film(path.stem, len(pictures), seen.frames, len(seen.tracks), reads)


def sheet(seen: Drive, pictures: Sequence[Image]) -> Image:
    """A tile for each track: the largest crop among the agreeing reads of its strongest vote."""
    strongest: dict[int, Vote] = {}
    for vote in seen.votes:
        known = strongest.setdefault(vote.track.id, vote)
        if (len(vote.agreeing), vote.confidence) > (len(known.agreeing), known.confidence):
            strongest[vote.track.id] = vote
    tiles = [tile(vote, pictures) for vote in strongest.values()]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % COLUMNS)
    rows = [np.hstack(tiles[at : at + COLUMNS]) for at in range(0, len(tiles), COLUMNS)]
    return np.asarray(np.vstack(rows), np.uint8)


def tile(vote: Vote, pictures: Sequence[Image]) -> Image:
    read = max(vote.agreeing, key=lambda one: one.box.area)
    box, around = read.box, int(read.box.width * 0.3)
    top, left = max(0, int(box.y1) - around), max(0, int(box.x1) - around)
    crop = pictures[read.frame_seq][top : int(box.y2) + around, left : int(box.x2) + around]
    shown = cv2.copyMakeBorder(
        cv2.resize(crop, TILE, interpolation=cv2.INTER_CUBIC), 0, 24, 0, 0, cv2.BORDER_CONSTANT
    )
    words = f"{vote.track.id}: {vote.text} {len(vote.agreeing)}/{vote.considered} {vote.confidence:.2f}"
    cv2.putText(shown, words, (2, TILE[1] + 18), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 255), 1)
    return np.asarray(shown, np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("videos", nargs="+", type=Path, metavar="VIDEO")
    parser.add_argument("--truth", type=Path, help="without it, only the sheets mean anything")
    parser.add_argument("--sheets", type=Path, metavar="DIR")
    parser.add_argument("--json", type=Path, metavar="FILE")
    args = parser.parse_args()
    present = truths(args.truth) if args.truth else {}
    config = load_config(None, "generic", environment={}).config
    recognition = build_recognition(config.vision, config.infer)
    films = [run(config, recognition, p, present.get(p.stem, ()), args.sheets) for p in args.videos]
    print("| video | pictures | tracks | legible | found | right | answers | misread | stray |")
    print("|---|---|---|---|---|---|---|---|---|")
    for film in films:
        print(film.row())
    if args.json:
        counts = [{"video": film.name, "looked_at": film.looked_at, **film.reads.as_json()} for film in films]
        args.json.write_text(json.dumps(counts, indent=1) + "\n")


if __name__ == "__main__":
    main()
