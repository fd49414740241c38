"""The schema in words: complete, and the documentation is current."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from appliance.config.load import load_config
from appliance.config.mistakes import every_key
from appliance.config.reference import HEADING, json_schema, markdown

PAGE = Path(__file__).resolve().parents[3] / "docs" / "configuration.md"


def test_the_page_is_current() -> None:
    """`make docs` writes it."""
    page = PAGE.read_text(encoding="utf-8")

    assert page[page.index(HEADING) :] == markdown()


def test_the_examples_of_the_page_can_be_used(tmp_path: Path) -> None:
    examples = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "mine.toml"
    path.write_text("\n".join(examples), encoding="utf-8")

    assert load_config(path, None, regions=["uk"]).findings == ()


def test_every_key_has_its_row() -> None:
    table = markdown()

    assert [key for key in every_key() if f"| `{key[-1]}` |" not in table and key[-1] != "*"] == []


@pytest.mark.parametrize(
    "row",
    [
        "| `motion_limit_s` | number > 0, ≤ 3600 | `8.0` | longer motion is a fault (law 6) |",
        '| `channel` | `"gpio"`, `"serial"` | `"gpio"` |  |',
        "| `known_plates` | table | empty | plate = owner; more with `gatehouse plates add` |",
    ],
)
def test_a_row_says_form_default_and_meaning(row: str) -> None:
    assert row in markdown().splitlines()


@pytest.mark.parametrize("title", ["`[cameras.NAME]`", "`[[access.schedules.NAME]]`", "`[outputs.close]`"])
def test_a_table_has_its_heading(title: str) -> None:
    (line,) = [line for line in markdown().splitlines() if title in line]

    assert line.startswith("### ")


def test_the_schema_forbids_unknown_keys_in_every_table() -> None:
    schema = json_schema()
    tables = [schema, *schema["$defs"].values()]

    assert [table["title"] for table in tables if table["additionalProperties"] is not False] == []
