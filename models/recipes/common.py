"""Vocabularies, folding and the hold-out rule shared by every recipe."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BLANK = len(ALPHABET)
SLOTS = 12
REGIONS = ("us", "eu", "gb", "br", "in", "cn", "au", "il", "other")
DETECTOR_CLASSES = ("car", "truck", "bus", "motorcycle", "plate", "face")
PLATE_CLASS = DETECTOR_CLASSES.index("plate")
FACE_CLASS = DETECTOR_CLASSES.index("face")
READER_SIZE = (64, 192)
HOLD_OUT = 0.15

_FOLD = str.maketrans("OI", "01")


def fold(text: str) -> str:
    """The text with O counted as 0 and I as 1, upper case, without separators."""
    return re.sub(r"[^A-Z0-9]", "", text.upper()).translate(_FOLD)


def unit_hash(key: str) -> float:
    """A stable number in [0, 1) drawn from the SHA-256 of `key`."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") / 2.0**64


def note(path: Path, row: dict[str, Any]) -> None:
    """Append a row to a log of JSON lines."""
    with path.open("a", encoding="utf-8") as log:
        log.write(json.dumps(row) + "\n")


def encode(text: str) -> list[int]:
    """Class index of each slot; the rest is BLANK. Text longer than SLOTS is refused."""
    if len(text) > SLOTS:
        raise ValueError(f"plate text longer than {SLOTS} characters")
    return [ALPHABET.index(c) for c in text] + [BLANK] * (SLOTS - len(text))


def region_of_text(text: str) -> str | None:
    """The region where the text's grammar alone tells it, else None."""
    if re.fullmatch(r"[A-Z]{2}\d{1,2}[A-Z]{1,3}\d{4}", text):
        return "in"
    if re.fullmatch(r"[A-Z]{2}\d{2}[A-Z]{3}", text):
        return "gb"
    if re.fullmatch(r"\d[A-Z]{3}\d{3}", text):
        return "us"
    return None


@dataclass(frozen=True)
class Box:
    """One annotation row, corners in pixels of the source image."""

    image: str
    x1: float
    y1: float
    x2: float
    y2: float
    kind: str
    text: str
    origin: str
    conf: float
    vehicle_type: str
    source: str
    width: int
    height: int


@dataclass(frozen=True)
class Crop:
    """One plate crop with its text (Latin part only)."""

    file: str
    text: str
    source: str
    chinese: bool


def read_boxes(data: Path) -> list[Box]:
    """All rows of annotations.csv."""
    with open(data / "annotations.csv", newline="", encoding="utf-8") as f:
        return [
            Box(
                r["image"],
                float(r["x1"]),
                float(r["y1"]),
                float(r["x2"]),
                float(r["y2"]),
                r["class"],
                r["text"],
                r["origin"],
                float(r["conf"] or 1),
                r["vehicle_type"],
                r["source"],
                int(r["width"]),
                int(r["height"]),
            )
            for r in csv.DictReader(f)
        ]


def read_crops(data: Path) -> list[Crop]:
    """All rows of ocr.csv; a leading Chinese character is dropped from the text."""
    out = []
    with open(data / "ocr.csv", newline="", encoding="utf-8") as f:
        for r in csv.DictReader(f):
            latin = re.sub(r"[^A-Z0-9]", "", r["text"].upper())
            chinese = not r["text"].isascii()
            if latin and latin == (r["text"][1:] if chinese else r["text"]):
                out.append(Crop(r["file"], latin, r["source"], chinese))
    return out


def group_keys(data: Path) -> dict[str, str]:
    """For each image, what it must not be parted from: dashcam frames go by minute of drive."""
    keys: dict[str, str] = {}
    with open(data / "origin_map.csv", newline="", encoding="utf-8") as f:
        for r in csv.DictReader(f):
            match = re.search(r"([^/]+)\.mp4#t=(\d+)", r["original_file"])
            if match:
                keys[r["image"]] = f"{match[1]}@{int(match[2]) // 60}"
    return keys


class _Union:
    def __init__(self) -> None:
        self.parent: dict[str, str] = {}

    def find(self, a: str) -> str:
        self.parent.setdefault(a, a)
        while self.parent[a] != a:
            self.parent[a] = self.parent[self.parent[a]]
            a = self.parent[a]
        return a

    def join(self, a: str, b: str) -> None:
        self.parent[self.find(a)] = self.find(b)


def _one_apart(texts: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Pairs of texts of five or more that differ in one place: the same plate, mislabelled."""
    seen: dict[str, str] = {}
    for text in texts:
        if len(text) < 5:
            continue
        for i in range(len(text)):
            for key in (text[:i] + "?" + text[i + 1 :], text[:i] + text[i + 1 :] + "#"):
                if key in seen and seen[key] != text:
                    yield seen[key], text
                seen[key] = text


def hold_out(data: Path, texts_added: Iterable[tuple[str, str]] = ()) -> dict[str, bool]:
    """For each image and crop: True where it is held out of training.

    Files that show the same plate text, or the same minute of a drive, share one fate, which is
    the hash of the group's first file name. `texts_added`, (file, text) pairs transcribed later, may
    join groups: the joint group is held out only if all of it was, since nets trained before saw the rest.
    """
    added = list(texts_added)
    if added:
        before = hold_out(data)
        return _joint_fate(_groups(data, added), before)
    fate = {}
    for members in _groups(data, added):
        held = unit_hash(os.path.basename(min(members))) < HOLD_OUT
        fate.update(dict.fromkeys(members, held))
    return fate


def _joint_fate(groups: list[list[str]], before: dict[str, bool]) -> dict[str, bool]:
    fate = {}
    for members in groups:
        fate.update(dict.fromkeys(members, all(before[m] for m in members)))
    return fate


def _groups(data: Path, added: list[tuple[str, str]]) -> list[list[str]]:
    """Files that must share one fate."""
    union = _Union()
    keys = group_keys(data)
    texts: set[str] = set()
    files: set[str] = set()
    named = [(b.image, b.text) for b in read_boxes(data)]
    named += [(c.file, c.text) for c in read_crops(data)] + added
    for file, text in named:
        files.add(file)
        union.join("f:" + file, "g:" + keys.get(file, file))
        folded = fold(text)
        if len(folded) >= 3:
            texts.add(folded)
            union.join("f:" + file, "t:" + folded)
    for a, b in _one_apart(sorted(texts)):
        union.join("t:" + a, "t:" + b)
    groups: dict[str, list[str]] = defaultdict(list)
    for file in sorted(files):
        groups[union.find("f:" + file)].append(file)
    return list(groups.values())
