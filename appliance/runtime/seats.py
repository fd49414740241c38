"""Where the gate's threads sit: processors and priority, by what each of them is for."""

from __future__ import annotations

import os
import threading
from typing import Protocol

from ..config.schema import Seat, Threads
from ..faults import SeatRefused
from ..vision.base import FaultSink
from ..words import Word


class Role(Word):
    """What a thread is for: a table of [threads] each."""

    CAPTURE = "capture"
    VISION = "vision"
    READING = "reading"
    GATE = "gate"
    RECORD = "record"


class Scheduler(Protocol):
    """The operating system's scheduler, as far as it concerns the calling thread."""

    def cores(self) -> frozenset[int]: ...

    def pin(self, cores: frozenset[int]) -> None: ...

    def nice(self) -> int: ...

    def renice(self, nice: int) -> None: ...


class LinuxScheduler:
    """Linux keeps both for each thread, and a new thread has those of the one that started it."""

    def cores(self) -> frozenset[int]:
        return frozenset(os.sched_getaffinity(0))

    def pin(self, cores: frozenset[int]) -> None:
        os.sched_setaffinity(0, cores)

    def nice(self) -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def renice(self, nice: int) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), nice)


class Seats:
    """Gives each thread its seat; a thread without one gets that of the thread that made the seats.

    What the board lacks or the system refuses is a WARN of the role, and the thread runs on as it is.
    """

    def __init__(self, settings: Threads, faults: FaultSink, scheduler: Scheduler | None = None) -> None:
        self._seats = {
            Role.CAPTURE: settings.capture,
            Role.VISION: settings.vision,
            Role.READING: settings.reading,
            Role.GATE: settings.gate,
            Role.RECORD: settings.record,
        }
        self._faults = faults
        self._scheduler = scheduler or LinuxScheduler()
        self._cores, self._nice = self._scheduler.cores(), self._scheduler.nice()

    def take(self, role: Role) -> None:
        """Seat the calling thread: before it starts others or loads nets, whose threads sit as it does."""
        seat = self._seats[role]
        try:
            self._pin(role, seat)
            self._renice(seat)
        except OSError as error:
            self._faults.raised(SeatRefused(f"{error.strerror}: {_words(seat)}", part=f"threads.{role}"))

    def _pin(self, role: Role, seat: Seat) -> None:
        wanted = frozenset(seat.cores) or self._cores
        lacking = sorted(wanted - self._cores)
        if lacking:
            there = ", ".join(map(str, sorted(self._cores)))
            detail = f"no core {', '.join(map(str, lacking))} here, only {there}"
            self._faults.raised(SeatRefused(detail, part=f"threads.{role}"))
        cores = wanted & self._cores or self._cores
        if cores != self._scheduler.cores():
            self._scheduler.pin(cores)

    def _renice(self, seat: Seat) -> None:
        nice = self._nice if seat.nice is None else seat.nice
        if nice != self._scheduler.nice():
            self._scheduler.renice(nice)


def _words(seat: Seat) -> str:
    return f"cores = {list(seat.cores)}, nice = {seat.nice}"
