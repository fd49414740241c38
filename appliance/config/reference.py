"""The schema for people and for tools: JSON Schema, and the table of every key in the documentation."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .schema import Config

DIALECT = "https://json-schema.org/draft/2020-12/schema"
HEADING = "## Every key"
LIST = "[]"
"""Marks a path at which a list of sections stands."""
TABLE_HEAD = "| key | form | default | |\n|---|---|---|---|"

Node = Mapping[str, Any]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a complete configuration; editors check an owner's TOML file with it."""
    return {"$schema": DIALECT, **Config.model_json_schema(), "title": "Gatehouse configuration"}


def markdown() -> str:
    """Every key with its form, default and meaning, a table a section, in the order of the schema."""
    schema = json_schema()
    parts = [HEADING, *_sections(schema, schema, [""])]
    return "\n\n".join(parts) + "\n"


def _sections(schema: Node, node: Node, paths: list[str]) -> Iterator[str]:
    """The table of one section, which may stand at several paths, then those of the sections in it."""
    rows: list[str] = []
    below: dict[str, tuple[Node, list[str]]] = {}
    for name, given in node["properties"].items():
        inner, steps = _table(schema, given)
        if inner is None:
            rows.append(_row(name, given))
        else:
            deeper = [f"{path}.{name}{steps}".lstrip(".") for path in paths]
            below.setdefault(inner["title"], (inner, []))[1].extend(deeper)
    if rows:
        yield "\n\n".join([_title(paths), *_lead(node, paths), "\n".join([TABLE_HEAD, *rows])])
    for inner, deeper in below.values():
        yield from _sections(schema, inner, deeper)


def _title(paths: list[str]) -> str:
    if paths == [""]:
        return "### At the top"
    names = (f"[[{path.removesuffix(LIST)}]]" if path.endswith(LIST) else f"[{path}]" for path in paths)
    return "### " + ", ".join(f"`{name}`" for name in names)


def _lead(node: Node, paths: list[str]) -> list[str]:
    return [node["description"]] if paths != [""] and "description" in node else []


def _table(schema: Node, given: Node) -> tuple[Node | None, str]:
    """The section that a property holds, with the free names before it, or None for a plain value."""
    if "$ref" in given:
        return schema["$defs"][given["$ref"].rsplit("/", 1)[-1]], ""
    for choice in given.get("anyOf", ()):
        inner, steps = _table(schema, choice)
        if inner is not None:
            return inner, steps
    if "items" in given and "$ref" in given["items"]:
        return _table(schema, given["items"])[0], LIST
    more = given.get("additionalProperties")
    if isinstance(more, Mapping):
        inner, steps = _table(schema, more)
        return inner, f".NAME{steps}"
    return None, ""


def _row(name: str, given: Node) -> str:
    default = given.get("default")
    shown = (
        "required" if "default" not in given else "not set" if default is None else f"`{json.dumps(default)}`"
    )
    if given.get("type") == "object":
        shown = "empty"
    return f"| `{name}` | {_form(given)} | {shown} | {given.get('description', '')} |"


def _form(given: Node) -> str:
    if "anyOf" in given:
        return " or ".join(_form(choice) for choice in given["anyOf"] if choice.get("type") != "null")
    if "enum" in given:
        return ", ".join(f"`{json.dumps(value)}`" for value in given["enum"])
    words = {
        "boolean": "true, false",
        "integer": "whole number",
        "number": "number",
        "string": "text",
        "array": "list",
        "object": "table",
    }
    return words[given["type"]] + _bounds(given)


def _bounds(given: Node) -> str:
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    said = [f" {sign} {given[key]:g}" for key, sign in signs.items() if key in given]
    return ",".join(said)
