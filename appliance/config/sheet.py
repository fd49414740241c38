"""One TOML file, read: its values, and the line on which each key stands."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..faults import ConfigFault

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Key = tuple[str, ...]
"""The path of a value: table names and the key's own name."""

_HEADER = re.compile(r"\s*(\[.+\])\s*(?:#.*)?$")
_ASSIGNMENT = re.compile(r"""\s*((?:[A-Za-z0-9_.-]|"[^"]*"|'[^']*'|\s)+?)\s*=""")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The values of one file and where they stand."""

    path: Path
    values: Mapping[str, Any]
    lines: Mapping[Key, int] = field(default_factory=dict)


def read_sheet(path: Path) -> Sheet:
    """Read one file. Raises ConfigFault when it cannot be read, is not UTF-8 or is not TOML."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigFault(
            f"{path}: cannot be read: {reason}. Name a file that exists and is readable."
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigFault(f"{path}: is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigFault(f"{path}: is not TOML: {error}. Correct that line.") from error
    return Sheet(path, values, _lines(text, values))


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the text that opens a table or assigns a value: its number, counted from 1, the table
    that it stands in, and the path that it spells itself.
    """

    line: int
    table: Key
    spelt: Key
    is_header: bool

    @property
    def key(self) -> Key:
        return self.spelt if self.is_header else (*self.table, *self.spelt)


def places(text: str, values: Mapping[str, Any]) -> Iterator[Place]:
    """Where each table and key stands. The parser keeps none, so the text is walked once more.

    A line inside a multi-line value may look like a key; only paths that the file really has count.
    """
    table: Key = ()
    for number, line in enumerate(text.splitlines(), start=1):
        header, assignment = _HEADER.match(line), _ASSIGNMENT.match(line)
        if header and _exists(values, _path(header[1])):
            table = _path(header[1])
            yield Place(number, table, table, is_header=True)
        elif assignment:
            place = Place(number, table, _path(f"{assignment[1]} = 0"), is_header=False)
            if _exists(values, place.key):
                yield place


def _lines(text: str, values: Mapping[str, Any]) -> dict[Key, int]:
    """The first line of each table and key."""
    found: dict[Key, int] = {}
    for place in places(text, values):
        found.setdefault(place.key, place.line)
    return found


def _path(snippet: str) -> Key:
    """The key path that one header or assignment names; empty where it is none."""
    try:
        node: Any = tomllib.loads(snippet)
    except tomllib.TOMLDecodeError:
        return ()
    names: list[str] = []
    while node and isinstance(node, (dict, list)):
        if isinstance(node, list):
            node = node[0]
            continue
        name, node = next(iter(node.items()))
        names.append(name)
    return tuple(names)


def _exists(values: Mapping[str, Any], key: Key) -> bool:
    node: Any = values
    for name in key:
        if isinstance(node, list):
            node = {k: v for item in node if isinstance(item, dict) for k, v in item.items()}
        if not isinstance(node, Mapping) or name not in node:
            return False
        node = node[name]
    return bool(key)
