"""Describes vehicles off the loop and off the reading of plates: looks are a second witness, and may be late.

Whatever befalls a describer, it costs a warning and the looks, never a read (LooksFailed).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Condition, Thread

from ..clock import Clock
from ..faults import GateFault, LooksFailed
from ..sight import AnyPicture, Box, Looks
from .base import BaseDescriber
from .sit import Sit, stay


@dataclass(frozen=True, slots=True)
class LooksJob:
    """One vehicle of one frame to be described."""

    camera: str
    track_id: int
    picture: AnyPicture
    vehicle: Box


@dataclass(frozen=True, slots=True)
class LooksDone:
    """A vehicle that was described, or the fault that it met."""

    job: LooksJob
    looks: Looks | None
    fault: LooksFailed | None = None


class BaseLooking(ABC):
    """Takes one vehicle of each camera, and answers later."""

    @abstractmethod
    def submit(self, job: LooksJob) -> None:
        """Describe this vehicle, or let it pass where one of its camera is under way. Never waits."""

    @abstractmethod
    def collect(self, camera: str) -> tuple[LooksDone, ...]:
        """What of this camera was described since its last call.

        Raises LooksFailed while the describer is stuck, and when it has ended.
        """

    @abstractmethod
    def close(self) -> None:
        """Take no more. May be called twice."""


class NullLooking(BaseLooking):
    """Nobody describes."""

    def submit(self, job: LooksJob) -> None:
        """Nobody looks."""

    def collect(self, camera: str) -> tuple[LooksDone, ...]:
        return ()

    def close(self) -> None:
        """Nothing is open."""


class InlineLooking(BaseLooking):
    """Describes at once: for virtual time, where the same run gives the same answers."""

    def __init__(self, describer: BaseDescriber) -> None:
        self._describer = describer
        self._done: defaultdict[str, list[LooksDone]] = defaultdict(list)

    def submit(self, job: LooksJob) -> None:
        self._done[job.camera].extend(_answers(self._describer, [job]))

    def collect(self, camera: str) -> tuple[LooksDone, ...]:
        return tuple(self._done.pop(camera, ()))

    def close(self) -> None:
        self._done.clear()


def inline(describer: BaseDescriber | None) -> BaseLooking:
    """What describes at once, or nobody."""
    return NullLooking() if describer is None else InlineLooking(describer)


class ThreadedLooking(BaseLooking):
    """Describes in one thread, as many vehicles at once as the describer likes, cameras in turn.

    A run longer than `limit_s` is reported for as long as it lasts. `sit` is called at the thread's top.
    """

    def __init__(
        self,
        describer: BaseDescriber,
        clock: Clock,
        *,
        limit_s: float,
        wake: Callable[[], None],
        sit: Sit = stay,
    ) -> None:
        self._describer = describer
        self._clock = clock
        self._limit_s = limit_s
        self._wake = wake
        self._sit = sit
        self._changed = Condition()
        self._waiting: dict[str, LooksJob] = {}
        """By camera, in the order in which they came."""
        self._batch: dict[str, LooksJob] = {}
        self._begun_s = 0.0
        self._done: defaultdict[str, list[LooksDone]] = defaultdict(list)
        self._ended = ""
        self._closed = False
        Thread(target=self._run, name="describer", daemon=True).start()

    def submit(self, job: LooksJob) -> None:
        with self._changed:
            if job.camera not in self._batch:
                self._waiting.setdefault(job.camera, job)
                self._changed.notify()

    def collect(self, camera: str) -> tuple[LooksDone, ...]:
        with self._changed:
            if self._ended:
                raise LooksFailed(self._ended, part="vehicle")
            if self._batch and self._clock.monotonic() - self._begun_s > self._limit_s:
                raise LooksFailed(f"one look takes over {self._limit_s:g} s", part="vehicle")
            return tuple(self._done.pop(camera, ()))

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _run(self) -> None:
        self._sit()
        try:
            while batch := self._next():
                self._finish(_answers(self._describer, batch))
        except Exception as error:  # noqa: BLE001 - the task's top: it ends here, and the loop hears of it
            self._ended = f"describing ended: {error!r}"
            self._wake()

    def _next(self) -> list[LooksJob]:
        """The vehicles that wait, waiting for one; none when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if self._closed:
                return []
            self._batch = {c: self._waiting.pop(c) for c in [*self._waiting][: self._describer.most]}
            self._begun_s = self._clock.monotonic()
            return list(self._batch.values())

    def _finish(self, done: Sequence[LooksDone]) -> None:
        with self._changed:
            self._batch = {}
            for answer in done:
                self._done[answer.job.camera].append(answer)
        self._wake()


def _answers(describer: BaseDescriber, batch: Sequence[LooksJob]) -> list[LooksDone]:
    """The looks of a batch, or its fault told to each job."""
    try:
        looks = describer.describe_many([(job.picture, job.vehicle) for job in batch])
    except GateFault as fault:
        failed = LooksFailed(fault.detail, part=fault.part)
        return [LooksDone(job, None, failed) for job in batch]
    return [LooksDone(job, seen) for job, seen in zip(batch, looks, strict=True)]
