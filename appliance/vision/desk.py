"""The reading desk: plates are read off the loop, which never waits for them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Thread

from ..clock import Clock
from ..faults import GateFault, ReaderStalled
from ..sight import AnyPicture, Detection
from .base import BasePlateReader, ReadResult

_MOST_RESTARTS = 3
"""Each leaves a thread behind that a vendor call holds; more of them is the supervisor's case."""


@dataclass(frozen=True, slots=True)
class ReadJob:
    """One plate of one frame to be read. `rank` says how much is hoped of it: higher is read first."""

    track_id: int
    frame_seq: int
    captured_s: float
    picture: AnyPicture
    plate: Detection
    rank: float


@dataclass(frozen=True, slots=True)
class ReadDone:
    """A job that was read, or the fault that it met."""

    job: ReadJob
    result: ReadResult | None
    fault: GateFault | None = None


class BaseDesk(ABC):
    """Takes jobs and gives answers later. `dropped` counts the jobs that were never read."""

    dropped: int = 0

    @abstractmethod
    def submit(self, job: ReadJob) -> None:
        """Queue a job, or drop the one of least hope. Never waits."""

    @abstractmethod
    def collect(self) -> tuple[ReadDone, ...]:
        """What was read since the last call. Raises ReaderStalled when a read has hung."""

    @abstractmethod
    def close(self) -> None:
        """Take no more jobs. May be called twice."""


def _nobody() -> None:
    """No one waits."""


def _answer(reader: BasePlateReader, job: ReadJob) -> ReadDone:
    try:
        return ReadDone(job, reader.read(job.picture, job.plate))
    except GateFault as fault:
        return ReadDone(job, None, fault)


class ThreadedDesk(BaseDesk):
    """Reads in one thread. A track has at most one job waiting: its newest.

    A read longer than `limit_s` has hung: its thread is left behind and a new one takes over. The
    reader must bear that the lost call may still end.
    """

    def __init__(
        self,
        reader: BasePlateReader,
        clock: Clock,
        *,
        size: int,
        limit_s: float,
        wake: Callable[[], None] = _nobody,
    ) -> None:
        self.dropped = 0
        self.restarts = 0
        self._reader = reader
        self._clock = clock
        self._size = size
        self._limit_s = limit_s
        self._wake = wake
        self._changed = Condition()
        self._waiting: list[ReadJob] = []
        self._done: list[ReadDone] = []
        self._busy_since_s: float | None = None
        self._shift = 0
        self._closed = False
        self._start()

    def submit(self, job: ReadJob) -> None:
        with self._changed:
            kept = [other for other in self._waiting if other.track_id != job.track_id]
            queue = sorted([*kept, job], key=lambda j: (-j.rank, -j.captured_s))
            self.dropped += len(self._waiting) + 1 - len(queue[: self._size])
            self._waiting = queue[: self._size]
            self._changed.notify()

    def collect(self) -> tuple[ReadDone, ...]:
        with self._changed:
            self._check()
            done, self._done = tuple(self._done), []
        return done

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _check(self) -> None:
        since_s = self._busy_since_s
        if since_s is None or self._clock.monotonic() - since_s <= self._limit_s:
            return
        if self.restarts < _MOST_RESTARTS:
            self.restarts += 1
            self._busy_since_s = None
            self._start()
        raise ReaderStalled(f"one read took over {self._limit_s:g} s; restarted {self.restarts} times")

    def _start(self) -> None:
        self._shift += 1
        Thread(target=self._work, args=(self._shift,), name=f"reader-{self._shift}", daemon=True).start()

    def _work(self, shift: int) -> None:
        while (job := self._next(shift)) is not None:
            done = _answer(self._reader, job)
            with self._changed:
                if shift != self._shift:
                    return
                self._busy_since_s = None
                self._done.append(done)
            self._wake()

    def _next(self, shift: int) -> ReadJob | None:
        """The job of most hope, waiting for one; None at the end of this thread's shift."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed or shift != self._shift)
            if self._closed or shift != self._shift:
                return None
            self._busy_since_s = self._clock.monotonic()
            return self._waiting.pop(0)


class ModelledDesk(BaseDesk):
    """Reads at once and gives the answer `read_s` later on the clock, one after the other.

    For the twin: the same run gives the same answers at the same times, however fast this computer is.
    """

    def __init__(self, reader: BasePlateReader, clock: Clock, *, size: int, read_s: float) -> None:
        self.dropped = 0
        self._reader = reader
        self._clock = clock
        self._size = size
        self._read_s = read_s
        self._pending: list[tuple[float, ReadDone]] = []
        self._free_s = float("-inf")

    @property
    def next_s(self) -> float | None:
        """When the next answer is due, None when nothing is being read."""
        return self._pending[0][0] if self._pending else None

    def submit(self, job: ReadJob) -> None:
        if len(self._pending) > self._size:
            self.dropped += 1
            return
        self._free_s = max(self._free_s, self._clock.monotonic()) + self._read_s
        self._pending.append((self._free_s, _answer(self._reader, job)))

    def collect(self) -> tuple[ReadDone, ...]:
        now_s = self._clock.monotonic()
        due = tuple(done for ready_s, done in self._pending if ready_s <= now_s)
        self._pending = self._pending[len(due) :]
        return due

    def close(self) -> None:
        self._pending = []
