"""Labels of pictures: one CSV file for a folder, or a text file beside each picture (docs/models.md)."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..faults import LabelFault
from ..hw.cameras.footage import IMAGES
from ..sight import Box
from .kinds import FAMILIES

FILES = ("labels.csv", "annotations.csv")
_CORNERS = ("x1", "y1", "x2", "y2")
_BARE = (("image", "text"), ("image", "text", "region"))
"""Columns of a CSV file without a heading, by their number."""
_SIDECAR = 6
"""Words of a line `file x y w h TEXT`; the text may hold spaces."""


@dataclass(frozen=True, slots=True)
class Label:
    """One thing on a picture. `box` is None where only the text is known; `text` is A-Z 0-9, empty where
    nobody wrote it down.
    """

    kind: str
    box: Box | None
    text: str
    region: str


@dataclass(frozen=True, slots=True)
class Picture:
    path: Path
    labels: tuple[Label, ...]


@dataclass(slots=True)
class Labelled:
    """Pictures with their labels, and a line for each label that cannot be used."""

    pictures: list[Picture] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    passed_over: dict[str, int] = field(default_factory=dict)
    """Classes that the nets do not look for, and how many labels have them."""


class _BadLabel(ValueError):
    """What is wrong with one label."""


def read_labels(folder: Path, file: Path | None = None) -> Labelled:
    """The labelled pictures of a folder.

    `file` names the CSV file; else labels.csv, annotations.csv or the folder's only CSV file is taken,
    else the text files beside the pictures, in folders below too. Raises LabelFault where there are none.
    """
    if not folder.is_dir():
        raise LabelFault("there is no such folder", part=str(folder))
    sheet = file or _sheet(folder)
    labelled = _of_sheet(sheet) if sheet is not None else _of_sidecars(folder)
    if not labelled.pictures:
        why = (
            labelled.complaints[0]
            if labelled.complaints
            else f"neither {FILES[0]} nor NAME.txt beside NAME.jpg"
        )
        raise LabelFault(f"no label can be used: {why}", part=str(folder))
    return labelled


def plain(text: str) -> str:
    """Upper case A-Z 0-9, all else left out."""
    return re.sub("[^A-Z0-9]", "", text.upper())


def _sheet(folder: Path) -> Path | None:
    named = [folder / name for name in FILES if (folder / name).is_file()]
    others = sorted(folder.glob("*.csv"))
    if named or len(others) == 1:
        return (named or others)[0]
    if others:
        raise LabelFault(
            f"{len(others)} CSV files and none is {FILES[0]}; name one with --labels", part=str(folder)
        )
    return None


# -- one file for all ------------------------------------------------------------------------------------


def _of_sheet(path: Path) -> Labelled:
    labelled = Labelled()
    by_picture: dict[Path, list[Label]] = {}
    for number, row in _rows(path):
        try:
            picture, label = _cells(path.parent, row)
        except _BadLabel as bad:
            labelled.complaints.append(f"{path}:{number}: {bad}")
            continue
        by_picture.setdefault(picture, [])
        _keep(labelled, by_picture[picture], label)
    labelled.pictures = [Picture(p, tuple(labels)) for p, labels in by_picture.items()]
    return labelled


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Number of the line and cells by column. Raises LabelFault."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LabelFault(f"not a readable UTF-8 file ({error})", part=str(path)) from error
    if not lines:
        raise LabelFault("the file is empty", part=str(path))
    head, start = _heading(path, next(csv.reader(lines[:1])))
    for number, cells in enumerate(csv.reader(lines[start:]), start + 1):
        if any(cells):
            yield number, dict(zip(head, (cell.strip() for cell in cells)))


def _heading(path: Path, cells: list[str]) -> tuple[tuple[str, ...], int]:
    """The columns, and how many lines name them."""
    names = tuple("image" if c.strip().lower() == "file" else c.strip().lower() for c in cells)
    if "image" in names:
        return names, 1
    bare = next((columns for columns in _BARE if len(columns) == len(cells)), None)
    if bare is None:
        raise LabelFault("the first line names no column `image`", part=str(path))
    return bare, 0


def _cells(folder: Path, row: Mapping[str, str]) -> tuple[Path, Label]:
    picture = _picture(folder / row.get("image", ""))
    given = [row.get(name, "") for name in _CORNERS]
    box = _box(given) if any(given) else None
    kind = row.get("class", "").lower() or "plate"
    return picture, _label(kind, box, row.get("text", ""), row.get("region", ""))


# -- a file beside each picture --------------------------------------------------------------------------


def _of_sidecars(folder: Path) -> Labelled:
    """OpenALPR's benchmark: lines `file x y w h TEXT`; the folder below `folder` is the region."""
    labelled = Labelled()
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in IMAGES):
        beside = path.with_suffix(".txt")
        if beside.is_file():
            region = str(path.parent.relative_to(folder)).strip(".")
            labels = _lines(labelled, beside, region)
            labelled.pictures += [Picture(path, tuple(labels))] if labels else []
    return labelled


def _lines(labelled: Labelled, path: Path, region: str) -> list[Label]:
    labels: list[Label] = []
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        labelled.complaints.append(f"{path}: not a readable UTF-8 file ({error})")
        return labels
    for number, line in enumerate(lines, 1):
        try:
            _keep(labelled, labels, _sidecar(line, region)) if line.strip() else None
        except _BadLabel as bad:
            labelled.complaints.append(f"{path}:{number}: {bad}")
    return labels


def _sidecar(line: str, region: str) -> Label:
    words = line.split("\t") if "\t" in line else line.split(maxsplit=_SIDECAR - 1)
    if len(words) < _SIDECAR:
        raise _BadLabel(f"{len(words)} words instead of file x y w h TEXT")
    x, y, width, height = _numbers(words[1:5])
    box = _checked(Box(x, y, x + width, y + height))
    return _label("plate", box, words[5], region)


# -- one label -------------------------------------------------------------------------------------------


def _label(kind: str, box: Box | None, text: str, region: str) -> Label:
    if box is None and kind != "plate":
        raise _BadLabel(f"a {kind} needs x1, y1, x2 and y2")
    if box is None and not plain(text):
        raise _BadLabel("neither a box nor a text of A-Z 0-9")
    return Label(kind, box, plain(text), region)


def _keep(labelled: Labelled, labels: list[Label], label: Label) -> None:
    if label.kind in FAMILIES:
        labels.append(label)
    else:
        labelled.passed_over[label.kind] = labelled.passed_over.get(label.kind, 0) + 1


def _picture(path: Path) -> Path:
    if path.suffix.lower() not in IMAGES:
        raise _BadLabel(f"{path.name or 'nothing'} is no picture")
    if not path.is_file():
        raise _BadLabel(f"there is no picture {path}")
    return path


def _box(corners: Iterable[str]) -> Box:
    return _checked(Box(*_numbers(corners)))


def _checked(box: Box) -> Box:
    if box.x2 <= box.x1 or box.y2 <= box.y1:
        raise _BadLabel(f"the box {box.x1:g} {box.y1:g} {box.x2:g} {box.y2:g} has no size")
    return box


def _numbers(words: Iterable[str]) -> tuple[float, float, float, float]:
    try:
        a, b, c, d = (float(word) for word in words)
    except ValueError as error:
        raise _BadLabel(f"a side of the box is no number ({error})") from error
    return a, b, c, d
