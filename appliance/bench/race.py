"""Ways of doing one thing that take turns, so that what else the computer does slows all of them alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Generic, TypeVar

from .spread import Spread

T = TypeVar("T")

Step = Callable[[], object]

# First runs at a new size allocate.
_WARM = 3


@dataclass(frozen=True, slots=True)
class Timers:
    """Seconds that pass, and seconds that this process spends on processors."""

    wall: Callable[[], float]
    cpu: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Side(Generic[T]):
    """One way of doing it. A run does it `counts` times."""

    name: str
    run: Callable[[T], object]
    counts: int = 1


@dataclass(frozen=True, slots=True)
class Lap:
    """What one side took, by the thing: wall time, and processor milliseconds (the mean).

    `over_first` is its time over that of the first side in the same turn, the middle of all turns.
    """

    name: str
    wall: Spread
    cpu_ms: float
    over_first: float

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "ms": self.wall.as_json(),
            "cpu_ms": round(self.cpu_ms, 3),
            "over_first": round(self.over_first, 4),
        }


@dataclass(slots=True)
class _Clocked(Generic[T]):
    side: Side[T]
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def run(self, thing: T, timers: Timers) -> None:
        start_s, start_cpu_s = timers.wall(), timers.cpu()
        self.side.run(thing)
        self.wall.append((timers.wall() - start_s) / self.side.counts)
        self.cpu.append((timers.cpu() - start_cpu_s) / self.side.counts)


def race(
    sides: Sequence[Side[T]], things: Sequence[T], timers: Timers, step: Step = lambda: None
) -> tuple[Lap, ...]:
    """Let each side have each thing in turn; who begins changes with every turn.

    `step` is called after each turn. Raises what a side raises, and ValueError for no thing.
    """
    if not things:
        raise ValueError("nothing to race on")
    clocked = [_Clocked(side) for side in sides]
    for side in sides:
        for turn in range(_WARM):
            side.run(things[turn % len(things)])
    for turn, thing in enumerate(things):
        begins = turn % len(sides)
        for one in (*clocked[begins:], *clocked[:begins]):
            one.run(thing, timers)
        step()
    return tuple(_lap(one, clocked[0]) for one in clocked)


def _lap(one: _Clocked[T], first: _Clocked[T]) -> Lap:
    over = median(own / base if base else 1.0 for own, base in zip(one.wall, first.wall))
    return Lap(one.side.name, Spread.of(one.wall), 1000.0 * sum(one.cpu) / len(one.cpu), over)
