"""What every source file owes its reader."""

from __future__ import annotations

import ast

import pytest

from .tree import Module, modules

SOURCES = [module for module in modules() if module.tree.body]


def named(module: Module) -> str:
    return module.name or "appliance"


@pytest.mark.parametrize("module", SOURCES, ids=named)
def test_a_module_says_what_it_is(module: Module) -> None:
    assert ast.get_docstring(module.tree)


@pytest.mark.parametrize("module", SOURCES, ids=named)
def test_production_narrows_or_raises_and_never_asserts(module: Module) -> None:
    asserts = [node.lineno for node in ast.walk(module.tree) if isinstance(node, ast.Assert)]

    assert asserts == []
