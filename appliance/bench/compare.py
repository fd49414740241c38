"""Now against then: which figures got worse by more than machines and disks differ from run to run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from ..faults import BenchReportUnfit
from .report import VERSION


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure that is watched. `slack` is a share; what is smaller than `least` is noise."""

    name: str
    path: str
    over: str = ""
    more_is_better: bool = False
    slack: float = 0.5
    least: float = 0.0

    def value(self, report: Mapping[str, Any]) -> float | None:
        """The figure, over that of `over` where one is named; None where it was not measured."""
        own = _at(report, self.path)
        if not self.over or own is None:
            return own
        base = _at(report, self.over)
        return own / base if base else None

    def worse(self, then: float, now: float) -> bool:
        lost = then - now if self.more_is_better else now - then
        return lost > self.least and lost > self.slack * then


def _recognising(part: str, where: str) -> tuple[Figure, ...]:
    return (
        Figure(f"detect and read a frame p50, {where}, ms", f"{part}.frame_ms.p50", slack=0.3),
        Figure(f"detect p50 over read p50, {where}", f"{part}.detect_ms.p50", f"{part}.read_ms.p50"),
        Figure(f"around the detector's engine p50, {where}, ms", f"{part}.around_ms.p50", least=0.3),
        Figure(
            f"frames/s of the loop over the bare engines', {where}",
            f"{part}.ratio_to_bare",
            more_is_better=True,
            slack=0.1,
        ),
        Figure(
            f"the same of frames without a read, {where}",
            f"{part}.settled.ratio_to_bare",
            more_is_better=True,
            slack=0.1,
        ),
        Figure(
            f"share of the time in engines, {where}", f"{part}.engine_share", more_is_better=True, slack=0.1
        ),
        Figure(f"processor seconds a frame, {where}", f"{part}.cpu_s_per_frame", slack=0.3),
    )


FIGURES = (
    *_recognising("recognition", "all processors"),
    *_recognising("one_core", "one processor"),
    Figure("memory at most, without pictures, MB", "memory_mb.gate", slack=0.15),
    Figure("vote to edge p50, alone, over the disk's", "alone.opening_ms.p50", "alone.disk_ms.p50"),
    Figure("decide p50, alone, ms", "alone.decide_ms.p50", least=0.5),
    Figure(
        "vote to edge p95, recognising, queues left out, ms", "seeing.unqueued_ms.p95", slack=1.0, least=5.0
    ),
    Figure("STOP to release p95, alone, ms", "alone.stop_ms.p95", least=10.0),
    Figure("idle gate, share of a processor", "alone.idle.gate_share", least=0.01),
)
"""Ratios where there are any: both of their sides are slowed down alike by a shared machine."""

PIPELINE = (
    Figure("frames/s of the whole pipeline", "throughput.fps", more_is_better=True, slack=0.2),
    Figure("whole over the slowest stage", "stages.ratio", more_is_better=True, slack=0.1),
    Figure("processors a camera", "real.cpu_share_a_camera", slack=0.3, least=0.01),
    Figure("seen after p95, ms", "real.latency_ms.p95", least=5.0),
    Figure("share of frames lost", "real.lost_share", least=0.001),
    Figure("to the GPU, MB/s", "real.mb_s.up", least=0.1),
    Figure("from the GPU, MB/s", "real.mb_s.down", least=0.1),
    *(
        Figure(f"the 16th camera over the 2nd, {name}", f"marginal.by.{name}.ratio", slack=0.2)
        for name in ("cpu", "engines", "cost")
    ),
    Figure("cameras that it keeps up with", "capacity.ours.cameras", more_is_better=True, slack=0.1),
)

WATCHED: Mapping[str, tuple[int, tuple[Figure, ...]]] = {
    "bench": (VERSION, FIGURES),
    "bench_pipeline": (1, PIPELINE),
}
"""The key that a report bears its version under -> that version, and what is watched."""


FEWEST_FRAMES = 30
"""Of fewer, one frame that had to wait for another program decides over the median's tolerance."""


def load_report(path: Path, kind: str = "bench") -> Mapping[str, Any]:
    """An earlier report of this kind. Raises BenchReportUnfit."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BenchReportUnfit(str(error.strerror), part=str(path)) from error
    except ValueError as error:
        raise BenchReportUnfit("it is not JSON", part=str(path)) from error
    version, _ = WATCHED[kind]
    if not isinstance(report, dict) or report.get(kind) != version:
        raise BenchReportUnfit(f"it is no report of {kind} version {version}", part=str(path))
    if (few := too_few(report)) is not None:
        raise BenchReportUnfit(few, part=str(path))
    return report


def too_few(report: Mapping[str, Any]) -> str | None:
    """Why a report must not be judged; None where it may, as where frames are not counted."""
    frames = _at(report, "recognition.frames")
    if frames is None or frames >= FEWEST_FRAMES:
        return None
    return f"{frames:.0f} frames are too few to be judged; measure {FEWEST_FRAMES} or more"


def loads(report: Mapping[str, Any]) -> str:
    """The load averages before and after, as words."""
    told = _inside(_inside(report, "computer"), "load")
    return " and ".join(f"{load:.1f}" for load in told) if isinstance(told, list) else "unknown"


def regressions(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """A line for each figure that is worse than its tolerance allows; what one side lacks is left out."""
    lines = []
    watched = (figure for kind, (_, figures) in WATCHED.items() if kind in now for figure in figures)
    for figure in watched:
        before, after = figure.value(then), figure.value(now)
        if before is not None and after is not None and figure.worse(before, after):
            lines.append(f"{figure.name}: {after:.4g}, was {before:.4g} (tolerance {figure.slack:.0%})")
    return lines


def _at(report: Mapping[str, Any], path: str) -> float | None:
    """The number at `a.b.c`, None where there is none."""
    found = reduce(_inside, path.split("."), report)
    return float(found) if isinstance(found, (int, float)) else None


def _inside(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None
