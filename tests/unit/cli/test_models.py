"""`gatehouse models`: the list, and what it refuses before any net is loaded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from appliance.__main__ import main
from appliance.cli.models.png import PngCanvas
from appliance.evaluate.plot import HEIGHT, WIDTH, draw
from appliance.evaluate.session import Evaluation, Source

from ..infer.makers import SET, net_text, write_models


@pytest.fixture
def owner(tmp_path: Path) -> Path:
    """The owner's file, which names an own folder of models."""
    path = tmp_path / "mine.toml"
    path.write_text(f'[infer]\nmodels = "{tmp_path / "models"}"\n', encoding="utf-8")
    return path


def rows(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_list_has_every_file_of_every_set(owner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list", "--json", "--config", str(owner)]) == 0
    found = {(row["set"], row["part"], row["precision"]): row for row in rows(capsys)}
    detector = found["gatehouse", "detector", "fp32"]
    assert (detector["state"], detector["licence"]) == ("ok", "Apache-2.0")
    assert sum(bool(row["serves"]) for (*place, _), row in found.items() if place[1] == "detector") == 1
    assert ("ppocr", "rec", "fp32") in found


def test_people_get_a_line_a_file(owner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list", "--config", str(owner)]) == 0
    out = capsys.readouterr().out
    assert "gatehouse, serves:" in out
    assert "fp32" in out


def test_the_owner_s_own_set_is_listed_with_what_it_lacks(
    tmp_path: Path, owner: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_models(tmp_path / "models", net=net_text(), the_set=SET)
    (tmp_path / "models" / "det.int8.onnx").write_bytes(b"other weights")
    assert main(["models", "list", "--json", "--config", str(owner)]) == 0
    states = {row["precision"]: row["state"] for row in rows(capsys) if row["set"] == "mine"}
    assert states == {"fp32": "missing", "int8": "changed"}


def test_figures_are_shown_when_asked_for(owner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list", "--config", str(owner)]) == 0
    short = capsys.readouterr().out
    assert main(["models", "list", "--long", "--config", str(owner)]) == 0
    long = capsys.readouterr().out
    assert max(map(len, short.splitlines())) < 140
    assert set(short.splitlines()) < set(long.splitlines())


def test_a_narrow_file_has_its_own_figures(
    tmp_path: Path, owner: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net = net_text().replace("slack = 3.0", "slack = 3.0\nmetrics = { recall = 0.8 }")
    write_models(tmp_path / "models", net=f"{net}\n[metrics]\nrecall = 0.9\nmean = 0.7\n")
    assert main(["models", "list", "--json", "--config", str(owner)]) == 0
    figures = {row["precision"]: row["metrics"] for row in rows(capsys) if row["set"] == "mine"}
    assert figures == {"fp32": {"recall": 0.9, "mean": 0.7}, "int8": {"recall": 0.8}}


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_broken_manifest_is_a_row_and_the_others_are_listed(
    tmp_path: Path, owner: Path, form: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    write_models(tmp_path / "models", net=net_text().replace("licence", "license"))
    assert main(["models", "list", *form, "--config", str(owner)]) == 1
    out = capsys.readouterr().out
    assert "broken: " in out
    assert "license: no such key; the nearest is" in out
    assert "Mend it or delete it." in out
    assert "ppocr" in out


def test_a_net_whose_file_is_gone_is_found_wanting(
    tmp_path: Path, owner: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_models(tmp_path / "models")
    assert main(["models", "verify", "--set", "mine", "--json", "--config", str(owner)]) == 1
    (first, *_) = rows(capsys)
    assert (first["part"], first["ok"]) == ("det", False)
    assert "det.onnx" in str(first["problem"])
    assert first["remedy"] == "Put the right file there, or correct sha256 in its manifest, or delete that."


def test_a_broken_manifest_is_found_wanting(
    tmp_path: Path, owner: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_models(tmp_path / "models", net=net_text().replace("licence", "license"))
    assert main(["models", "verify", "--set", "mine", "--config", str(owner)]) == 1
    (line, _, end) = capsys.readouterr().out.splitlines()
    assert line.startswith("WANT  mine       all together")
    assert line.endswith('the nearest is "licence". Mend it or delete it.')
    assert end == "1 found wanting."


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["verify", "--set", "none"], "known: gatehouse, ppocr"),
        (["evaluate", "none"], "there is no such folder"),
        (["quantize", "--frames", "none"], "there is no such file"),
    ],
)
def test_what_is_not_there_gets_one_line(
    owner: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", *words, "--config", str(owner)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


def test_a_plot_that_is_no_picture_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["models", "evaluate", "photos", "--plot", "plot.pdf"])
    assert "must end in .svg or .png" in capsys.readouterr().err


def test_without_the_extra_quantize_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("appliance.cli.models.quantizing.find_spec", lambda name: None)
    assert main(["models", "quantize", "--frames", str(tmp_path)]) == 2
    assert "pip install 'gatehouse[quantize]'" in capsys.readouterr().err


def test_broken_labels_are_not_taken_for_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("onnx", reason="the extra `quantize` is not installed")
    (tmp_path / "a.jpg").touch()
    (tmp_path / "labels.csv").write_text("a.jpg,1,2,30\n", encoding="utf-8")
    assert main(["models", "quantize", "--frames", str(tmp_path)]) == 2
    assert "labels.csv: The labels of the pictures cannot be used." in capsys.readouterr().err


def test_a_png_is_drawn() -> None:
    canvas = PngCanvas(WIDTH, HEIGHT)
    draw(Evaluation(Source("mine", "fp32", "fake")), canvas)
    assert canvas.data().startswith(b"\x89PNG")


@pytest.mark.parametrize("option", ["--json", "--plot"])
def test_where_the_result_goes_is_tried_before_the_work(
    tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "no" / "such.svg"
    assert main(["models", "evaluate", "none", option, str(place)]) == 2
    assert f"{place}: The result cannot be written. (there is no folder" in capsys.readouterr().err
