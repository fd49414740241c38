"""Reports of the bench in which every watched figure is there, and ones in which a figure got worse."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

from appliance.bench.compare import FIGURES, PIPELINE, Figure
from appliance.bench.report import VERSION

Make = Callable[[], dict[str, Any]]


def recognition(**changed: float) -> dict[str, Any]:
    figures = {"frame": 20.0, "detect": 10.0, "around": 1.0, "read": 8.0, **changed}
    return {
        "frames": changed.get("frames", 60),
        **{f"{name}_ms": {"p50": figures[name]} for name in ("frame", "detect", "around", "read")},
        "ratio_to_bare": changed.get("ratio_to_bare", 0.8),
        "settled": {"ratio_to_bare": changed.get("settled", 0.9)},
        "engine_share": changed.get("engine_share", 0.85),
        "cpu_s_per_frame": 0.02,
    }


def report(**changed: float) -> dict[str, Any]:
    """A report in which every watched figure is there."""
    figures = {"gate": 300.0, "opening": 2.0, "disk": 1.0, "stop": 60.0, "gate_share": 0.02, **changed}
    return {
        "bench": VERSION,
        "computer": {"load": [0.5, 1.25]},
        "recognition": recognition(**changed),
        "one_core": recognition(),
        "memory_mb": {"gate": figures["gate"]},
        "alone": {
            "opening_ms": {"p50": figures["opening"]},
            "disk_ms": {"p50": figures["disk"]},
            "decide_ms": {"p50": 0.8},
            "stop_ms": {"p95": figures["stop"]},
            "idle": {"gate_share": figures["gate_share"]},
        },
        "seeing": {"unqueued_ms": {"p95": 10.0}},
    }


def pipeline() -> dict[str, Any]:
    """The same of `--pipeline`."""
    return {
        "bench_pipeline": 1,
        "throughput": {"fps": 3000.0},
        "stages": {"ratio": 0.92},
        "real": {
            "cpu_share_a_camera": 0.05,
            "latency_ms": {"p95": 20.0},
            "lost_share": 0.002,
            "mb_s": {"up": 0.3, "down": 0.2},
        },
        "marginal": {"by": {name: {"ratio": 1.0} for name in ("cpu", "engines", "cost")}},
        "capacity": {"ours": {"cameras": 64}},
    }


WATCHED = [*((report, figure) for figure in FIGURES), *((pipeline, figure) for figure in PIPELINE)]
"""Every figure, with what makes a report that has it."""


def with_figure(make: Make, figure: Figure, value: float) -> dict[str, Any]:
    """The report with this figure at `value`, in its own unit."""
    changed = make()
    *tables, key = figure.path.split(".")
    table = reduce(lambda inner, name: inner[name], tables, changed)
    own = figure.value(changed)
    assert own is not None
    table[key] *= value / own
    return changed


def beyond(make: Make, figure: Figure) -> dict[str, Any]:
    """The report with this figure a little worse than it may become."""
    return with_figure(make, figure, _worst(make, figure) * (0.98 if figure.more_is_better else 1.02))


def within(make: Make, figure: Figure) -> dict[str, Any]:
    """The report with this figure worse, and a little better than it may become."""
    return with_figure(make, figure, _worst(make, figure) * (1.02 if figure.more_is_better else 0.98))


def _worst(make: Make, figure: Figure) -> float:
    then = figure.value(make())
    assert then is not None
    lost = max(figure.slack * then, figure.least)
    return then - lost if figure.more_is_better else then + lost
