"""A CSV file of labels as rows by column; spreadsheets in Europe part the cells with semicolons."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..faults import LabelFault

_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Form:
    """What a sheet is about. `key` is the column that a heading must have, `aliases` other words for it,
    `bare` the columns of a sheet without a heading, by their number. `only` are all columns that a heading
    may have, the first two of which it must; empty where any may stand. `fault` is raised.
    """

    key: str
    aliases: frozenset[str]
    bare: tuple[tuple[str, ...], ...]
    only: tuple[str, ...] = ()
    fault: type[LabelFault] = LabelFault


PICTURES = Form("image", frozenset({"file"}), (("image", "text"), ("image", "text", "region")))


def rows(path: Path, form: Form = PICTURES) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Number of the row's first line and cells by column; empty rows are left out. Raises LabelFault."""
    lines = text_of(path, form.fault).splitlines()
    if not lines:
        raise form.fault("the file is empty", part=str(path))
    delimiter = max(_DELIMITERS, key=lambda one: lines[0].count(one))
    table = _cells(path, lines, delimiter, form.fault)
    _, first = next(table)
    names = _columns(path, form, first)
    if names is None:
        names = _bare(path, form, first)
        table = _cells(path, lines, delimiter, form.fault)
    for number, cells in table:
        if any(cells):
            # A comma in such a file is a decimal one.
            point = (cell.replace(",", ".") if delimiter == ";" else cell for cell in cells)
            yield number, dict(zip(names, point))


def text_of(path: Path, fault: type[LabelFault] = LabelFault) -> str:
    """Raises `fault`."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise fault("it is not UTF-8; save it as CSV UTF-8", part=str(path)) from error
    except OSError as error:
        raise fault(f"it cannot be read: {error.strerror}", part=str(path)) from error


def _cells(
    path: Path, lines: list[str], delimiter: str, fault: type[LabelFault]
) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 1
    try:
        for cells in reader:
            yield number, [cell.strip() for cell in cells]
            number = reader.line_num + 1
    except csv.Error as error:
        raise fault(f"line {number}: a quote is not closed, or stands alone", part=str(path)) from error


def _columns(path: Path, form: Form, cells: list[str]) -> tuple[str, ...] | None:
    """The columns of a heading, None where the first line is none. Raises `form.fault`: a column of another
    name would be left out, and its cells with it.
    """
    names = tuple(form.key if c.lower() in form.aliases else c.lower() for c in cells)
    if form.key not in names and not set(names) & set(form.only):
        return None
    for needed in form.only[:2]:
        if needed not in names:
            raise form.fault(f"the first line names no column `{needed}`", part=str(path))
    for name in names:
        if form.only and name and name not in form.only:
            known = ", ".join(form.only)
            raise form.fault(f"the first line names a column `{name}`; known: {known}", part=str(path))
    return names


def _bare(path: Path, form: Form, cells: list[str]) -> tuple[str, ...]:
    for columns in form.bare:
        if len(columns) == len(cells):
            return columns
    raise form.fault(f"the first line names no column `{form.key}`", part=str(path))
