"""Now against then."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from appliance.bench.compare import FIGURES, load_report, regressions
from appliance.faults import BenchFault


def report(**changed: float) -> dict[str, Any]:
    """A report in which every watched figure is there."""
    figures = {
        "ratio_to_bare": 0.5,
        "engine_share": 0.9,
        "cpu_s_per_frame": 0.2,
        "peak": 300.0,
        "opening": 2.0,
        "disk": 1.0,
        "decide": 0.8,
        "stop": 60.0,
        "gate_share": 0.02,
        **changed,
    }
    return {
        "bench": 1,
        "recognition": {
            **{name: figures[name] for name in ("ratio_to_bare", "engine_share", "cpu_s_per_frame")},
            "detect_ms": {"p50": 60.0},
            "read_ms": {"p50": 30.0},
        },
        "memory_mb": {"peak": figures["peak"]},
        "alone": {
            "opening_ms": {"p50": figures["opening"]},
            "disk_ms": {"p50": figures["disk"]},
            "decide_ms": {"p50": figures["decide"]},
            "stop_ms": {"p95": figures["stop"]},
            "idle": {"gate_share": figures["gate_share"]},
        },
        "seeing": {"unqueued_ms": {"p95": 10.0}},
    }


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_same_figures_are_no_regression() -> None:
    assert regressions(report(), report()) == []


def test_every_figure_is_found_in_a_report() -> None:
    assert [figure.path for figure in FIGURES if figure.value(report()) is None] == []


def test_a_figure_beyond_its_tolerance_gets_a_line() -> None:
    assert regressions(report(), report(peak=400.0)) == ["memory at most, MB: 400, was 300 (tolerance 15%)"]


def test_a_figure_within_its_tolerance_gets_none() -> None:
    assert regressions(report(), report(peak=340.0)) == []


def test_where_more_is_better_less_is_worse() -> None:
    assert len(regressions(report(), report(ratio_to_bare=0.3))) == 1
    assert regressions(report(), report(ratio_to_bare=0.9)) == []


def test_a_slower_disk_is_no_regression_of_the_gate() -> None:
    assert regressions(report(), report(disk=10.0, opening=12.0)) == []


def test_what_is_smaller_than_noise_does_not_count() -> None:
    assert regressions(report(gate_share=0.001), report(gate_share=0.009)) == []


def test_what_one_side_lacks_is_left_out() -> None:
    assert regressions({"bench": 1}, report()) == []


def test_an_earlier_report_is_loaded(tmp_path: Path) -> None:
    path = written(tmp_path / "then.json", json.dumps(report()))

    assert load_report(path) == report()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"bench": 0}'])
def test_another_file_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(BenchFault) as refused:
        load_report(written(tmp_path / "then.json", text))
    assert str(refused.value).count("\n") == 0


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BenchFault, match="No such file"):
        load_report(tmp_path / "none.json")
