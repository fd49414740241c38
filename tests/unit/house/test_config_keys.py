"""Every key of the configuration is read by something: a key without effect misleads its owner."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from typing import get_args

from appliance.config.schema import Config, InputsSection, Outputs, Section

from .tree import Module, modules, parse

BY_NAME = (Outputs, InputsSection)
"""Tables that are walked as a whole: their keys are known by the names of lines, not as attributes."""


def sections(table: type[Section] = Config) -> Iterator[type[Section]]:
    """Every table of the schema, from the whole configuration down."""
    yield table
    for field in table.model_fields.values():
        for inner in _tables(field.annotation):
            yield from sections(inner)


def _tables(annotation: object) -> Iterator[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for argument in get_args(annotation):
        yield from _tables(argument)


@cache
def holders(table: type[Section]) -> set[str]:
    """The words by which a module names a table: its class, its key in those that hold it, they."""
    above = [
        (t, key) for t in sections() for key, f in t.model_fields.items() if table in _tables(f.annotation)
    ]
    return {table.__name__, *(key for _, key in above), *(t.__name__ for t, _ in above)}


def words_of(module: Module) -> tuple[set[str], set[str], set[str]]:
    """The attributes that a module reads, the names in it, and its texts."""
    nodes = list(ast.walk(module.tree))
    attributes = {n.attr for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Load)}
    names = {n.id for n in nodes if isinstance(n, ast.Name)}
    names |= {n.name for n in nodes if isinstance(n, ast.alias)}
    texts = {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return attributes, names | attributes, texts


def unread(house: Iterable[Module]) -> set[str]:
    """The keys that no module outside config/ reads. The module must name the key's table, too:
    tables share names of keys."""
    left = {(table, key) for table in sections() for key in table.model_fields}
    for module in house:
        if module.name.split(".")[0] != "config":
            attributes, names, texts = words_of(module)
            named = {table for table, _ in left if names & holders(table)}
            left -= {(t, key) for t, key in left if t in named and key in attributes}
            left -= {(t, key) for t, key in left if t in BY_NAME and key in texts}
    return {f"{table.__name__}.{key}" for table, key in left}


def test_every_key_is_read() -> None:
    assert unread(modules()) == set()


def test_a_key_that_nothing_reads_is_found() -> None:
    gate = parse("gate.gate", "config.gate.name\nconfig.gate.armed = True")
    config = parse("config.show", "config.gate.tick_s")

    found = unread([gate, config])

    assert {"Gate.armed", "Gate.tick_s", "Outputs.horn"} <= found
    assert "Gate.name" not in found


def test_a_key_that_only_another_table_s_namesake_stands_for_is_found() -> None:
    found = unread([parse("vision.loop", "def wait(vision: Vision): return vision.loop_limit_s")])

    assert "Vision.loop_limit_s" not in found
    assert "Watchdog.loop_limit_s" in found
