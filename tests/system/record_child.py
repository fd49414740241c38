"""A process that records without end and prints each acknowledged ticket: made to be killed."""

from __future__ import annotations

import itertools
import os
import sys
import threading
from pathlib import Path

from appliance.config.schema import Record
from appliance.events import Entry, EntryKind, PlateEvent, PlateEventKind, Recorded
from appliance.faults import GateFault
from appliance.hw.system_clock import SystemClock
from appliance.record.desk import Answer
from appliance.record.stamp import Origin
from appliance.record.writer import RecordWriter


class Scribe:
    """Submits the next entry as soon as the last one is answered, with others around it."""

    def __init__(self, path: Path, name: str) -> None:
        self._clock = SystemClock(vouched=True)
        self._name = name
        self._answered = threading.Event()
        self._writer = RecordWriter(
            Record(path=path),
            self._clock,
            Origin.here(),
            answer=self._answer,
            on_fault=self._fault,
            on_recovered=lambda kind: None,
        )

    def write(self) -> None:
        self._writer.start()
        for number in itertools.count():
            self._answered.clear()
            self._submit(f"{self._name}-{number}")
            self._answered.wait(10.0)

    def _submit(self, ticket: str) -> None:
        now = self._clock.monotonic()
        self._writer.submit_event(
            PlateEvent(PlateEventKind.READ, "front", 1, ticket, 0.9, "It was read.", now)
        )
        self._writer.submit_entry(Entry(EntryKind.TRANSITION, now, "machine", "idle to recognise"))
        self._writer.submit_entry(Entry(EntryKind.OPENING, now, ticket, "It may enter."), ticket)

    def _answer(self, answer: Answer) -> None:
        if isinstance(answer, Recorded):
            # One write call: a kill leaves a whole line or none.
            os.write(1, f"{answer.ticket}\n".encode())
        self._answered.set()

    def _fault(self, fault: GateFault) -> None:
        os.write(2, f"{fault}\n".encode())


if __name__ == "__main__":
    Scribe(Path(sys.argv[1]), sys.argv[2]).write()
