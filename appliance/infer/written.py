"""Manifests as TOML text, in the order of the schema and without what was left to its default."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .manifest import NetManifest

_WIDE = 100
# A list of long entries whose line would be wider than that is written with an entry a line.
_LONG = 16


def as_toml(net: NetManifest) -> str:
    """The text of a manifest; `load_net` reads the same from it."""
    data = net.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_unset=True)
    return "\n".join(_table("", data)).lstrip("\n") + "\n"


def _table(path: str, table: Mapping[str, Any]) -> Iterator[str]:
    """The plain keys of a table first: what follows a heading in TOML belongs to it."""
    inner = {key: value for key, value in table.items() if _is_table(path, value)}
    yield from (f"{key} = {_value(value)}" for key, value in table.items() if key not in inner)
    for key, value in inner.items():
        name = f"{path}.{key}".lstrip(".")
        if isinstance(value, Mapping):
            yield from _headed(f"[{name}]", name, value)
        else:
            for entry in value:
                yield from _headed(f"[[{name}]]", name, entry)


def _headed(heading: str, name: str, table: Mapping[str, Any]) -> Iterator[str]:
    if any(not _is_table(name, value) for value in table.values()):
        yield f"\n{heading}"
    yield from _table(name, table)


def _is_table(path: str, value: object) -> bool:
    """Lists of tables get headings at the top only: a golden frame's expectations stand in its lines."""
    entries = isinstance(value, list) and not path and all(isinstance(v, Mapping) for v in value)
    return isinstance(value, Mapping) or (entries and bool(value))


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(v)}" for key, v in value.items()) + " }"
    if isinstance(value, list):
        cells = [_value(one) for one in value]
        line = "[" + ", ".join(cells) + "]"
        tall = len(line) > _WIDE and max(map(len, cells)) > _LONG
        return "[\n" + "".join(f"    {cell},\n" for cell in cells) + "]" if tall else line
    if isinstance(value, float):
        # As JSON has it, but for inf and nan.
        return repr(value)
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
