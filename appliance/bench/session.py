"""One live gate with all its threads, and a driver beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ..clock import Clock
from ..config import Config
from ..config.schema import Record
from ..faults import BenchFault
from ..hw.base import BaseCamera
from ..runtime.gatework import Mouth
from ..runtime.live import LiveGate, Setting
from ..sight import AnyPicture
from .disk import BareDisk
from .driver import Driver
from .pictures import Replay
from .pins import watched_pins
from .process import thread_cpu_s
from .spread import Spread
from .stage import SEEN, listings, staged, twin_camera
from .stamps import Opening, Openings, TimedWriter

Step = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Idle:
    """A gate before an empty lane: shares of one processor, 0 to 1, and milliseconds of it a tick."""

    process_share: float
    gate_share: float
    tick_ms: float


@dataclass(frozen=True, slots=True)
class Timed:
    """What one session measured. `idle` where it was asked for, `disk` beside each opening."""

    openings: Openings
    stops: Spread
    disk: Spread
    idle: Idle | None


@dataclass(frozen=True, slots=True)
class Task:
    """How much to measure; `idle_s` 0 leaves idling out."""

    openings: int
    stops: int
    idle_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Bed:
    """What all sessions stand on."""

    ours: Config
    twin: Config
    clock: Clock
    cpu: Callable[[], float]
    folder: Path
    pictures: Sequence[AnyPicture]


class Session:
    """A gate of its own on a record of its own. `seeing`: the nets recognise pictures meanwhile."""

    def __init__(self, bed: Bed, name: str, *, seeing: bool) -> None:
        self._bed = bed
        self._name = name
        self._config = staged(bed.ours, bed.twin, bed.folder / f"{name}.db", seeing=seeing)
        self._pins = watched_pins()
        self._writer: TimedWriter | None = None
        self._live = LiveGate(
            Setting(
                self._config,
                bed.clock,
                self._pins,
                self._cameras(seeing),
                environ={},
                writer=self._make_writer,
                guests=listings(),
            )
        )

    def run(self, task: Task, step: Step) -> Timed:
        """Serve on this thread, drive on another. Raises BenchFault, RecordFault."""
        me = threading.current_thread()
        with ThreadPoolExecutor(1, "bench-driver") as pool:
            work = pool.submit(self._drive, task, me, step)
            well = self._live.run(work.done)
        if not well:
            raise BenchFault("a part of the gate died; see the log")
        return work.result()

    def _cameras(self, seeing: bool) -> Mapping[str, BaseCamera]:
        if not seeing:
            return {}
        return {SEEN: Replay(SEEN, self._bed.pictures, twin_camera(self._bed.twin).fps, self._bed.clock)}

    def _make_writer(self, settings: Record, clock: Clock, mouth: Mouth) -> TimedWriter:
        self._writer = TimedWriter(settings, clock, mouth)
        return self._writer

    def _drive(self, task: Task, gate_thread: threading.Thread, step: Step) -> Timed:
        if self._writer is None:
            raise BenchFault("the gate has no writer")
        driver = Driver(self._live.gate, self._config, self._pins, self._bed.clock, self._writer, gate_thread)
        driver.begin()
        idle = self._idle(driver, task.idle_s, gate_thread) if task.idle_s else None
        openings: list[Opening] = []
        bare: list[float] = []
        with BareDisk(self._bed.folder / f"{self._name}.bare", self._bed.clock) as disk:
            for _ in range(task.openings):
                openings.append(driver.cycle())
                # In turn with the openings: both meet the same disk at the same time.
                bare.append(disk.append_s())
                step()
        stops = self._stops(driver, task.stops, step)
        return Timed(Openings.of(openings), Spread.of(stops), Spread.of(bare), idle)

    def _stops(self, driver: Driver, count: int, step: Step) -> list[float]:
        took: list[float] = []
        for _ in range(count):
            took.append(driver.stop())
            step()
        return took

    def _idle(self, driver: Driver, seconds: float, gate_thread: threading.Thread) -> Idle:
        start_s, cpu_s, gate_s = self._bed.clock.monotonic(), self._bed.cpu(), thread_cpu_s(gate_thread)
        driver.idle(seconds)
        wall_s = self._bed.clock.monotonic() - start_s
        process = (self._bed.cpu() - cpu_s) / wall_s
        gate = (thread_cpu_s(gate_thread) - gate_s) / wall_s
        return Idle(process, gate, 1000 * gate * self._config.gate.tick_s)
