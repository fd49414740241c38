"""The pipeline's figures for people, beside what must be reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Figures = Mapping[str, Any]

RATIO, CPU_SHARE, MB_S, MARGINAL, TIMES = 0.9, 0.10, 1.0, 1.1, 10.0
"""What the GPU path has to reach; on a processor they only compare."""


def head(told: Figures) -> str:
    """What is measured."""
    return f"{told['cameras']} cameras of {told['video']}, {told['decoder']}, {told['backend']}"


def measured(name: str, figures: Figures) -> Iterator[str]:
    """A line a figure of one part."""
    return _PARTS[name](figures)


def _throughput(ran: Figures) -> Iterator[str]:
    yield f"whole            {ran['fps']:.0f} frames/s, {ran['batch']:.1f} at once in the detector"


def _stages(figures: Figures) -> Iterator[str]:
    for name, fps in figures["fps"].items():
        yield f"{name:<16} {fps:.0f} frames/s alone"
    yield f"whole / {figures['slowest']:<8} {figures['ratio']:.2f} (goal {RATIO})"


def _real(ran: Figures) -> Iterator[str]:
    latency = ran["latency_ms"] or {"p50": float("nan"), "p95": float("nan")}
    yield f"at 30 frames/s   seen after {latency['p50']:.1f} ms (p95 {latency['p95']:.1f})"
    yield f"lost             {ran['lost_share']:.2%}"
    yield f"a camera         {ran['cpu_share_a_camera']:.1%} of a core (goal {CPU_SHARE:.0%})"
    both = ran["mb_s"]["up"] + ran["mb_s"]["down"]
    yield f"host and GPU     {both:.2f} MB/s (goal {MB_S:g})"


def _marginal(figures: Figures) -> Iterator[str]:
    for name, told in figures["by"].items():
        over = "unknown" if told["ratio"] is None else f"{told['ratio']:.2f}"
        yield f"16th over 2nd    {over} by {name} (goal {MARGINAL})"


def _capacity(figures: Figures) -> Iterator[str]:
    limit_ms = figures["limits"]["latency_p95_ms"]
    yield f"keeps up with    {figures['ours']['cameras']} cameras (p95 within {limit_ms:g} ms)"


def _plain(figures: Figures) -> Iterator[str]:
    for name, told in figures.items():
        yield f"script on {name:<6} {told['cameras']} cameras"


def compared(told: Figures) -> Iterator[str]:
    """How many times the script's cameras the gate has, where both were measured."""
    for name, script in told.get("plain", {}).items():
        if "capacity" in told and script["cameras"]:
            times = told["capacity"]["ours"]["cameras"] / script["cameras"]
            yield f"over {name:<11} {times:.1f} times (goal {TIMES:g})"


def _memory(ran: Figures) -> Iterator[str]:
    if len(ran["gpu_mb"]) > 1:
        (first, before), (last, after) = ran["gpu_mb"][0], ran["gpu_mb"][-1]
        yield f"GPU's memory     {after - before:+.0f} MB from frame {first} to frame {last}"


_PARTS = {
    "throughput": _throughput,
    "stages": _stages,
    "real": _real,
    "marginal": _marginal,
    "capacity": _capacity,
    "plain": _plain,
    "memory": _memory,
}
