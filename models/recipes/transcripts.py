"""Plate texts that people wrote down after the data was collected.

A CSV with the columns `image,x1,y1,x2,y2,text,region[,sure]`. `image` is a photograph with a plate's box, or
a crop of ocr.csv without one, whose label it replaces. `text` is A-Z 0-9, `~` for a plate too poor to read,
`-` for no number at all; an empty region is unknown; `sure` is 2 where the writer had no doubt, else 1.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from models.recipes.common import REGIONS, SLOTS

POOR, NONE = "~", "-"
KINDS = {POOR: "poor", NONE: "none"}


@dataclass(frozen=True)
class Transcript:
    """One plate written down; `box` in pixels of the photograph, None for a crop."""

    image: str
    box: tuple[float, float, float, float] | None
    text: str
    region: str | None
    sure: int

    @property
    def kind(self) -> str:
        """`text`, `poor` or `none`."""
        return KINDS.get(self.text, "text")


def read_transcripts(path: Path) -> list[Transcript]:
    """All rows; an unknown region or a text that no slot holds is refused."""
    out = []
    with open(path, newline="", encoding="utf-8") as f:
        for r in csv.DictReader(f):
            if not re.fullmatch(rf"[A-Z0-9]{{1,{SLOTS}}}|[~-]", r["text"]):
                raise ValueError(f"{path.name}: not a plate text for {r['image']}: {r['text']!r}")
            if r["region"] and r["region"] not in REGIONS:
                raise ValueError(f"{path.name}: unknown region {r['region']!r} for {r['image']}")
            box = (float(r["x1"]), float(r["y1"]), float(r["x2"]), float(r["y2"])) if r["x1"] else None
            sure = int(r.get("sure") or 2)
            out.append(Transcript(r["image"], box, r["text"], r["region"] or None, sure))
    return out


def named(transcripts: list[Transcript]) -> list[tuple[str, str]]:
    """(file, text) of those that have a text, for the hold-out rule."""
    return [(t.image, t.text) for t in transcripts if t.kind == "text"]
