"""The wiring pages' pictures are those that their script draws."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

PAGES = Path(__file__).parents[3] / "docs" / "hardware"


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw", PAGES / "draw.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PICTURES = script().PICTURES


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_current_and_shown_on_a_page(name: str) -> None:
    text = (PAGES / f"{name}.svg").read_text(encoding="utf-8")
    pages = "".join(page.read_text(encoding="utf-8") for page in PAGES.glob("*.md"))

    assert text == PICTURES[name]().svg()
    assert ElementTree.fromstring(text).tag.endswith("svg")
    assert f"({name}.svg)" in pages
