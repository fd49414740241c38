"""`gatehouse config`: what it shows can be read again, and says where it came from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from appliance.__main__ import main
from appliance.config.load import load_config
from appliance.config.reference import json_schema

MINE = '[gate]\nname = "north \\"gate\\""\n[access.known_plates]\nAB12CDE = "Ä"\n"X 1" = "Bo"\n'


@pytest.fixture
def owner(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(MINE, encoding="utf-8")
    return path


def test_what_is_shown_can_be_loaded_again(
    owner: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["config", "show", "--board", "sim", "--config", str(owner)])
    again = tmp_path / "again.toml"
    again.write_text(capsys.readouterr().out, encoding="utf-8")

    assert load_config(again, "sim").config == load_config(owner, "sim").config


def test_each_value_is_shown_with_its_origin(owner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["config", "show", "--board", "sim", "--config", str(owner)])
    _, _, gate = capsys.readouterr().out.partition("[gate]\n")
    line = next(line for line in gate.splitlines() if line.startswith("name = "))

    assert line.split() == ["name", "=", '"north', '\\"gate\\""', "#", f"{owner}:2"]


def test_tools_get_one_object(owner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["config", "show", "--json", "--board", "sim", "--config", str(owner)])
    shown = json.loads(capsys.readouterr().out)

    assert shown["board"] == "sim"
    assert shown["files"][-1] == str(owner)
    assert shown["values"]["gate.name"] == {"value": 'north "gate"', "origin": f"{owner}:2"}
    assert shown["values"]["gate.tick_s"]["origin"] == "default"


def test_the_schema_is_exported(capsys: pytest.CaptureFixture[str]) -> None:
    main(["config", "schema"])
    schema = json.loads(capsys.readouterr().out)

    assert schema == json_schema()
    assert schema["additionalProperties"] is False


def test_a_broken_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[gate]\nnmae = 1\n", encoding="utf-8")

    assert main(["config", "show", "--board", "sim", "--config", str(path)]) == 2
    assert capsys.readouterr().err == f'{path}:2: gate.nmae: is an unknown key. Did you mean "name"?\n'
