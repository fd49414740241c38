"""The desk that both writers share: what waits to be written, when it is due, and what came of it.

Audit entries go first and at once, in the order of their submission; rows of the journal gather into
one transaction, because each transaction costs a card one erase block sooner or later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Union

from ..clock import Clock
from ..events import EntryKind, NotRecorded, Recorded
from ..faults import ActiveFault, DiskFull, GateFault, RecordFailed, RecordFault, RecordLocked
from .audit import Told
from .chores import Chores
from .health import Health
from .journal import Insert, write_all
from .lane import Lane
from .ledger import Ledger
from .stamp import Stamper

MAX_ENTRIES = 1024
"""Minutes of a busy gate with a dead disk; beyond it the newest are refused."""
MAX_ROWS = 4096
BATCH_ROWS = 256
ENTRY_LINGER_S = 0.1
"""Entries that nobody waits for gather this long: one commit for a burst, and no more to lose than that."""
ROW_LINGER_S = 5.0
LOOK_S = 5.0
"""How often free space is looked at, and chores that are due."""

Answer = Union[Recorded, NotRecorded]


@dataclass(frozen=True, slots=True)
class Pending:
    """An entry on its way. With a ticket somebody waits for it."""

    told: Told
    ticket: str | None
    since_s: float


@dataclass(frozen=True, slots=True)
class Listener:
    """Whom a writer tells. Called from the writer's thread, and from the submitter's when a queue is full:
    each must be quick, and safe to call from any thread.
    """

    answer: Callable[[Answer], None]
    on_fault: Callable[[GateFault], None]
    on_recovered: Callable[[str], None]


class Desk:
    """Submitting is for any thread; working belongs to one."""

    def __init__(
        self,
        open_ledger: Callable[[], Ledger],
        clock: Clock,
        stamper: Stamper,
        listener: Listener,
        *,
        retention_days: int,
        max_entries: int = MAX_ENTRIES,
        max_rows: int = MAX_ROWS,
    ) -> None:
        self._open_ledger = open_ledger
        self._clock = clock
        self._stamper = stamper
        self._listener = listener
        self._health = Health(listener.on_fault, listener.on_recovered)
        self._entries: Lane[Pending] = Lane(max_entries)
        self._rows: Lane[Insert] = Lane(max_rows)
        self._ledger: Ledger | None = None
        self._ended: RecordFault | None = None
        self._confessed = 0
        now = clock.monotonic()
        self._chores = Chores(stamper, retention_days, now)
        self._rows_due_s = now + ROW_LINGER_S
        self._look_due_s = now
        self._submitted_s = now
        self._busy_since_s: float | None = None

    # -- submitting --------------------------------------------------------------------------------

    def put_entry(self, told: Told, ticket: str | None) -> None:
        """Queue an entry. When it cannot be taken, the answer comes before this returns."""
        now = self._submitted_s = self._clock.monotonic()
        if self._ended is not None:
            self._answer([ticket], self._ended)
        elif not self._entries.put(Pending(told, ticket, now)):
            self._answer([ticket], self._overflow("entries"))

    def put_row(self, row: Insert) -> None:
        self._submitted_s = self._clock.monotonic()
        if not self._rows.put(row):
            self._overflow("journal rows")

    @property
    def pressing(self) -> bool:
        """Whether rows should be written now rather than later."""
        return len(self._rows) >= BATCH_ROWS

    def oldest_wait_s(self) -> float:
        """How long the oldest entry has waited, being written included; a hung disk shows here."""
        waiting = self._entries.look()
        oldest = min((one.since_s for one in waiting), default=None)
        times = [since for since in (oldest, self._busy_since_s) if since is not None]
        return self._clock.monotonic() - min(times) if times else 0.0

    # -- working -----------------------------------------------------------------------------------

    def wait_s(self) -> float:
        """Seconds until there is something to do, if nothing is submitted meanwhile."""
        now = self._clock.monotonic()
        waiting = self._entries.look()
        if any(one.ticket for one in waiting):
            return 0.0
        if self._health.failing:
            return self._health.rest_s(now)
        due = self._look_due_s
        if waiting:
            due = min(due, waiting[0].since_s + ENTRY_LINGER_S)
        if len(self._rows):
            due = min(due, self._rows_due_s)
        return max(0.0, due - now)

    def work(self, *, eager: bool = False) -> None:
        """Do what is due; `eager` writes every waiting entry now. Nothing after the end."""
        if self._ended is not None:
            return
        now = self._clock.monotonic()
        waiting = self._entries.look()
        asked = any(one.ticket for one in waiting)
        if self._health.rest_s(now) > 0 and not asked:
            return
        ripe = bool(waiting) and now >= waiting[0].since_s + ENTRY_LINGER_S
        if asked or ripe or (eager and waiting):
            self._write_entries()
        elif self._health.failing:
            self._try(self._probe)
        if now >= self._rows_due_s or self.pressing:
            self._rows_due_s = now + ROW_LINGER_S
            self._write_rows()
        if now >= self._look_due_s and not self._health.failing:
            self._look_due_s = now + LOOK_S
            self._try(self._look)

    def finish(self) -> int:
        """Write all that waits and close. The number of entries that could not be written."""
        closed = RecordFailed("the record is closed", part="record")
        self._ended = closed
        self._write_entries()
        self._write_rows()
        left = len(self._entries)
        self.end(closed)
        if self._ledger is not None:
            self._try(self._ledger.close)
        self._ledger = None
        return left

    def end(self, fault: RecordFault) -> None:
        """Take nothing any more; those who wait are told `fault`."""
        self._ended = fault
        self._answer([one.ticket for one in self._entries.take()], fault)

    def _write_entries(self) -> None:
        batch = self._entries.take()
        if not batch:
            return
        self._busy_since_s = batch[0].since_s
        try:
            low = self._append([one.told for one in batch])
        except RecordFault as fault:
            # The entries stay: what happened is told late rather than never. The tickets do not.
            self._entries.put_back([replace(one, ticket=None) for one in batch])
            self._failed(fault)
            self._answer([one.ticket for one in batch], fault)
        else:
            self._health.worked(low)
            self._answer([one.ticket for one in batch], low)
        finally:
            self._busy_since_s = None

    def _append(self, told: list[Told]) -> DiskFull | None:
        """Make entries durable. Below the reserve of space too, which is there for them, but then no
        opening may rest on it: the shortage is returned.
        """
        ledger = self._opened()
        low = _shortage(ledger)
        lost = self._entries.refused - self._confessed
        with ledger.store.transaction():
            ledger.audit.append(told)
            ledger.audit.append(self._confession(lost))
        self._confessed += lost
        self._chores.commits += 1
        return low

    def _confession(self, lost: int) -> list[Told]:
        if lost == 0:
            return []
        sentence = f"{lost} entries before this one were not kept: the queue was full."
        return [Told(self._stamper.stamp(), str(EntryKind.FAULT_RAISED), "record", sentence)]

    def _write_rows(self) -> None:
        if len(self._rows) == 0 or self._health.failing:
            return
        rows = self._rows.take()
        if not self._try(lambda: self._insert(rows)):
            self._rows.put_back(rows)

    def _insert(self, rows: list[Insert]) -> None:
        ledger = self._opened()
        low = _shortage(ledger)
        if low is not None:
            self._rows.put_back(rows)
            self._health.note(low)
            return
        with ledger.store.transaction():
            write_all(ledger.store, rows)
        self._chores.commits += 1
        self._health.worked(None)

    def _probe(self) -> None:
        self._opened().store.probe()
        self._health.worked(None)

    def _look(self) -> None:
        ledger = self._opened()
        self._health.worked(_shortage(ledger))
        self._chores.do(ledger, self._clock.monotonic(), self._submitted_s)

    def _opened(self) -> Ledger:
        if self._ledger is None:
            self._ledger = self._open_ledger()
            if self._ledger.cut is not None:
                self._listener.on_fault(self._ledger.cut)
        return self._ledger

    def _try(self, act: Callable[[], None]) -> bool:
        """Whether `act` went well; its fault is told and starts the back-off."""
        try:
            act()
        except RecordFault as fault:
            self._failed(fault)
            return False
        return True

    def _failed(self, fault: RecordFault) -> None:
        self._health.failed(fault, self._clock.monotonic())
        # A database that was set aside and made anew is found by opening it again.
        if self._ledger is not None and not isinstance(fault, (RecordLocked, DiskFull)):
            self._ledger.abandon()
            self._ledger = None

    def _overflow(self, what: str) -> RecordFailed:
        fault = RecordFailed(f"the queue of {what} is full", part="record")
        self._health.note(fault)
        return fault

    def _answer(self, tickets: Iterable[str | None], fault: RecordFault | None) -> None:
        for ticket in tickets:
            if ticket is None:
                continue
            if fault is None:
                self._listener.answer(Recorded(ticket))
            else:
                told = ActiveFault.of(fault, self._clock.monotonic())
                self._listener.answer(NotRecorded(ticket, told))


def _shortage(ledger: Ledger) -> DiskFull | None:
    try:
        ledger.store.check_space()
    except DiskFull as fault:
        return fault
    return None
