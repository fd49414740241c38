"""Each command that a remedy or a page tells people to give exists."""

from __future__ import annotations

import argparse
import importlib
import re
from pathlib import Path

import pytest

from appliance.__main__ import COMMANDS
from appliance.faults import every_fault

from .test_docs import PAGES
from .tree import ROOT

COMMAND = re.compile(
    r"(?:`|bin/|^|\$ |sudo )gatehouse ([a-z][a-z-]*)(?: ([a-z][a-z-]*)(?=[\s`]|$))?", re.MULTILINE
)


def actions(name: str) -> set[str]:
    """What may stand behind a command's name; empty where anything may."""
    parser = argparse.ArgumentParser()
    importlib.import_module(f"appliance.cli.{name}").configure(parser)
    chosen = [a.choices for a in parser._actions if a.choices and not a.option_strings]
    return {str(choice) for choices in chosen for choice in choices or ()}


def unknown(text: str) -> list[str]:
    """The commands in a text that `gatehouse` does not have."""
    return [f"{name} {action}".strip() for name, action in COMMAND.findall(text) if not _stands(name, action)]


def _stands(name: str, action: str) -> bool:
    if name not in COMMANDS:
        return False
    known = actions(name)
    return not known or not action or action in known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_names_commands_that_exist(page: Path) -> None:
    assert unknown(page.read_text(encoding="utf-8")) == []


def test_a_remedy_names_commands_that_exist() -> None:
    assert [wrong for fault in every_fault() for wrong in unknown(fault.remedy)] == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Run `gatehouse people list`.", ["people list"]),
        ("Run `gatehouse models verfy`.", ["models verfy"]),
        ("Run `gatehouse audit verfy`.", ["audit verfy"]),
        (".venv/bin/gatehouse chek", ["chek"]),
        ("Run `gatehouse audit verify` or `gatehouse check`.", []),
        ("`gatehouse read photo.jpg`", []),
    ],
)
def test_a_command_that_does_not_exist_is_found(text: str, wrong: list[str]) -> None:
    assert unknown(text) == wrong
