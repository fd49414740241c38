"""Now against then."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from appliance.bench.compare import FIGURES, PIPELINE, Figure, load_report, regressions
from appliance.bench.report import VERSION
from appliance.faults import BenchReportUnfit
from tests.unit.bench.reports import WATCHED, Make, beyond, pipeline, report, within

EVERY = pytest.mark.parametrize(("make", "figure"), WATCHED, ids=[figure.name for _, figure in WATCHED])


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_same_figures_are_no_regression() -> None:
    assert regressions(report(), report()) == []


def test_every_figure_is_found_in_a_report() -> None:
    assert [figure.path for figure in FIGURES if figure.value(report()) is None] == []
    assert [figure.path for figure in PIPELINE if figure.value(pipeline()) is None] == []


@EVERY
def test_each_figure_beyond_its_tolerance_gets_its_line(make: Make, figure: Figure) -> None:
    (line,) = regressions(make(), beyond(make, figure))

    assert line.startswith(f"{figure.name}: ")


@EVERY
def test_each_figure_within_its_tolerance_gets_none(make: Make, figure: Figure) -> None:
    assert regressions(make(), within(make, figure)) == []


def test_a_line_says_what_it_is_and_was() -> None:
    (line,) = regressions(report(), report(gate=400.0))

    assert line == "memory at most, without pictures, MB: 400, was 300 (tolerance 15%)"


def test_where_more_is_better_less_is_worse() -> None:
    assert len(regressions(report(), report(ratio_to_bare=0.5))) == 1
    assert regressions(report(), report(ratio_to_bare=0.9)) == []


def test_a_slower_disk_is_no_regression_of_the_gate() -> None:
    assert regressions(report(), report(disk=10.0, opening=12.0)) == []


def test_what_is_smaller_than_noise_does_not_count() -> None:
    assert regressions(report(gate_share=0.001), report(gate_share=0.009)) == []


def test_what_one_side_lacks_is_left_out() -> None:
    assert regressions({"bench": VERSION}, report()) == []


def test_an_earlier_report_is_loaded(tmp_path: Path) -> None:
    path = written(tmp_path / "then.json", json.dumps(report()))

    assert load_report(path) == report()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"bench": 0}'])
def test_another_file_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(BenchReportUnfit) as refused:
        load_report(written(tmp_path / "then.json", text))
    assert str(refused.value).count("\n") == 0


def test_a_report_of_enough_frames_judges(tmp_path: Path) -> None:
    assert load_report(written(tmp_path / "then.json", json.dumps(report(frames=30))))


def test_a_report_of_few_frames_judges_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "then.json", json.dumps(report(frames=29)))
    with pytest.raises(BenchReportUnfit, match="29 frames are too few"):
        load_report(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BenchReportUnfit, match="No such file"):
        load_report(tmp_path / "none.json")


def test_a_report_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BenchReportUnfit, match="no report of bench_pipeline version 1"):
        load_report(written(tmp_path / "then.json", json.dumps(report())), "bench_pipeline")
