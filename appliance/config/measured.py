"""What `gatehouse bench --backends` picked: a file that lies over the profile and under the owner's file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..faults import ConfigFault
from .checks.finding import Finding, warn
from .schema import Infer
from .sheet import Sheet, read_sheet

KEYS = ("chain", "threads", "precision")
"""All that it may say, in [infer]: a measurement decides about nothing else."""
_REMEDY = "Delete it, or run `gatehouse bench --backends` again."
_HEAD = """\
# Written by `gatehouse bench --backends`, which measured on this board. Your own file wins over it; delete
# it, and the board's profile counts again.
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
    other = sheet.values.get("board")
    if other != board:
        return None, (warn("infer.measured", f'names a file that was measured on "{other}".', _REMEDY),)
    section = sheet.values.get("infer", {})
    return Sheet(place, {"infer": section}, sheet.lines), ()


def write_measured(place: Path, board: str, choice: Mapping[str, Any]) -> None:
    """Replace it, whole or not at all. `choice` has values for KEYS. Raises ConfigFault."""
    lines = [f"{key} = {json.dumps(choice[key])}" for key in KEYS]
    text = "\n".join([f"{_HEAD}\nboard = {json.dumps(board)}", "\n[infer]", *lines, ""])
    fresh = place.with_name(f"{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(place)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise ConfigFault(
            f"{place}: cannot be written: {error.strerror}. Name another place in infer.measured."
        ) from error


def _unknown(values: Mapping[str, Any]) -> Iterator[str]:
    section = values.get("infer", {})
    yield from (key for key in values if key not in ("board", "infer"))
    if not isinstance(section, Mapping):
        yield "infer"
        return
    yield from (f"infer.{key}" for key in section if key not in KEYS)
