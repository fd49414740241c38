"""Relative paths of a configuration count from one folder, not from where a command is called."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)


def at_home(section: M, home: Path) -> M:
    """The same with each relative path below `home`; Path() leaves all as it is."""
    return section if home == Path() else _moved(section, home)


def _moved(section: M, home: Path) -> M:
    return section.model_copy(update={name: _value(value, home) for name, value in section})


def _value(value: Any, home: Path) -> Any:
    if isinstance(value, Path):
        return home / value
    if isinstance(value, BaseModel):
        return _moved(value, home)
    if isinstance(value, Mapping):
        return {name: _value(one, home) for name, one in value.items()}
    return value
