"""`gatehouse bench` with the real nets, the real threads and the real disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from appliance.__main__ import main
from appliance.bench.compare import FIGURES
from appliance.config.load import read_config
from appliance.infer.models import SHIPPED

SMALL = ["--quick", "--frames", "5", "--openings", "5", "--board", "sim"]
GOLDEN = str(SHIPPED / "golden")

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def owner(tmp_path: Path) -> Path:
    """A configuration whose record lies where nothing else does."""
    path = tmp_path / "mine.toml"
    path.write_text(f'[record]\npath = "{tmp_path / "data" / "gate.db"}"\n', encoding="utf-8")
    return path


def measured(owner: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["bench", *words, *SMALL, "--json", "--config", str(owner)]) == 0
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    return report


def test_one_object_holds_every_stage(owner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = measured(owner, capsys)
    assert [report[name]["opening_ms"]["n"] for name in ("alone", "seeing")] == [5, 5]
    assert [report[name]["detect_ms"]["n"] for name in ("recognition", "one_core")] == [5, 5]
    assert report["recognition"]["size"] == [1920, 1080]
    assert 0.0 < report["recognition"]["ratio_to_bare"] < 2.0
    assert 0.0 < report["recognition"]["engine_share"] <= 1.0


def test_every_watched_figure_is_in_a_report(owner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = measured(owner, capsys)
    assert [figure.name for figure in FIGURES if figure.value(report) is None] == []


def test_the_parts_of_an_opening_make_the_whole(owner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alone = measured(owner, capsys, GOLDEN)["alone"]
    worst = sum(alone[f"{part}_ms"]["max"] for part in ("decide", "handover", "record", "act"))
    assert 0.0 < alone["opening_ms"]["max"] <= worst + 0.01
    assert alone["stop_ms"]["p50"] < 1000.0


def test_nothing_is_left_behind(owner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    measured(owner, capsys, GOLDEN)
    assert sorted(path.name for path in owner.parent.iterdir()) == ["mine.toml"]


BAD = [
    (["--against", "none.json"], "none.json: The earlier report cannot be compared with."),
    (["none.jpg"], "none.jpg: The given file cannot be used. (there is no such file)"),
]


@pytest.mark.parametrize(("words", "line"), BAD)
def test_bad_input_gets_one_line(words: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", *words, *SMALL]) == 2
    err = capsys.readouterr().err
    assert err.startswith(line)
    assert err.count("\n") == 1


def test_the_choice_of_backends_is_where_the_gate_finds_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    owner = tmp_path / "mine.toml"
    owner.write_text(f'[infer]\nmeasured = "{tmp_path / "measured.toml"}"\n', encoding="utf-8")
    words = ["--quick", "--json", "--board", "sim", "--config", str(owner)]
    assert main(["bench", "--backends", *words]) == 0
    told = json.loads(capsys.readouterr().out)
    loaded = read_config(owner, "sim")
    assert list(loaded.config.infer.chain) == told["choice"]["chain"]
    assert loaded.origin("infer.threads").source == told["written"]
    assert all(row["golden"] for row in told["measured"] if row["backend"] == "onnxruntime")


def test_what_is_not_the_nets_is_timed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--overhead", "--quick", "--frames", "5", "--json", "--board", "sim"]) == 0
    told = json.loads(capsys.readouterr().out)
    parts = [told["frame"][f"{name}_ms"] for name in ("engines", "opencv", "python")]
    assert min(parts[:2]) > 0.0
    assert sum(parts) == pytest.approx(told["frame"]["frame_ms"], abs=0.01)
    assert [way["ms"]["n"] for way in told["handover"]] == [200, 200, 200, 200]


def test_each_gain_is_timed_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--gains", "--quick", "--frames", "5", "--json", "--board", "sim"]) == 0
    gains = json.loads(capsys.readouterr().out)["gains"]
    assert len(gains) == 5
    assert all(lap["over_first"] > 0.0 for gain in gains for lap in gain["laps"])


def test_peers_stand_beside_ours(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", GOLDEN, "--peers", "--frames", "5", "--json", "--board", "sim"]) == 0
    rows = json.loads(capsys.readouterr().out)["peers"]
    assert [row["name"] for row in rows if row["processors"] == 1][-1] == "rapidocr"
    assert all(row["ms"]["p50"] > 0.0 for row in rows)


def test_the_layers_of_each_net_are_timed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--layers", "--quick", "--json", "--board", "sim"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {"detector", "reader"} <= told["nets"].keys()
    assert all(len(layers) > 20 for layers in told["nets"].values())
