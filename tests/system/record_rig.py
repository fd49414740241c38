"""A writer on its own thread and on a real disk, whose answers and faults can be waited for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.config.schema import Record
from appliance.events import Entry, EntryKind, NotRecorded
from appliance.hw.system_clock import SystemClock
from appliance.record.desk import Answer
from appliance.record.stamp import Origin, Stamper
from appliance.record.store import FreeBytes, free_bytes
from appliance.record.writer import RecordWriter


def plenty(path: Path) -> int:
    """Free space that hides a full disk from the gate: SQLite meets it."""
    return 2**40


def a_stamper() -> Stamper:
    return Stamper(SystemClock(vouched=True), Origin.here())


class Watched:
    """A running writer and what it told."""

    def __init__(self, settings: Record, free: FreeBytes) -> None:
        self.answers: dict[str, Answer] = {}
        self.faults: list[str] = []
        self.recovered: list[str] = []
        self._told = threading.Condition()
        self.writer = RecordWriter(
            settings,
            SystemClock(vouched=True),
            Origin.here(),
            answer=self._answer,
            on_fault=lambda fault: self._note(self.faults, fault.kind()),
            on_recovered=lambda kind: self._note(self.recovered, kind),
            free=free,
        )

    def ask(self, ticket: str) -> str:
        """Submit an opening; "recorded", or the kind of the fault."""
        self.writer.submit_entry(Entry(EntryKind.OPENING, time.monotonic(), ticket, "It may enter."), ticket)
        self.wait(lambda: ticket in self.answers)
        answer = self.answers[ticket]
        return answer.fault.kind if isinstance(answer, NotRecorded) else "recorded"

    def wait(self, true: Callable[[], bool], timeout_s: float = 20.0) -> None:
        with self._told:
            assert self._told.wait_for(true, timeout_s)

    def _answer(self, answer: Answer) -> None:
        with self._told:
            self.answers[answer.ticket] = answer
            self._told.notify_all()

    def _note(self, notes: list[str], kind: str) -> None:
        with self._told:
            notes.append(kind)
            self._told.notify_all()


@contextmanager
def watched(settings: Record, free: FreeBytes = free_bytes) -> Iterator[Watched]:
    made = Watched(settings, free)
    made.writer.start()
    try:
        yield made
    finally:
        made.writer.stop()
