"""`gatehouse tune` with the real nets, on a video of the twin."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from appliance.__main__ import main

from .twin_footage import film


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two drawn visits, and who came."""
    video = tmp_path_factory.mktemp("footage") / "gate.mp4"
    return video, film(video, 2, (960, 540), 10.0)


@pytest.fixture
def owner(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(f'[infer]\nmeasured = "{tmp_path / "measured.toml"}"\n', encoding="utf-8")
    return path


def test_the_gate_may_look_less_often_and_reads_all_that_came(
    footage: tuple[Path, Path], owner: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    video, labels = footage
    asked = ["--labels", str(labels), "--board", "sim", "--config", str(owner), "--write", "--json"]
    assert main(["tune", str(video), *asked]) == 0
    told = json.loads(capsys.readouterr().out)
    trial = told["chosen"]["trial"]
    assert (trial["found"], trial["read"], trial["wrong"]) == (2, 2, 0)
    assert trial["whole"]["looks_per_s"] < told["every_frame"]["whole"]["looks_per_s"] / 2
    assert main(["config", "show", "--board", "sim", "--config", str(owner), "--json"]) == 0
    values = json.loads(capsys.readouterr().out)["values"]
    assert values["vision.idle_fps"]["value"] == told["chosen"]["vision"]["idle_fps"]
    assert "measured.toml" in values["vision.idle_fps"]["origin"]


def test_without_labels_who_came_is_what_was_read(
    footage: tuple[Path, Path], owner: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    video, labels = footage
    chart = tmp_path / "tune.svg"
    assert main(["tune", str(video), "--board", "sim", "--config", str(owner), "--plot", str(chart)]) == 0
    shown = capsys.readouterr().out
    came = [line.split(",")[1] for line in labels.read_text().splitlines()[1:]]
    assert ("2 vehicles came" in shown, [plate in shown for plate in came]) == (True, [True, True])
    assert chart.read_text().startswith("<svg")
