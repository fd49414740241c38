"""The reading desk: the plates of all cameras are read off the loops, which never wait for them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Condition, Thread

from ..clock import Clock
from ..faults import GateFault, ReaderStalled
from .base import BasePlateReader, ReadResult
from .drops import Dropped, Drops
from .sit import Sit, stay
from .stopwatch import BaseStopwatch, NullStopwatch, Stage
from .waiting import ReadJob, Waiting

# Each leaves a thread behind that a vendor call holds; more of them is the supervisor's case.
_MOST_RESTARTS = 3


@dataclass(frozen=True, slots=True)
class ReadDone:
    """A job that was read, or the fault that it met."""

    job: ReadJob
    result: ReadResult | None
    fault: GateFault | None = None


class BaseDesk(ABC):
    """Takes jobs of all cameras and gives the answers later. Jobs that are never read are counted."""

    @abstractmethod
    def submit(self, job: ReadJob) -> None:
        """Queue a job, or drop the one of least hope. Never waits."""

    @abstractmethod
    def collect(self, camera: str) -> tuple[ReadDone, ...]:
        """What of this camera was read since its last call.

        Raises ReaderStalled from the moment a read has hung until one has ended again.
        """

    @abstractmethod
    def close(self) -> None:
        """Take no more jobs. May be called twice."""


def _nobody() -> None:
    """No one waits."""


class _Reads:
    """Runs of a reader. A fault is an answer to every job of its batch."""

    def __init__(self, reader: BasePlateReader, drops: Drops, stopwatch: BaseStopwatch) -> None:
        self.most = reader.most
        self._reader = reader
        self._drops = drops
        self._stopwatch = stopwatch

    def run(self, batch: Sequence[ReadJob]) -> list[ReadDone]:
        for job in batch:
            self._stopwatch.since(Stage.READ_WAIT, job.asked_s)
        try:
            with self._stopwatch.time(Stage.READ):
                results = self._reader.read_many([(job.picture, job.plate) for job in batch])
        except GateFault as fault:
            self.lose(batch, Dropped.READ_FAILED)
            return [ReadDone(job, None, fault) for job in batch]
        return [ReadDone(job, result) for job, result in zip(batch, results, strict=True)]

    def lose(self, batch: Iterable[ReadJob], why: Dropped) -> None:
        for job in batch:
            self._drops.count(job.camera, why)


class ThreadedDesk(BaseDesk):
    """Reads in one thread, as many plates at once as the reader likes.

    A run longer than `limit_s` has hung: its thread is left behind and a new one takes over, as for a
    thread that ended on what is no fault of the gate's. The reader must bear that the lost call may still
    end. `sit` is called at the top of each thread.
    """

    def __init__(
        self,
        reader: BasePlateReader,
        clock: Clock,
        drops: Drops,
        *,
        size: int,
        limit_s: float,
        wake: Callable[[], None] = _nobody,
        sit: Sit = stay,
        stopwatch: BaseStopwatch | None = None,
    ) -> None:
        self.restarts = 0
        self._reads = _Reads(reader, drops, stopwatch or NullStopwatch())
        self._clock = clock
        self._limit_s = limit_s
        self._wake = wake
        self._sit = sit
        self._changed = Condition()
        self._waiting = Waiting(size, drops)
        self._batch: list[ReadJob] = []
        self._begun_s = 0.0
        self._done: defaultdict[str, list[ReadDone]] = defaultdict(list)
        self._stalled = ""
        self._dead = False
        """The last thread ended by itself, and none takes over."""
        self._shift = 0
        self._closed = False
        self._start()

    @property
    def given_up(self) -> bool:
        """A read hangs, or its thread ended, and no other takes over: nothing may be read here again."""
        with self._changed:
            return self._dead or (self.restarts >= _MOST_RESTARTS and self._hangs())

    def submit(self, job: ReadJob) -> None:
        with self._changed:
            self._waiting.put(job)
            self._changed.notify()

    def collect(self, camera: str) -> tuple[ReadDone, ...]:
        with self._changed:
            if self._hangs():
                self._give_up(f"one read took over {self._limit_s:g} s", Dropped.READ_HUNG)
            if self._stalled:
                raise ReaderStalled(self._stalled)
            return tuple(self._done.pop(camera, ()))

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _hangs(self) -> bool:
        return bool(self._batch) and self._clock.monotonic() - self._begun_s > self._limit_s

    def _give_up(self, why: str, lost: Dropped) -> None:
        """Lose the batch under way and have a new thread take over, unless there were too many."""
        if self.restarts < _MOST_RESTARTS:
            self.restarts += 1
            self._lose(lost)
            self._start()
        self._stalled = f"{why}; restarted {self.restarts} times"

    def _lose(self, why: Dropped) -> None:
        self._reads.lose(self._batch, why)
        self._batch = []

    def _start(self) -> None:
        self._shift += 1
        Thread(target=self._work, args=(self._shift,), name=f"reader-{self._shift}", daemon=True).start()

    def _work(self, shift: int) -> None:
        try:
            self._sit()
            while (batch := self._next(shift)) and self._hand_in(shift, self._reads.run(batch)):
                self._wake()
        except Exception as error:  # noqa: BLE001 - the task's top: it ends here, and the loops hear of it
            self._ended(shift, error)

    def _ended(self, shift: int, error: Exception) -> None:
        with self._changed:
            if shift == self._shift:
                self._dead = self.restarts >= _MOST_RESTARTS
                self._give_up(f"reading ended: {error!r}", Dropped.READ_FAILED)
                # Nobody reads it any more, even where no thread takes over: no hang is to be told of it.
                self._lose(Dropped.READ_FAILED)
        self._wake()

    def _next(self, shift: int) -> list[ReadJob]:
        """The jobs of most hope, waiting for one; none at the end of this thread's shift."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed or shift != self._shift)
            if self._closed or shift != self._shift:
                return []
            self._batch = self._waiting.take(self._reads.most)
            self._begun_s = self._clock.monotonic()
            return self._batch

    def _hand_in(self, shift: int, done: Sequence[ReadDone]) -> bool:
        """Leave the answers for their cameras. False when this thread was given up meanwhile."""
        with self._changed:
            if shift != self._shift:
                return False
            self._batch, self._stalled = [], ""
            for answer in done:
                self._done[answer.job.camera].append(answer)
        return True


