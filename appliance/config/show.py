"""The merged configuration for a terminal: TOML that can be read again, each value with its origin."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .load import Loaded
from .sheet import Key

COMMENT_COLUMN = 44
_BARE = re.compile(r"[A-Za-z0-9_-]+$")


def as_toml(loaded: Loaded) -> str:
    """The configuration as TOML; a comment behind each value says where it comes from."""
    return "\n".join(_table(loaded, loaded.config.model_dump(mode="json"), ())).strip() + "\n"


def as_data(loaded: Loaded) -> dict[str, Any]:
    """The same for tools: files in order of precedence, and each value with its origin by path."""
    values = {
        ".".join(key): {"value": value, "origin": str(loaded.origin(key))}
        for key, value in _leaves(loaded.config.model_dump(mode="json"), ())
    }
    return {"board": loaded.config.board, "files": [str(p) for p in loaded.files], "values": values}


def _leaves(table: Mapping[str, Any], at: Key) -> Iterator[tuple[Key, Any]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*at, name))
        else:
            yield (*at, name), value


def _table(loaded: Loaded, table: Mapping[str, Any], at: Key) -> Iterator[str]:
    plain = {name: value for name, value in table.items() if not isinstance(value, Mapping)}
    if plain and at:
        yield f"\n[{'.'.join(_name(name) for name in at)}]"
    for name, value in plain.items():
        text = f"# {_name(name)} is not set" if value is None else f"{_name(name)} = {_value(value)}"
        yield f"{text:<{COMMENT_COLUMN}} # {loaded.origin((*at, name))}"
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _table(loaded, value, (*at, name))


def _name(name: str) -> str:
    return name if _BARE.match(name) else json.dumps(name, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_name(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
