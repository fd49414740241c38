"""Labels of pictures: one CSV file for a folder, or a text file beside each picture (docs/models.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path

from ..faults import LabelFault
from ..hw.cameras.footage import IMAGES
from ..sight import Box
from . import sheet as sheets
from .kinds import FAMILIES

FILES = ("labels.csv", "annotations.csv")
_CORNERS = ("x1", "y1", "x2", "y2")
# Share of a box that must lie in its picture; hands that draw boxes slip over the edge.
_INSIDE = 0.5
# Words of a line `file x y w h TEXT`; the text may hold spaces.
_SIDECAR = 6
_NONE = "no label can be used: {}"


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
    labelled = labels_if_any(folder, file)
    if not labelled.pictures:
        raise LabelFault(_NONE.format(f"neither {FILES[0]} nor NAME.txt beside NAME.jpg"), part=str(folder))
    return labelled


def labels_if_any(folder: Path, file: Path | None = None) -> Labelled:
    """As `read_labels`, but nothing where nobody labelled anything.

    Raises LabelFault where somebody did, and not one label can be used.
    """
    try:
        labelled = _found(folder, file)
    except OSError as error:
        place = str(error.filename or folder)
        raise LabelFault(f"it cannot be read: {error.strerror}", part=place) from error
    if labelled.complaints and not labelled.pictures:
        raise LabelFault(_NONE.format(labelled.complaints[0]), part=str(folder))
    return labelled


def misplaced(labels: Sequence[Label], width: int, height: int) -> dict[Label, str]:
    """Labels whose box lies mostly outside a picture of this size, and what is wrong with each."""
    return {
        label: f"the box {_told(label.box)} lies outside the picture of {width} x {height}"
        for label in labels
        if label.box is not None and _shared(label.box, width, height) < _INSIDE * label.box.area
    }


def plain(text: str) -> str:
    """Upper case A-Z 0-9, all else left out."""
    return re.sub("[^A-Z0-9]", "", text.upper())


def _found(folder: Path, file: Path | None) -> Labelled:
    if folder.is_file():
        raise LabelFault("it is a file; name its folder, and the file with --labels", part=str(folder))
    if not folder.is_dir():
        raise LabelFault("there is no such folder", part=str(folder))
    # Else a folder that may not be read looks like an empty one.
    next(folder.iterdir(), None)
    sheet = file or _sheet(folder)
    return _of_sheet(sheet) if sheet is not None else _of_sidecars(folder)


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
    for number, row in sheets.rows(path):
        try:
            picture, label = _cells(path.parent, row)
        except _BadLabel as bad:
            labelled.complaints.append(f"{path}:{number}: {bad}")
            continue
        by_picture.setdefault(picture, [])
        _keep(labelled, by_picture[picture], label)
    labelled.pictures = [Picture(p, tuple(labels)) for p, labels in by_picture.items()]
    return labelled


def _cells(folder: Path, row: Mapping[str, str]) -> tuple[Path, Label]:
    name = row.get("image", "")
    if not name:
        raise _BadLabel("the column `image` is empty")
    picture = _picture(folder / name)
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
        lines = sheets.text_of(path).splitlines()
    except LabelFault as fault:
        labelled.complaints.append(f"{path}: {fault.detail}")
        return labels
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            _keep(labelled, labels, _sidecar(line, region))
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
        raise _BadLabel(f"{path.name} is no picture")
    if not path.is_file():
        raise _BadLabel(f"there is no picture {path}")
    return path


def _box(corners: Iterable[str]) -> Box:
    return _checked(Box(*_numbers(corners)))


def _checked(box: Box) -> Box:
    if box.x2 <= box.x1 or box.y2 <= box.y1:
        raise _BadLabel(f"the box {_told(box)} has no size")
    return box


def _told(box: Box) -> str:
    return f"{box.x1:g} {box.y1:g} {box.x2:g} {box.y2:g}"


def _shared(box: Box, width: int, height: int) -> float:
    """The area of the box that lies in the picture."""
    return Box(max(0, box.x1), max(0, box.y1), min(width, box.x2), min(height, box.y2)).area


def _numbers(words: Iterable[str]) -> tuple[float, float, float, float]:
    a, b, c, d = (_number(word) for word in words)
    return a, b, c, d


def _number(word: str) -> float:
    if not word:
        raise _BadLabel("a side of the box is empty")
    try:
        value = float(word)
    except ValueError as error:
        raise _BadLabel(f"a side of the box is no number: {word}") from error
    if not isfinite(value):
        raise _BadLabel(f"a side of the box is not finite: {word}")
    return value
