"""What a board says of itself at one moment, and the metrics' names for it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..hw.base import PowerMode
from ..hw.vitals import Gauges, Supply, Trouble
from .garbage import Pauses
from .heat import Rung

STATM = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class Readings:
    """A snapshot. Counts never fall; `memory_bytes` is None where the kernel does not tell it."""

    at_s: float = 0.0
    celsius: Mapping[str, float] = field(default_factory=dict)
    rung: Rung = Rung.COOL
    steps: int = 0
    """Of the ladder, up and down, since the start."""
    mode: PowerMode | None = None
    switch_s: Mapping[PowerMode, float] = field(default_factory=dict)
    """How long each mode took the last time."""
    supply: Supply = field(default_factory=Supply)
    gauges: Gauges = field(default_factory=Gauges)
    pauses: Pauses = field(default_factory=Pauses)
    memory_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of a metric."""

    name: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


def samples(readings: Readings) -> Iterator[Sample]:
    """The values as Prometheus names them: base units, labels rather than names."""
    for zone, celsius in readings.celsius.items():
        yield Sample("gatehouse_temperature_celsius", celsius, (("zone", zone),))
    yield Sample("gatehouse_thermal_rung", readings.rung.height)
    yield Sample("gatehouse_thermal_steps_total", readings.steps)
    for mode in PowerMode:
        yield Sample("gatehouse_power_mode", readings.mode is mode, (("mode", mode),))
    for mode, seconds in readings.switch_s.items():
        yield Sample("gatehouse_power_switch_seconds", seconds, (("mode", mode),))
    yield from _supply(readings.supply)
    yield from _gauges(readings.gauges)
    yield Sample("gatehouse_gc_collections_total", readings.pauses.count)
    yield Sample("gatehouse_gc_pause_longest_seconds", readings.pauses.longest_s)
    if readings.memory_bytes is not None:
        yield Sample("gatehouse_memory_resident_bytes", readings.memory_bytes)


def _supply(supply: Supply) -> Iterator[Sample]:
    for trouble in Trouble:
        label = (("trouble", str(trouble)),)
        yield Sample("gatehouse_supply_trouble", trouble in supply.now, label)
        yield Sample("gatehouse_supply_trouble_since_boot", trouble in supply.been, label)


def _gauges(gauges: Gauges) -> Iterator[Sample]:
    for name, rail in gauges.rails.items():
        yield Sample("gatehouse_rail_watts", rail.watts, (("rail", name),))
    if gauges.gpu_load is not None:
        yield Sample("gatehouse_gpu_load_ratio", gauges.gpu_load)


def resident_bytes(statm: Path = STATM) -> int | None:
    """What this process holds of the board's memory. A Pi 5's own kernel has pages of 16 KiB."""
    try:
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None
