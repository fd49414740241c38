"""Rewrite a file of an older version in today's keys, line by line: comments and layout stay."""

from __future__ import annotations

import difflib
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..durable import replace
from ..faults import ConfigFault
from .former import FORMER, Former, modernised
from .sheet import Place, places, read_sheet

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# One name of a dotted key.
_NAME = re.compile(r""""[^"]*"|'[^']*'|[A-Za-z0-9_-]+""")


@dataclass(frozen=True, slots=True)
class Migration:
    """A file before and after. Both texts are equal for one that is current."""

    path: Path
    before: str
    after: str

    @property
    def is_needed(self) -> bool:
        return self.before != self.after

    def difference(self) -> str:
        """As `diff -u` shows it."""
        before, after = (text.splitlines(keepends=True) for text in (self.before, self.after))
        lines = difflib.unified_diff(before, after, str(self.path), f"{self.path} (migrated)")
        # A file may end without a line break; what is printed after it must not follow on its last line.
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)

    def write(self, stamp: str) -> Path:
        """Put the new text in place; the old file stays beside it, named by `stamp`. Raises ConfigFault."""
        kept = self.path.with_name(f"{self.path.name}.{stamp}")
        remedy = "Give: sudo gatehouse config migrate --write."
        try:
            shutil.copy2(self.path, kept)
            replace(self.path.resolve(), self.after.encode())
        except OSError as error:
            raise ConfigFault(f"{self.path}: cannot be rewritten: {error.strerror}. {remedy}") from error
        return kept


def migrate(path: Path, former: tuple[Former, ...] = FORMER) -> Migration:
    """What `path` would be in today's keys. Raises ConfigFault where it cannot be read or rewritten."""
    sheet = read_sheet(path)
    wanted, findings = modernised(sheet, former)
    before = path.read_bytes().decode("utf-8")
    after = before
    for each in former:
        after = _rewritten(after, each)
    if _pruned(tomllib.loads(after)) != _pruned(wanted.values):
        keys = ", ".join(finding.key for finding in findings)
        raise ConfigFault(f"{path}: is not laid out line by line. Change by hand: {keys}.")
    return Migration(path, before, after)


def _pruned(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without empty tables: one whose last key went has no header any more, or still has."""
    tables = {k: _pruned(v) if isinstance(v, Mapping) else v for k, v in values.items()}
    return {name: value for name, value in tables.items() if value != {}}


def _rewritten(text: str, former: Former) -> str:
    lines = text.splitlines(keepends=True)
    found = [place for place in places(text, tomllib.loads(text)) if _is_below(place, former)]
    if former.name is None:
        gone = {number for place in found for number in _span(lines, place)}
        return "".join(line for number, line in enumerate(lines, start=1) if number not in gone)
    for place in found:
        index = len(former.key) - 1 - (0 if place.is_header else len(place.table))
        if index >= 0:
            lines[place.line - 1] = _with_name(lines[place.line - 1], index, former.name)
    return "".join(lines)


def _is_below(place: Place, former: Former) -> bool:
    return place.key[: len(former.key)] == former.key


def _with_name(line: str, index: int, name: str) -> str:
    """The line with the name at `index` of the path that it spells replaced."""
    match = list(_NAME.finditer(line))[index]
    return f"{line[: match.start()]}{name}{line[match.end() :]}"


def _span(lines: Sequence[str], place: Place) -> range:
    """The lines of a value, which may be a long one, or of a table's header."""
    if place.is_header:
        return range(place.line, place.line + 1)
    for last in range(place.line, len(lines) + 1):
        if _is_toml("".join(lines[place.line - 1 : last])):
            return range(place.line, last + 1)
    return range(place.line, place.line + 1)


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True
