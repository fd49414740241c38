"""Describes vehicles off the loop and off the reading of plates: looks are a second witness, and may be late.

Whatever befalls a describer, it costs a warning and the looks, never a read (LooksFailed).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Thread

from ..clock import Clock
from ..faults import GateFault, LooksFailed
from ..sight import AnyPicture, Box, Looks
from .base import BaseDescriber


@dataclass(frozen=True, slots=True)
class LooksJob:
    """One vehicle of one frame to be described."""

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
    """Takes a vehicle when it is free, and answers later."""

    @abstractmethod
    def submit(self, job: LooksJob) -> None:
        """Describe this vehicle, or let it pass where one is under way. Never waits."""

    @abstractmethod
    def collect(self) -> tuple[LooksDone, ...]:
        """What was described since the last call. Raises LooksFailed when the describer is stuck or ended."""

    @abstractmethod
    def close(self) -> None:
        """Take no more. May be called twice."""


class NullLooking(BaseLooking):
    """Nobody describes."""

    def submit(self, job: LooksJob) -> None:
        """Nobody looks."""

    def collect(self) -> tuple[LooksDone, ...]:
        return ()

    def close(self) -> None:
        """Nothing is open."""


class InlineLooking(BaseLooking):
    """Describes at once: for virtual time, where the same run gives the same answers."""

    def __init__(self, describer: BaseDescriber) -> None:
        self._describer = describer
        self._done: list[LooksDone] = []

    def submit(self, job: LooksJob) -> None:
        self._done.append(_answer(self._describer, job))

    def collect(self) -> tuple[LooksDone, ...]:
        done, self._done = tuple(self._done), []
        return done

    def close(self) -> None:
        self._done = []


def inline(describer: BaseDescriber | None) -> BaseLooking:
    """What describes at once, or nobody."""
    return NullLooking() if describer is None else InlineLooking(describer)


class ThreadedLooking(BaseLooking):
    """Describes in one thread. A call longer than `limit_s` is reported for as long as it lasts."""

    def __init__(
        self,
        describer: BaseDescriber,
        clock: Clock,
        *,
        limit_s: float,
        wake: Callable[[], None],
    ) -> None:
        self._describer = describer
        self._clock = clock
        self._limit_s = limit_s
        self._wake = wake
        self._changed = Condition()
        self._job: LooksJob | None = None
        self._since_s: float | None = None
        self._done: list[LooksDone] = []
        self._ended = ""
        self._closed = False
        Thread(target=self._run, name="describer", daemon=True).start()

    def submit(self, job: LooksJob) -> None:
        with self._changed:
            if self._job is None:
                self._job, self._since_s = job, self._clock.monotonic()
                self._changed.notify()

    def collect(self) -> tuple[LooksDone, ...]:
        with self._changed:
            if self._ended:
                raise LooksFailed(self._ended, part="vehicle")
            if self._since_s is not None and self._clock.monotonic() - self._since_s > self._limit_s:
                raise LooksFailed(f"one look takes over {self._limit_s:g} s", part="vehicle")
            done, self._done = tuple(self._done), []
        return done

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _run(self) -> None:
        try:
            while (job := self._next()) is not None:
                self._finish(_answer(self._describer, job))
        except Exception as error:  # noqa: BLE001 - the task's top: it ends here, and the loop hears of it
            self._ended = f"describing ended: {error!r}"
            self._wake()

    def _next(self) -> LooksJob | None:
        with self._changed:
            self._changed.wait_for(lambda: self._job is not None or self._closed)
            return None if self._closed else self._job

    def _finish(self, done: LooksDone) -> None:
        with self._changed:
            self._job = self._since_s = None
            self._done.append(done)
        self._wake()


def _answer(describer: BaseDescriber, job: LooksJob) -> LooksDone:
    try:
        return LooksDone(job, describer.describe(job.picture, job.vehicle))
    except GateFault as fault:
        return LooksDone(job, None, LooksFailed(fault.detail, part=fault.part))
