"""The writers: one with a thread of its own for real time, one that works when told for virtual time."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable

from ..clock import Clock
from ..config.schema import Record
from ..events import Entry, PlateEvent, Visit
from ..faults import GateFault, RecordFailed
from ..sight import Reading
from .audit import Told
from .desk import MAX_ENTRIES, MAX_ROWS, Answer, Desk, Listener
from .journal import Insert, Sighting, event_insert, reading_insert, visit_insert
from .ledger import Ledger, new_gate_id
from .stamp import Origin, Stamper
from .store import FreeBytes, free_bytes

NO_SIGHTING = Sighting()


def _nothing() -> None:
    """Nothing is to be done first."""


class BaseWriter(ABC):
    """Takes what is to be recorded, from any thread, and never blocks."""

    @abstractmethod
    def submit_entry(self, entry: Entry, ticket: str | None = None) -> None:
        """Add to the audit chain, in the order of submission.

        With a ticket it is written at once and answered, once, by Recorded or NotRecorded.
        """

    @abstractmethod
    def submit_event(self, event: PlateEvent) -> None:
        """Add to the journal, some seconds later and in one transaction with others."""

    @abstractmethod
    def submit_visit(self, visit: Visit) -> None:
        """As `submit_event`."""

    @abstractmethod
    def submit_reading(self, reading: Reading, sighting: Sighting = NO_SIGHTING) -> None:
        """As `submit_event`."""

    @abstractmethod
    def oldest_wait_s(self) -> float:
        """How long the oldest entry has waited to be durable; a supervisor sees a hung disk here."""


class _DeskWriter(BaseWriter):
    """What both writers do alike: date what is submitted and lay it on the desk."""

    def __init__(self, desk: Desk, stamper: Stamper) -> None:
        self._desk = desk
        self._stamper = stamper

    def submit_entry(self, entry: Entry, ticket: str | None = None) -> None:
        self._desk.put_entry(Told.of(entry, self._stamper.stamp(entry.at_s)), ticket)
        self._wake()

    def submit_event(self, event: PlateEvent) -> None:
        self._put_row(event_insert(event, self._stamper.stamp(event.at_s)))

    def submit_visit(self, visit: Visit) -> None:
        self._put_row(visit_insert(visit, self._stamper.stamp(visit.first_s)))

    def submit_reading(self, reading: Reading, sighting: Sighting = NO_SIGHTING) -> None:
        self._put_row(reading_insert(reading, sighting, self._stamper.stamp(reading.captured_s)))

    def oldest_wait_s(self) -> float:
        return self._desk.oldest_wait_s()

    def _put_row(self, row: Insert) -> None:
        self._desk.put_row(row)
        if self._desk.pressing:
            self._wake()

    @abstractmethod
    def _wake(self) -> None:
        """Something is waiting."""


class InlineWriter(_DeskWriter):
    """Works when `pump` is called, on the caller's thread: the twin's virtual time stays deterministic."""

    def __init__(
        self,
        settings: Record,
        clock: Clock,
        origin: Origin,
        *,
        on_fault: Callable[[GateFault], None],
        on_recovered: Callable[[str], None],
        free: FreeBytes = free_bytes,
        new_id: Callable[[], str] = new_gate_id,
        max_entries: int = MAX_ENTRIES,
        max_rows: int = MAX_ROWS,
    ) -> None:
        self._answers: list[Answer] = []
        stamper = Stamper(clock, origin)
        desk = Desk(
            lambda: Ledger.open(settings, stamper, free=free, new_id=new_id),
            clock,
            stamper,
            Listener(self._answers.append, on_fault, on_recovered),
            retention_days=settings.retention_days,
            max_entries=max_entries,
            max_rows=max_rows,
        )
        super().__init__(desk, stamper)

    def pump(self) -> tuple[Answer, ...]:
        """Write the waiting entries and what else is due; the answers since the last pump, in order."""
        self._desk.work(eager=True)
        answers = tuple(self._answers)
        self._answers.clear()
        return answers

    def close(self) -> int:
        """Write all that waits and close; the number of entries that could not be written."""
        return self._desk.finish()

    def _wake(self) -> None:
        """Nobody sleeps: `pump` will look."""


class RecordWriter(_DeskWriter):
    """Works on its own thread, which alone touches the database.

    `start` returns at once: a database that cannot be opened is a fault that heals by itself, not an
    error of starting.
    """

    def __init__(
        self,
        settings: Record,
        clock: Clock,
        origin: Origin,
        *,
        answer: Callable[[Answer], None],
        on_fault: Callable[[GateFault], None],
        on_recovered: Callable[[str], None],
        free: FreeBytes = free_bytes,
        max_entries: int = MAX_ENTRIES,
        max_rows: int = MAX_ROWS,
    ) -> None:
        """`answer`, `on_fault` and `on_recovered` are called from any thread and must be quick."""
        stamper = Stamper(clock, origin)
        desk = Desk(
            lambda: Ledger.open(settings, stamper, free=free),
            clock,
            stamper,
            Listener(answer, on_fault, on_recovered),
            retention_days=settings.retention_days,
            max_entries=max_entries,
            max_rows=max_rows,
        )
        super().__init__(desk, stamper)
        self._on_fault = on_fault
        self._sit = _nothing
        self._signal = threading.Event()
        self._stopping = False
        self._lost = 0
        self._thread = threading.Thread(target=self._run, name="record", daemon=True)

    @property
    def alive(self) -> bool:
        """Whether the thread runs; a supervisor restarts a writer that ended by itself."""
        return self._thread.is_alive()

    def start(self, sit: Callable[[], None] = _nothing) -> None:
        """Begin; `sit` is called first on the writer's thread."""
        self._sit = sit
        self._thread.start()

    def stop(self, timeout_s: float = 10.0) -> bool:
        """Write what waits and end. False when something was lost or the disk gave no answer in time."""
        if self._thread.ident is None:
            return True
        self._stopping = True
        self._signal.set()
        self._thread.join(timeout_s)
        return not self._thread.is_alive() and self._lost == 0

    def _wake(self) -> None:
        self._signal.set()

    def _run(self) -> None:
        try:
            self._sit()
            while not self._stopping:
                self._signal.wait(self._desk.wait_s())
                self._signal.clear()
                self._desk.work()
            self._lost = self._desk.finish()
        except Exception as error:  # noqa: BLE001 - the task's top: it ends here and is seen to end
            fault = RecordFailed(f"the writer ended: {error!r}", part="record")
            self._desk.end(fault)
            self._on_fault(fault)
