"""What it costs to hand a frame or a plate from thread to thread: as the gate does it, and with asyncio."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any, TypeVar

from ..clock import Clock
from ..faults import BenchFault
from ..sight import AnyPicture, Box, Detection, Frame, Kind
from ..vision.base import BasePlateReader, ReadResult
from ..vision.desk import ThreadedDesk
from ..vision.drops import Drops
from ..vision.mailbox import Mailbox
from ..vision.waiting import ReadJob
from .race import Step
from .spread import Spread

T = TypeVar("T")

# What takes longer than this will not happen.
_LIMIT_S = 10.0
_PLATE = Detection(Kind.PLATE, 1.0, Box(0.0, 0.0, 8.0, 4.0))


class BaseWay(ABC):
    """One way of handing over, and its threads."""

    name: str

    @abstractmethod
    def run(self, frames: Sequence[Frame]) -> list[float]:
        """Hand frames over, each after the one before was taken: the seconds that each took."""

    @abstractmethod
    def close(self) -> None:
        """End the threads."""


class _OneWay(BaseWay):
    """From one thread to another. The word that it came is no part of the seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heard = Event()
        self._at_s = 0.0

    def run(self, frames: Sequence[Frame]) -> list[float]:
        took: list[float] = []
        for frame in frames:
            self._heard.clear()
            start_s = self._clock.monotonic()
            self._put(frame)
            wait(self._heard)
            took.append(self._at_s - start_s)
        return took

    @abstractmethod
    def _put(self, frame: Frame) -> None:
        """Hand it over, not waiting for anybody."""

    def _taken(self) -> None:
        """The other thread has the frame."""
        self._at_s = self._clock.monotonic()
        self._heard.set()


class MailboxWay(_OneWay):
    """A camera's thread leaves a frame in the mailbox and wakes the loop's: the gate's own way."""

    name = "mailbox and event"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._woken = Event()
        self._mailbox = Mailbox(clock, Drops(), self._woken.set)
        self._mailbox.due_s = clock.monotonic()
        self._open = True
        self._thread = Thread(target=self._loop, name="bench-loop", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._open = False
        self._woken.set()
        self._thread.join(_LIMIT_S)

    def _put(self, frame: Frame) -> None:
        self._mailbox.put(frame)

    def _loop(self) -> None:
        while self._open:
            self._woken.wait()
            self._woken.clear()
            if self._mailbox.take() is not None:
                self._taken()


class _Loop:
    """An asyncio loop on a thread of its own, as a gate built on asyncio would have one."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="bench-asyncio", daemon=True)
        self._thread.start()

    def start(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def call(self, work: Callable[[Frame | None], object], frame: Frame | None) -> None:
        self._loop.call_soon_threadsafe(work, frame)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_LIMIT_S)
        self._loop.close()


class CallSoonWay(_OneWay):
    """A camera's thread has the loop put the frame where a task waits for it: no lock is needed."""

    name = "asyncio, call_soon_threadsafe"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._frame: Frame | None = None
        self._news = asyncio.Event()
        self._running = _Loop()
        self._task = self._running.start(self._see())

    def close(self) -> None:
        self._running.call(self._leave, None)
        self._task.result(_LIMIT_S)
        self._running.close()

    def _put(self, frame: Frame) -> None:
        self._running.call(self._leave, frame)

    def _leave(self, frame: Frame | None) -> None:
        self._frame = frame
        self._news.set()

    async def _see(self) -> None:
        await self._news.wait()
        while self._frame is not None:
            self._news.clear()
            self._taken()
            await self._news.wait()


class _Absent(BasePlateReader):
    """Reads nothing, at once: what is left is the hand-over."""

    def read(self, picture: AnyPicture, plate: Detection) -> ReadResult:
        return ReadResult((), "")


class DeskWay(BaseWay):
    """The loop asks the reading desk's thread, and is woken with the answer: the gate's own way."""

    name = "desk and condition"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._woken = Event()
        self._desk = ThreadedDesk(_Absent(), clock, Drops(), size=2, limit_s=_LIMIT_S, wake=self._woken.set)

    def run(self, frames: Sequence[Frame]) -> list[float]:
        took: list[float] = []
        for frame in frames:
            start_s = self._clock.monotonic()
            self._woken.clear()
            job = ReadJob(frame.camera, 1, frame.seq, frame.captured_s, start_s, frame.picture, _PLATE, 1.0)
            self._desk.submit(job)
            wait(self._woken)
            self._desk.collect(frame.camera)
            took.append(self._clock.monotonic() - start_s)
        return took

    def close(self) -> None:
        self._desk.close()


class ExecutorWay(BaseWay):
    """A task awaits `run_in_executor`: how asyncio calls what blocks, as a net does."""

    name = "asyncio, run_in_executor"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._reader = _Absent()
        self._pool = ThreadPoolExecutor(1, "bench-reader")
        self._running = _Loop()

    def run(self, frames: Sequence[Frame]) -> list[float]:
        return self._running.start(self._ask(frames)).result(_LIMIT_S * len(frames))

    def close(self) -> None:
        self._running.close()
        self._pool.shutdown()

    async def _ask(self, frames: Sequence[Frame]) -> list[float]:
        loop, took = asyncio.get_running_loop(), []
        for frame in frames:
            start_s = self._clock.monotonic()
            await loop.run_in_executor(self._pool, self._reader.read, frame.picture, _PLATE)
            took.append(self._clock.monotonic() - start_s)
        return took


def wait(event: Event) -> None:
    """Raises BenchFault when it does not come."""
    if not event.wait(_LIMIT_S):
        raise BenchFault(f"a thread gave no answer in {_LIMIT_S:g} s")


@dataclass(frozen=True, slots=True)
class Handover:
    """What one way took: milliseconds a hand-over, and those of processors, all threads together."""

    name: str
    wall: Spread
    cpu_ms: float

    def as_json(self) -> dict[str, object]:
        return {"name": self.name, "ms": self.wall.as_json(), "cpu_ms": round(self.cpu_ms, 5)}


def compare_ways(
    ways: Sequence[BaseWay], frames: Sequence[Frame], blocks: int, cpu: Callable[[], float], step: Step
) -> tuple[Handover, ...]:
    """Each way hands over all frames, in turn with the others, `blocks` times. Raises BenchFault."""
    took: list[list[float]] = [[] for _ in ways]
    used = [0.0 for _ in ways]
    for way in ways:
        way.run(frames)
    for _ in range(blocks):
        for number, way in enumerate(ways):
            before_s = cpu()
            took[number] += way.run(frames)
            used[number] += cpu() - before_s
        step()
    return tuple(
        Handover(way.name, Spread.of(seconds), 1000.0 * spent / len(seconds))
        for way, seconds, spent in zip(ways, took, used)
    )


@contextmanager
def every_way(clock: Clock) -> Iterator[tuple[BaseWay, ...]]:
    """The gate's way and asyncio's: of a frame to the loop, then of a plate to the reader and back."""
    with ExitStack() as threads:
        ways = [make(clock) for make in (MailboxWay, CallSoonWay, DeskWay, ExecutorWay)]
        for way in ways:
            threads.callback(way.close)
        yield tuple(ways)
