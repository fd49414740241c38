"""The figures as one object, and as a table for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .process import Memory
from .recognition import Rate, Recognised
from .session import Idle, Timed
from .spread import Spread
from .stamps import Openings

VERSION = 2
LIMIT_MS = 20.0
"""What 99 of 100 openings must stay under, from vote to edge, the durable record included."""


@dataclass(frozen=True, slots=True)
class Computer:
    """Where it was measured. `load` is the load average of the last minute, before and after."""

    processors: int
    machine: str
    python: str
    load: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one run measured: before an empty lane, alone, and with the nets at work."""

    computer: Computer
    recognised: Recognised
    one_core: Recognised
    """On one processor with one thread, in the time for which that computed."""
    memory: Memory
    pictures_mb: float
    """What the pictures take that are held to be recognised: no gate holds so many."""
    alone: Timed
    seeing: Timed

    def as_json(self) -> dict[str, object]:
        """One object of plain values. Times in milliseconds unless the name says otherwise."""
        return {
            "bench": VERSION,
            "computer": {
                "processors": self.computer.processors,
                "machine": self.computer.machine,
                "python": self.computer.python,
                "load": [round(load, 2) for load in self.computer.load],
            },
            "recognition": _recognition(self.recognised),
            "one_core": _recognition(self.one_core),
            "memory_mb": {
                "now": _rounded(self.memory.now_mb),
                "peak": _rounded(self.memory.peak_mb),
                "pictures": round(self.pictures_mb, 1),
                "gate": _rounded(self.gate_mb),
            },
            "opening_limit_ms": LIMIT_MS,
            "alone": _timed(self.alone),
            "seeing": _timed(self.seeing),
        }

    @property
    def gate_mb(self) -> float | None:
        """The most that was resident, without the pictures."""
        return None if self.memory.peak_mb is None else self.memory.peak_mb - self.pictures_mb

    def lines(self) -> Iterator[str]:
        """A table for people."""
        seen = self.recognised
        width, height = seen.size
        yield f"recognition   {seen.frames} frames of {width} x {height} on {seen.backend}"
        yield from _told(f"{self.computer.processors} processors", seen)
        yield from _told("one processor, one thread, by the time it computes", self.one_core)
        yield ""
        yield f"{'milliseconds':42}{'p50':>9}{'p95':>9}{'p99':>9}{'max':>9}"
        yield from _rows("alone", self.alone)
        yield from _rows("while recognising", self.seeing)
        yield ""
        for name, timed in (("alone", self.alone), ("while recognising", self.seeing)):
            yield from _verdict(name, timed)
        yield from _idling(self.alone.idle)
        yield (
            f"memory        {_mb(self.memory.now_mb)} now, {_mb(self.memory.peak_mb)} at most,"
            f" {_mb(self.pictures_mb)} of it pictures"
        )
        before, after = self.computer.load
        yield (
            f"this computer {self.computer.machine}, {self.computer.processors} processors, Python"
            f" {self.computer.python}, load average {before:.1f} before, {after:.1f} after"
        )


def _told(where: str, seen: Recognised) -> Iterator[str]:
    yield f"  on {where}"
    yield f"    detect      {_short(seen.detect)}, {seen.around.p50:.1f} of it around the engine"
    yield f"    read        {_short(seen.read)}"
    yield f"    both        {_short(seen.frame)} a frame"
    yield f"    whole loop  {_rated(seen.whole)}; {seen.engine_share:.0%} of the time in engines"
    if seen.settled is not None:
        yield f"      settled   {_rated(seen.settled)}"
    yield f"    processor   {seen.cpu_s_per_frame * 1000:.0f} ms a frame"


def _rated(rate: Rate) -> str:
    return f"{rate.loop_fps:.1f} frames/s, {rate.ratio:.0%} of the bare engines' {rate.bare_fps:.1f}"


def _recognition(seen: Recognised) -> dict[str, object]:
    return {
        "frames": seen.frames,
        "size": list(seen.size),
        "backend": seen.backend,
        "detect_ms": _spread(seen.detect),
        "around_ms": _spread(seen.around),
        "read_ms": _spread(seen.read),
        "frame_ms": _spread(seen.frame),
        **_rate(seen.whole),
        "settled": None if seen.settled is None else _rate(seen.settled),
        "engine_share": round(seen.engine_share, 4),
        "cpu_s_per_frame": round(seen.cpu_s_per_frame, 5),
    }


def _rate(rate: Rate) -> dict[str, float]:
    return {
        "loop_fps": round(rate.loop_fps, 3),
        "bare_fps": round(rate.bare_fps, 3),
        "ratio_to_bare": round(rate.ratio, 4),
    }


def _timed(timed: Timed) -> dict[str, object]:
    parts = {f"{name}_ms": _spread(spread) for name, spread in _parts(timed.openings).items()}
    return {
        **parts,
        "record_share": round(timed.openings.record_share, 4),
        "disk_ms": _spread(timed.disk),
        "stop_ms": _spread(timed.stops),
        "idle": _idle(timed.idle),
    }


def _parts(openings: Openings) -> Mapping[str, Spread]:
    return {
        "opening": openings.total,
        "decide": openings.decide,
        "handover": openings.handover,
        "record": openings.record,
        "act": openings.act,
        "unqueued": openings.unqueued,
    }


def _idle(idle: Idle | None) -> dict[str, float] | None:
    if idle is None:
        return None
    return {
        "process_share": round(idle.process_share, 4),
        "gate_share": round(idle.gate_share, 4),
        "tick_ms": round(idle.tick_ms, 4),
    }


_WORDS = {
    "opening": "vote to edge",
    "decide": "  decide",
    "handover": "  hand to the writer",
    "record": "  make durable",
    "act": "  order the output",
    "unqueued": "  all without waiting for a processor",
}


def _rows(name: str, timed: Timed) -> Iterator[str]:
    yield f"{name}:"
    for part, spread in _parts(timed.openings).items():
        yield _row(f"  {_WORDS[part]}", spread)
    yield _row("  the bare disk, an append", timed.disk)
    yield _row("  STOP to release", timed.stops)


def _row(name: str, spread: Spread) -> str:
    return f"{name:42}{spread.p50:9.2f}{spread.p95:9.2f}{spread.p99:9.2f}{spread.most:9.2f}"


def _verdict(name: str, timed: Timed) -> Iterator[str]:
    word = "under" if timed.openings.total.p99 < LIMIT_MS else "over"
    yield (
        f"{name}: {timed.openings.total.count} openings, p99 {word} {LIMIT_MS:g} ms;"
        f" {timed.openings.record_share:.0%} of the time makes the record durable"
    )


def _idling(idle: Idle | None) -> Iterator[str]:
    if idle is not None:
        yield (
            f"idle gate     {idle.process_share:.1%} of a processor, {idle.gate_share:.1%} of it the"
            f" machine's thread: {idle.tick_ms:.2f} ms a tick"
        )


def _short(spread: Spread | None) -> str:
    if spread is None:
        return "nothing"
    return f"{spread.p50:.1f} ms (p95 {spread.p95:.1f}, p99 {spread.p99:.1f}, {spread.count} times)"


def _spread(spread: Spread | None) -> dict[str, int | float] | None:
    return None if spread is None else spread.as_json()


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _mb(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.0f} MB"
