"""How long each stage takes from a frame's capture to its vote: sampled, and free where nobody asked."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from threading import Lock

from ..clock import Clock
from ..words import Word

# Samples a stage: a p95 of 25 of them is steady, and all stages together take 40 kB.
_KEPT = 512


class Stage(Word):
    """One step between a camera and a vote."""

    AGE = "age"
    """From the capture of a frame until the loop took it."""
    DETECT = "detect"
    """One run of the detector, over all frames of its batch."""
    TRACK = "track"
    PUBLISH = "publish"
    READ_WAIT = "read_wait"
    """From asking for a read until the reader began."""
    READ = "read"
    """One run of the reader, over all plates of its batch."""
    VOTE = "vote"
    WHOLE = "whole"
    """From the capture of a frame until the vote that it brought about."""


@dataclass(frozen=True, slots=True)
class Timing:
    """The last samples of one stage, in seconds."""

    samples: int
    p50_s: float
    p95_s: float
    max_s: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Timing:
        """At least one sample; a percentile is the smallest that so many of them do not exceed."""
        low = sorted(seconds)
        last = len(low) - 1
        return cls(len(low), low[last // 2], low[round(0.95 * last)], low[last])


class BaseStopwatch(ABC):
    """Takes the time of stages. May be used by several threads."""

    @abstractmethod
    def time(self, stage: Stage) -> AbstractContextManager[None]:
        """Takes the time of the block."""

    @abstractmethod
    def since(self, stage: Stage, begun_s: float) -> None:
        """A stage that began at `begun_s` of the clock is over now."""

    @abstractmethod
    def timings(self) -> Mapping[Stage, Timing]:
        """What was measured lately; a stage without samples has no entry."""


class NullStopwatch(BaseStopwatch):
    """Looks at no clock and keeps nothing."""

    _PASS = nullcontext()

    def time(self, stage: Stage) -> AbstractContextManager[None]:
        return self._PASS

    def since(self, stage: Stage, begun_s: float) -> None:
        """Nobody asked."""

    def timings(self) -> Mapping[Stage, Timing]:
        return {}


class Stopwatch(BaseStopwatch):
    """Takes the time of every `every`-th run of each stage, the first one included."""

    def __init__(self, clock: Clock, every: int) -> None:
        self._clock = clock
        self._every = every
        self._runs = {stage: itertools.count() for stage in Stage}
        self._kept: Mapping[Stage, deque[float]] = {stage: deque(maxlen=_KEPT) for stage in Stage}
        self._lock = Lock()

    def time(self, stage: Stage) -> AbstractContextManager[None]:
        return self._timed(stage) if self._chosen(stage) else nullcontext()

    def since(self, stage: Stage, begun_s: float) -> None:
        if self._chosen(stage):
            self._keep(stage, self._clock.monotonic() - begun_s)

    def timings(self) -> Mapping[Stage, Timing]:
        with self._lock:
            kept = {stage: tuple(seconds) for stage, seconds in self._kept.items() if seconds}
        return {stage: Timing.of(seconds) for stage, seconds in kept.items()}

    def _chosen(self, stage: Stage) -> bool:
        return next(self._runs[stage]) % self._every == 0

    @contextmanager
    def _timed(self, stage: Stage) -> Iterator[None]:
        begun_s = self._clock.monotonic()
        yield
        self._keep(stage, self._clock.monotonic() - begun_s)

    def _keep(self, stage: Stage, seconds: float) -> None:
        with self._lock:
            self._kept[stage].append(seconds)


def make_stopwatch(clock: Clock, every: int) -> BaseStopwatch:
    """One that samples every `every`-th run; 0 takes no time at all."""
    return Stopwatch(clock, every) if every else NullStopwatch()
