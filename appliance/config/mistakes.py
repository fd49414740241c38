"""What is wrong with a value, in one line with its remedy: the schema's errors in plain words."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .schema import Config
from .sheet import Key

Context = Mapping[str, Any]

WORDS: dict[str, Callable[[Context], str]] = {
    "missing": lambda c: "is missing. Add it.",
    "greater_than": lambda c: f"must be greater than {c['gt']:g}. Raise it.",
    "greater_than_equal": lambda c: f"must be at least {c['ge']:g}. Raise it.",
    "less_than": lambda c: f"must be less than {c['lt']:g}. Lower it.",
    "less_than_equal": lambda c: f"must be at most {c['le']:g}. Lower it.",
    "literal_error": lambda c: f"must be one of {c['expected']}. Choose one.",
    "string_type": lambda c: "must be text. Put it in quotes.",
    "string_too_short": lambda c: "is too short. Give at least one character.",
    "string_too_long": lambda c: f"is longer than {c['max_length']} characters. Shorten it.",
    "string_pattern_mismatch": lambda c: 'has the wrong form. Write times as "07:30".',
    "bool_type": lambda c: "must be true or false. Write it without quotes.",
    "int_type": lambda c: "must be a whole number. Write it without quotes or point.",
    "int_from_float": lambda c: "must be a whole number. Write it without a fraction.",
    "float_type": lambda c: "must be a number. Write it without quotes.",
    "finite_number": lambda c: "must be finite. Give a number.",
    "too_short": lambda c: f"needs at least {c['min_length']} entries. Add them.",
    "tuple_type": lambda c: "must be a list. Put it in [ ].",
    "model_type": lambda c: "must be a table. Write it as [section] with keys below.",
    "dict_type": lambda c: "must be a table. Write it as [section] with keys below.",
}


def sentences(error: ValidationError) -> Iterator[tuple[Key, str]]:
    """For each mistake its key path, and "key: what is wrong. remedy." in the order of the file."""
    for details in error.errors(include_url=False):
        key = tuple(str(part) for part in details["loc"])
        yield key, f"{'.'.join(key)}: {_what(key, details)}"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """ "Did you mean ...?" for the closest of `known`, None where nothing is close."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f'Did you mean "{close[0]}"?' if close else None


def _what(key: Key, details: ErrorDetails) -> str:
    if details["type"] == "extra_forbidden":
        return f"is an unknown key. {_hint(key)}"
    words = WORDS.get(details["type"])
    if words is None:
        return f"{details['msg']}. See docs/configuration.md."
    given = details["input"]
    said = f" (it is {given!r})" if isinstance(given, (str, int, float)) else ""
    what, remedy = words(details.get("ctx", {})).split(". ", 1)
    return f"{what}{said}. {remedy}"


def _hint(key: Key) -> str:
    """The nearest known key: in the same table first, else the table in which the name does exist."""
    table, name = key[:-1], key[-1]
    here = known_keys(table)
    near = nearest(name, here)
    if near:
        return near
    elsewhere = sorted(".".join(path) for path in every_key() if path[-1] == name)
    if elsewhere:
        return f'Did you mean "{elsewhere[0]}"?'
    return f"Known here: {', '.join(sorted(here))}." if here else "Remove it."


def known_keys(table: Key) -> tuple[str, ...]:
    """The keys that the schema allows in the table at this path."""
    model = _model_at(table)
    return () if model is None else tuple(model.model_fields)


def every_key(model: type[BaseModel] = Config, at: Key = ()) -> Iterator[Key]:
    """The path of every value of the schema; "*" stands for a name that the owner chooses."""
    for name, info in model.model_fields.items():
        child, steps = _section(info.annotation)
        path = (*at, name, *steps)
        if child is None:
            yield path
        else:
            yield from every_key(child, path)


def _model_at(table: Key) -> type[BaseModel] | None:
    model: type[BaseModel] | None = Config
    names = list(table)
    while names and model is not None:
        info = model.model_fields.get(names.pop(0))
        model, steps = _section(info.annotation) if info is not None else (None, ())
        del names[: len(steps)]
    return model


def _section(annotation: Any) -> tuple[type[BaseModel] | None, Key]:
    """The section that a field holds, and the steps of free names (dict keys, indices) before it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, ()
    origin = getattr(annotation, "__origin__", None)
    for inner in getattr(annotation, "__args__", ()):
        child, steps = _section(inner)
        if child is not None:
            return child, (("*", *steps) if origin in (dict, tuple) else steps)
    return None, ()
