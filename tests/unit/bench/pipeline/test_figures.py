"""Marginal cost, the search for the most cameras, and the report."""

from __future__ import annotations

from typing import Any

import pytest

from appliance.bench.pipeline import marginal
from appliance.bench.pipeline.capacity import Limits, Search, Trial
from appliance.bench.pipeline.report import compared, head, measured


def test_the_marginal_cost_is_the_slope_of_a_line_through_the_costs_around_the_camera() -> None:
    costs = {1: 1.0, 2: 3.0, 4: 7.0, 12: 20.0, 16: 22.0, 20: 24.0}
    assert marginal.COUNTS == (1, 2, 4, 12, 16, 20)
    assert marginal.slope(costs, 2) == pytest.approx(2.0)
    assert marginal.slope(costs, 16) == pytest.approx(0.5)
    assert marginal.ratio(costs) == pytest.approx(0.25)


def test_an_outlier_in_the_middle_hardly_moves_the_marginal_cost() -> None:
    costs = {n: 1.0 + 2.0 * n for n in marginal.COUNTS}
    assert marginal.ratio(costs | {2: 5.5, 16: 34.0}) == pytest.approx(1.0, abs=0.05)


def test_a_second_camera_that_costs_nothing_has_no_ratio() -> None:
    assert marginal.ratio(dict.fromkeys(marginal.COUNTS, 1.0)) is None


def test_what_was_not_measured_has_no_marginal_cost() -> None:
    with pytest.raises(KeyError):
        marginal.slope({1: 1.0, 4: 9.0}, 2)


@pytest.mark.parametrize(
    ("trial", "holds"),
    [
        (Trial(4, 99.0, 0.0), True),
        (Trial(4, 101.0, 0.0), False),
        (Trial(4, 50.0, 0.01), False),
        (Trial(4, None, 0.0), False),
    ],
)
def test_keeping_up_is_latency_and_loss(trial: Trial, holds: bool) -> None:
    assert trial.holds(Limits(100.0, 0.01)) is holds


@pytest.mark.parametrize("able", [0, 1, 3, 7, 16, 33, 60, 64])
@pytest.mark.parametrize("first", [1, 16])
def test_the_search_finds_the_most_cameras_nearly(able: int, first: int) -> None:
    search = Search(lambda n: Trial(n, 10.0 if n <= able else 900.0, 0.0), Limits(), most=64)
    found = search.find(first)
    assert found <= able
    assert able - found <= max(0, able // 16)
    assert len({trial.cameras for trial in search.trials}) == len(search.trials)


def test_the_search_stops_at_the_most() -> None:
    search = Search(lambda n: Trial(n, 10.0, 0.0), Limits(), most=24)
    assert search.find(16) == 24


def test_the_report_has_a_line_a_figure() -> None:
    told: dict[str, Any] = {
        "throughput": {"fps": 2000.0, "batch": 15.5},
        "stages": {"fps": {"decode": 2100.0}, "slowest": "decode", "ratio": 0.95},
        "real": {
            "latency_ms": {"p50": 8.0, "p95": 12.0},
            "lost_share": 0.0,
            "cpu_share_a_camera": 0.05,
            "mb_s": {"up": 0.1, "down": 0.2},
        },
        "marginal": {"by": {"cost": {"ratio": 0.98}, "engines": {"ratio": None}}, "lost_share": 0.0},
        "capacity": {"limits": {"latency_p95_ms": 100.0}, "ours": {"cameras": 60}},
        "plain": {"cuda": {"cameras": 5}, "cpu": {"cameras": 0}},
        "memory": {"gpu_mb": [[0, 900.0], [90_000, 900.0]]},
    }
    text = "\n".join([*(line for name in told for line in measured(name, told[name])), *compared(told)])
    for part in (
        "0.95 (goal 0.9)",
        "+0 MB",
        "5.0% of a core",
        "0.30 MB/s",
        "0.98 by cost",
        "unknown by engines",
    ):
        assert part in text
    assert "12.0 times" in text
    assert "within 100 ms" in text


def test_the_head_says_what_is_measured() -> None:
    told = {"video": "gate.mp4", "decoder": "nvdec", "cameras": 16, "backend": "onnxruntime-cuda"}
    assert head(told) == "16 cameras of gate.mp4, nvdec, onnxruntime-cuda"
