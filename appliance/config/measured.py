"""What was measured on this board and its footage: a file over the profile and under the owner's.

`gatehouse bench --backends` and `gatehouse tune --write` each write their own tables of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..durable import replace
from ..faults import ConfigFault
from .checks.finding import Finding, warn
from .schema import Infer
from .sheet import Sheet, read_sheet

Tables = Mapping[str, Mapping[str, Any]]
"""Values by table and key."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "infer": ("chain", "threads", "precision"),
    "vision": ("idle_fps", "recognise_fps", "settled_fps", "detect_side", "detection_threshold"),
    "vote": ("min_reads",),
    "access": ("recognition_threshold",),
}
"""All that it may say: a measurement decides about nothing else."""
_BOARD = "board"
_REMEDY = "Delete it, or run `gatehouse bench --backends` and `gatehouse tune --write` again."
_HEAD = """\
# Written by `gatehouse bench --backends` ([infer]) and `gatehouse tune --write` (the rest), which measured on
# this board. Your own file wins over it; delete it, and the board's profile counts again.
"""


def measured_place(sheets: Iterable[Sheet]) -> Path:
    """Where it lies by the last of the files that says so, else by default."""
    place = Infer().measured
    for sheet in sheets:
        section = sheet.values.get("infer")
        named = section.get("measured") if isinstance(section, Mapping) else None
        place = Path(named) if isinstance(named, str) else place
    return place


def read_measured(place: Path, board: str) -> tuple[Sheet | None, tuple[Finding, ...]]:
    """What was measured on this board; what was measured on another is passed over, with a finding.

    Raises ConfigFault when the file is damaged or says more than KEYS.
    """
    if not place.is_file():
        return None, ()
    sheet = read_sheet(place)
    unknown = next(_unknown(sheet.values), None)
    if unknown is not None:
        raise ConfigFault(f"{place}: {unknown}: is nothing that a measurement decides. {_REMEDY}")
    other = sheet.values.get(_BOARD)
    if other != board:
        return None, (warn("infer.measured", f'names a file that was measured on "{other}".', _REMEDY),)
    return Sheet(place, {name: sheet.values[name] for name in KEYS if name in sheet.values}, sheet.lines), ()


def write_measured(place: Path, board: str, choice: Tables) -> None:
    """Put these tables in, whole or not at all; others that were measured on this board stay.

    Raises ConfigFault, also where the file that lies there is damaged.
    """
    known, _ = read_measured(place, board)
    tables: dict[str, Mapping[str, Any]] = {**({} if known is None else known.values), **choice}
    strange = next(_unknown(tables), None)
    if strange is not None:
        raise ValueError(f"{strange} is nothing that a measurement decides")
    text = "\n".join([f"{_HEAD}\n{_BOARD} = {json.dumps(board)}", *_lines(tables), ""])
    try:
        replace(place, text.encode())
    except OSError as error:
        remedy = "Name another place in infer.measured."
        raise ConfigFault(f"{place}: cannot be written: {error.strerror}. {remedy}") from error


def _lines(tables: Tables) -> Iterator[str]:
    for name in (name for name in KEYS if name in tables):
        yield f"\n[{name}]"
        yield from (f"{key} = {json.dumps(value)}" for key, value in tables[name].items())


def _unknown(values: Mapping[str, Any]) -> Iterator[str]:
    for name, section in values.items():
        if name == _BOARD:
            continue
        if name not in KEYS or not isinstance(section, Mapping):
            yield name
        else:
            yield from (f"{name}.{key}" for key in section if key not in KEYS[name])