class ModelledDesk(BaseDesk):
    """Reads at once and gives the answer `read_s` later on the clock, one after the other.

    For the twin: the same run gives the same answers at the same times, however fast this computer is.
    """

    def __init__(
        self,
        reader: BasePlateReader,
        clock: Clock,
        drops: Drops,
        *,
        size: int,
        read_s: float,
        stopwatch: BaseStopwatch | None = None,
    ) -> None:
        self._reads = _Reads(reader, drops, stopwatch or NullStopwatch())
        self._clock = clock
        self._size = size
        self._read_s = read_s
        self._pending: list[tuple[float, ReadDone]] = []
        self._free_s = float("-inf")

    def submit(self, job: ReadJob) -> None:
        if sum(done.job.camera == job.camera for _, done in self._pending) > self._size:
            self._reads.lose([job], Dropped.READ_NO_ROOM)
            return
        self._free_s = max(self._free_s, self._clock.monotonic()) + self._read_s
        self._pending.extend((self._free_s, done) for done in self._reads.run([job]))

    def collect(self, camera: str) -> tuple[ReadDone, ...]:
        now_s = self._clock.monotonic()
        due: list[ReadDone] = []
        later: list[tuple[float, ReadDone]] = []
        for at_s, done in self._pending:
            if at_s <= now_s and done.job.camera == camera:
                due.append(done)
            else:
                later.append((at_s, done))
        self._pending = later
        return tuple(due)

    def close(self) -> None:
        self._pending = []
