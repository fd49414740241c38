"""The documents name what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from appliance.hw.sim.summary import Summary

from .rooms import MAY_IMPORT, PLAIN
from .tree import PACKAGE, ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)")
LAW = re.compile(r"^\| \d+ .*", re.MULTILINE)
KEYS = list(Summary.of((), (), (), ()).as_json())
PLACE = re.compile(r"`([\w./]+)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = LINK.findall(page.read_text(encoding="utf-8"))

    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_room_stands_on_the_map() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = {name.replace("/", ".").strip(".").removesuffix(".py") for name in PLACE.findall(page)}

    assert {*MAY_IMPORT, *PLAIN} - named - {"diagram"} == set()


def test_every_place_where_a_law_is_held_exists() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    places = [place for line in LAW.findall(page) for place in PLACE.findall(line)]

    assert [p for p in places if not (ROOT / p).exists() and not (ROOT / PACKAGE / p).exists()] == []


def test_the_keys_of_the_twin_s_summary_stand_in_their_order() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = page.split("## What programs read")[1].split("## ")[0]

    assert [name for name in PLACE.findall(section) if name in KEYS] == KEYS
