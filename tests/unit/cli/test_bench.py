"""`gatehouse bench --against`: the exit code, for every figure that is watched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from appliance.__main__ import main
from appliance.bench.backends import Choice, Contest, Measured
from appliance.bench.compare import FIGURES, Figure
from appliance.cli import bench, bench_backends
from appliance.config.schema import BACKENDS
from tests.unit.bench.reports import beyond, report, within

EVERY = pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)


@dataclass
class FakeReport:
    told: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return self.told

    def lines(self) -> Iterator[str]:
        yield "measured"


@pytest.fixture
def then(tmp_path: Path) -> Path:
    path = tmp_path / "then.json"
    path.write_text(json.dumps(report()), encoding="utf-8")
    return path


def compared(monkeypatch: pytest.MonkeyPatch, then: Path, now: dict[str, Any]) -> int:
    monkeypatch.setattr(bench, "_measure", lambda ours, args: FakeReport(now))
    return main(["bench", "--against", str(then), "--board", "sim"])


@EVERY
def test_a_figure_that_got_worse_ends_with_1(
    figure: Figure, then: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compared(monkeypatch, then, beyond(report, figure)) == 1
    assert f"\nworse: {figure.name}: " in capsys.readouterr().err


@EVERY
def test_a_figure_within_its_tolerance_ends_with_0(
    figure: Figure, then: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compared(monkeypatch, then, within(report, figure)) == 0
    assert capsys.readouterr().err == "load average: 0.5 and 1.2 then, 0.5 and 1.2 now\n"


@pytest.mark.parametrize("words", [["--quick"], ["--frames", "29"]])
def test_few_frames_are_refused_before_anything_is_measured(
    words: list[str], then: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "--against", str(then), "--board", "sim", *words]) == 2
    assert "frames are too few for it; 30 at least" in capsys.readouterr().err


def test_few_pictures_are_told_and_not_judged(
    then: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compared(monkeypatch, then, report(frames=11)) == 2
    told = capsys.readouterr()
    assert ("measured" in told.out, "11 frames are too few" in told.err) == (True, True)


def test_the_same_again_ends_with_0(then: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert compared(monkeypatch, then, report()) == 0


@pytest.mark.parametrize("mode", ["--gains", "--overhead", "--peers", "--layers"])
def test_what_is_not_watched_is_not_compared(
    mode: str, then: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", mode, "--against", str(then)]) == 2
    assert "--against: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--gains", "--gpu"], "--gains --gpu"),
        (["--plot", "x.svg"], "--plot"),
        (["--layers", "--plot", "x.svg"], "--plot"),
        (["--layers", "photos"], "PATH"),
    ],
)
def test_what_would_not_be_heeded_is_refused(
    words: list[str], part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", *words]) == 2
    told = capsys.readouterr().err
    assert (told.startswith(f"{part}: "), "`gatehouse bench --help`" in told) == (True, True)


def test_a_report_of_another_kind_is_refused_before_anything_is_measured(
    then: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "--pipeline", "none.mp4", "--against", str(then)]) == 2
    told = capsys.readouterr().err
    assert "no report of bench_pipeline" in told
    assert "Name a file that `gatehouse bench --json`" in told


@pytest.mark.parametrize("words", [["--json"], []])
def test_a_choice_that_cannot_be_written_was_said(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    config = tmp_path / "gate.toml"
    config.write_text(f'[infer]\nmeasured = "{tmp_path}/file/measured.toml"\n')
    monkeypatch.setattr(Contest, "measure", lambda contest: iter(()))
    monkeypatch.setattr(bench_backends, "choose", lambda *_: Choice(("it",), 1, "auto", 12.0))
    assert main(["bench", "--backends", "--board", "sim", "--config", str(config), *words]) == 2
    told = capsys.readouterr()
    assert ("12.0" in told.out, "written to" in told.out, "measured.toml" in told.err) == (True, False, True)


@pytest.mark.parametrize("name", BACKENDS)
def test_a_backend_s_name_and_its_figures_stand_apart(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = Measured("", None, name, 0, refusal="no GPU")
    monkeypatch.setattr(Contest, "measure", lambda contest: iter([row]))
    assert main(["bench", "--backends", "--board", "sim"]) == 2
    assert capsys.readouterr().out.split() == [name, "not", "here:", "no", "GPU"]
