"""Keys of older versions: what each is called now, or why it went. A file that has them still works.

A name here never returns with another meaning, so a file needs no version number: its keys tell its age.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..faults import ConfigFault
from .checks.finding import Finding, warn
from .sheet import Key, Sheet

_COMMAND = "`gatehouse config migrate --write` rewrites the file."


@dataclass(frozen=True, slots=True)
class Former:
    """A key or table of an older version. `name` is what its table calls it now, None where it is gone."""

    key: Key
    name: str | None
    why: str = ""

    @property
    def now(self) -> Key | None:
        return None if self.name is None else (*self.key[:-1], self.name)


FORMER = (
    Former(("heat",), "thermal"),
    Former(("outputs", "lamp"), None, "no lamp is driven; outputs.lights belongs to a car"),
    Former(
        ("vision", "recognition_threshold"),
        None,
        "access.recognition_threshold and access.sure_threshold decide",
    ),
)


def modernised(sheet: Sheet, former: tuple[Former, ...] = FORMER) -> tuple[Sheet, tuple[Finding, ...]]:
    """The sheet in today's keys, on the lines of the file as it is, and a finding for each older key.

    Raises ConfigFault where an older key and its successor are both there: nobody knows which one is meant.
    """
    older = tuple(each for each in former if _holds(sheet.values, each.key))
    for each in older:
        if each.now is not None and _holds(sheet.values, each.now):
            at = f"{sheet.path}:{sheet.lines.get(each.key, 1)}: {_dotted(each.key)}"
            raise ConfigFault(f"{at}: is {_dotted(each.now)} now, which is there too. Remove one of them.")
    values: dict[str, Any] = dict(sheet.values)
    for each in older:
        values = _without(values, each.key, each.name)
    lines = {_renamed(key, older): line for key, line in sheet.lines.items()}
    return Sheet(sheet.path, values, {**sheet.lines, **lines}), tuple(_findings(older))


def _findings(older: tuple[Former, ...]) -> Iterator[Finding]:
    for each in older:
        if each.now is None:
            yield warn(_dotted(each.key), f"has no effect any more: {each.why}.", _COMMAND)
        else:
            yield warn(_dotted(each.key), f"is {_dotted(each.now)} now, and is read as that.", _COMMAND)


def _renamed(key: Key, older: tuple[Former, ...]) -> Key:
    for each in older:
        if each.now is not None and key[: len(each.key)] == each.key:
            return (*each.now, *key[len(each.key) :])
    return key


def _holds(values: Mapping[str, Any], key: Key) -> bool:
    node: Any = values
    for name in key:
        if not isinstance(node, Mapping) or name not in node:
            return False
        node = node[name]
    return True


def _without(values: Mapping[str, Any], key: Key, name: str | None) -> dict[str, Any]:
    """A copy in which the value of `key` is called `name` in its table, or is gone."""
    first, rest = key[0], key[1:]
    if rest:
        return {**values, first: _without(values[first], rest, name)}
    return {
        (name or first if each == first else each): value
        for each, value in values.items()
        if each != first or name is not None
    }


def _dotted(key: Key) -> str:
    return ".".join(key)
