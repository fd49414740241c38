"""The writers: durable before answered, in order, never blocking, and well again by themselves."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from appliance.clock import ManualClock
from appliance.config.schema import Record
from appliance.events import EntryKind, NotRecorded, Recorded
from appliance.faults import DiskFull, GateFault
from appliance.record import chores, desk
from appliance.record.audit import AuditLog, verify
from appliance.record.desk import Answer
from appliance.record.head import head_path, read_head
from appliance.record.health import FIRST_RETRY_S, LAST_RETRY_S
from appliance.record.journal import Journal, Sighting
from appliance.record.store import Store
from appliance.record.writer import RecordWriter

from .rig import ORIGIN, Rig, entry, event, reading, visit


@contextmanager
def reader(settings: Record) -> Iterator[Store]:
    store = Store.open_to_read(settings)
    yield store
    store.close()


@contextmanager
def locked(settings: Record) -> Iterator[None]:
    """Another process that holds the database."""
    other = sqlite3.connect(settings.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.close()


def subjects(settings: Record) -> list[str]:
    with reader(settings) as store:
        return [link.subject for link in AuditLog(store).links()][1:]


def counts(settings: Record) -> tuple[int, int, int]:
    with reader(settings) as store:
        journal = Journal(store)
        return len(journal.recent_events()), len(journal.recent_visits()), len(journal.recent_reads())


def refused(answers: tuple[Answer, ...]) -> list[tuple[str, str]]:
    return [(a.ticket, a.fault.kind) for a in answers if isinstance(a, NotRecorded)]


def test_an_answered_entry_is_in_the_chain(rig: Rig) -> None:
    writer = rig.writer()
    writer.submit_entry(entry("A"), ticket="t1")
    assert writer.pump() == (Recorded("t1"),)
    assert subjects(rig.settings) == ["A"]
    writer.close()


def test_the_order_is_that_of_submission(rig: Rig) -> None:
    writer = rig.writer()
    for number in range(6):
        writer.submit_entry(entry(str(number)), ticket=None if number % 2 else f"t{number}")
    assert writer.pump() == (Recorded("t0"), Recorded("t2"), Recorded("t4"))
    writer.close()
    assert subjects(rig.settings) == ["0", "1", "2", "3", "4", "5"]


def test_each_pump_gives_its_own_answers(rig: Rig) -> None:
    writer = rig.writer()
    writer.submit_entry(entry("A"), ticket="t1")
    writer.pump()
    assert writer.pump() == ()
    writer.close()


def test_journal_rows_wait_for_company(rig: Rig) -> None:
    writer = rig.writer()
    writer.submit_event(event())
    writer.submit_visit(visit())
    writer.submit_reading(reading(), Sighting("roi"))
    writer.pump()
    before = counts(rig.settings)
    rig.clock.advance(desk.ROW_LINGER_S)
    writer.pump()
    assert (before, counts(rig.settings)) == ((0, 0, 0), (1, 1, 1))
    writer.close()


def test_many_rows_do_not_wait(rig: Rig) -> None:
    writer = rig.writer()
    for _ in range(desk.BATCH_ROWS):
        writer.submit_event(event())
    writer.pump()
    assert counts(rig.settings)[0] == 50
    writer.close()


def test_closing_writes_what_waits(rig: Rig) -> None:
    writer = rig.writer()
    writer.submit_entry(entry("A"))
    writer.submit_event(event())
    assert writer.close() == 0
    assert (subjects(rig.settings), counts(rig.settings)[0]) == (["A"], 1)
    with reader(rig.settings) as store:
        assert verify(store, read_head(rig.settings.path)).head_lag == 0


def test_a_closed_writer_records_nothing(rig: Rig) -> None:
    writer = rig.writer()
    writer.close()
    writer.submit_entry(entry("A"), ticket="t1")
    assert refused(writer.pump()) == [("t1", "record_failed")]


def test_a_locked_database_refuses_the_ticket_and_keeps_the_entry(rig: Rig) -> None:
    writer = rig.writer()
    writer.pump()
    writer.submit_entry(entry("A"), ticket="t1")
    with locked(rig.settings):
        assert refused(writer.pump()) == [("t1", "record_locked")]
    rig.clock.advance(1.0)
    assert writer.pump() == ()
    writer.close()
    assert (rig.heard.faults, rig.heard.recovered) == (["record_locked"], ["record_locked"])
    assert subjects(rig.settings) == ["A"]


def test_a_fault_that_lasts_is_told_once_and_retried_ever_less_often(rig: Rig) -> None:
    writer = rig.writer()
    writer.pump()
    writer.submit_entry(entry("A"))
    with locked(rig.settings):
        for _ in range(200):
            writer.pump()
            rig.clock.advance(0.5)
    assert rig.heard.faults == ["record_locked"]
    rig.clock.advance(LAST_RETRY_S)
    writer.pump()
    assert subjects(rig.settings) == ["A"]
    writer.close()


def test_a_ticket_does_not_wait_for_the_next_retry(rig: Rig) -> None:
    writer = rig.writer()
    writer.pump()
    with locked(rig.settings):
        writer.submit_entry(entry("A"))
        writer.pump()
    writer.submit_entry(entry("B"), ticket="t1")
    assert writer.pump() == (Recorded("t1"),)
    assert subjects(rig.settings) == ["A", "B"]
    writer.close()


def test_those_who_ask_do_not_delay_the_recovery(rig: Rig) -> None:
    writer = rig.writer(max_entries=64)
    writer.pump()
    with locked(rig.settings):
        for number in range(20):
            writer.submit_entry(entry("A"), ticket=f"t{number}")
            writer.pump()
    rig.clock.advance(FIRST_RETRY_S)
    writer.pump()
    assert rig.heard.recovered == ["record_locked"]
    writer.close()


def test_recovery_is_noticed_with_nothing_to_write(rig: Rig) -> None:
    writer = rig.writer()
    writer.pump()
    writer.submit_event(event())
    rig.clock.advance(desk.ROW_LINGER_S)
    with locked(rig.settings):
        writer.pump()
    rig.clock.advance(1.0)
    writer.pump()
    assert rig.heard.recovered == ["record_locked"]
    writer.close()


def test_little_space_refuses_the_ticket_yet_tells_the_chain(rig: Rig) -> None:
    writer = rig.writer()
    writer.pump()
    rig.disk.free = 2**20
    writer.submit_entry(entry("A"), ticket="t1")
    assert refused(writer.pump()) == [("t1", "disk_full")]
    assert (rig.heard.faults, subjects(rig.settings)) == (["disk_full"], ["A"])
    writer.close()


def test_little_space_is_seen_before_anybody_writes(rig: Rig) -> None:
    writer = rig.writer()
    writer.pump()
    rig.disk.free = 2**20
    rig.clock.advance(desk.LOOK_S)
    writer.pump()
    rig.disk.free = 2**40
    rig.clock.advance(desk.LOOK_S)
    writer.pump()
    assert (rig.heard.faults, rig.heard.recovered) == (["disk_full"], ["disk_full"])
    writer.close()


def test_journal_rows_leave_the_last_space_to_the_chain(rig: Rig) -> None:
    writer = rig.writer()
    rig.disk.free = 2**20
    writer.submit_event(event())
    rig.clock.advance(desk.ROW_LINGER_S)
    writer.pump()
    during = counts(rig.settings)[0]
    rig.disk.free = 2**40
    rig.clock.advance(desk.ROW_LINGER_S)
    writer.pump()
    assert (during, counts(rig.settings)[0]) == (0, 1)
    writer.close()


def test_a_full_queue_is_a_fault_and_is_confessed(rig: Rig) -> None:
    writer = rig.writer(max_entries=2)
    for number in range(4):
        writer.submit_entry(entry(str(number)), ticket=f"t{number}")
    answers = writer.pump()
    assert refused(answers) == [("t2", "record_failed"), ("t3", "record_failed")]
    assert rig.heard.faults == ["record_failed"]
    with reader(rig.settings) as store:
        assert AuditLog(store).links()[-1].sentence.startswith("2 entries")
    writer.close()


def test_a_full_journal_is_a_fault(rig: Rig) -> None:
    writer = rig.writer(max_rows=1)
    writer.submit_event(event())
    writer.submit_event(event())
    assert rig.heard.faults == ["record_failed"]
    writer.close()


def test_a_database_replaced_by_a_new_one_is_found(rig: Rig) -> None:
    writer = rig.writer()
    writer.pump()
    for end in ("", "-wal", "-shm"):
        old = rig.settings.path.with_name(rig.settings.path.name + end)
        old.rename(old.with_name(f"aside{end}"))
    head_path(rig.settings.path).unlink()
    writer.submit_entry(entry("A"))
    writer.pump()
    rig.clock.advance(1.0)
    writer.pump()
    assert (rig.heard.faults, rig.heard.recovered) == (["record_failed"], ["record_failed"])
    assert subjects(rig.settings) == ["A"]
    writer.close()


def test_a_cut_chain_is_a_warning(rig: Rig) -> None:
    writer = rig.writer()
    writer.submit_entry(entry("A"))
    writer.close()
    head_path(rig.settings.path).unlink()
    again = rig.writer()
    again.pump()
    again.close()
    assert rig.heard.faults == ["record_cut"]


def test_the_head_follows_in_time(rig: Rig) -> None:
    writer = rig.writer()
    writer.submit_entry(entry("A"))
    writer.pump()
    rig.clock.advance(chores.HEAD_S)
    writer.pump()
    head = read_head(rig.settings.path)
    writer.close()
    assert head is not None
    assert head.seq == 1


def test_waiting_entries_show_their_age(rig: Rig) -> None:
    writer = rig.writer()
    writer.submit_entry(entry("A"))
    rig.clock.advance(3.0)
    assert writer.oldest_wait_s() == 3.0
    writer.pump()
    assert writer.oldest_wait_s() == 0.0
    writer.close()


def test_a_nonsense_time_stops_nothing(rig: Rig) -> None:
    writer = rig.writer()
    writer.submit_entry(replace(entry("A"), at_s=float("nan")), ticket="t1")
    assert writer.pump() == (Recorded("t1"),)
    writer.close()


class Threaded:
    """A writer on its own thread, whose answers can be waited for."""

    def __init__(self, settings: Record, clock: ManualClock) -> None:
        self.answers: list[Answer] = []
        self.faults: list[GateFault] = []
        self.answered = threading.Event()
        self.writer = RecordWriter(
            settings,
            clock,
            ORIGIN,
            answer=self._answer,
            on_fault=self.faults.append,
            on_recovered=lambda kind: None,
        )

    def _answer(self, answer: Answer) -> None:
        self.answers.append(answer)
        self.answered.set()


@pytest.fixture
def threaded(settings: Record, clock: ManualClock) -> Iterator[Threaded]:
    made = Threaded(settings, clock)
    yield made
    made.writer.stop()


def test_a_thread_answers_by_itself(threaded: Threaded, settings: Record) -> None:
    threaded.writer.start()
    threaded.writer.submit_entry(entry("A"), ticket="t1")
    assert threaded.answered.wait(10.0)
    assert threaded.answers == [Recorded("t1")]
    assert subjects(settings) == ["A"]


def test_stopping_the_thread_drains(threaded: Threaded, settings: Record) -> None:
    threaded.writer.start()
    for number in range(20):
        threaded.writer.submit_entry(entry(str(number), EntryKind.TRANSITION))
    assert threaded.writer.stop()
    assert len(subjects(settings)) == 20
    assert not threaded.writer.alive


def test_a_writer_never_started_stops(threaded: Threaded) -> None:
    assert threaded.writer.stop()


def test_a_thread_that_ends_is_seen_and_refuses(threaded: Threaded, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("appliance.record.desk.Desk.work", broken)
    threaded.writer.start()
    threaded.writer.submit_entry(entry("A"), ticket="t1")
    assert threaded.answered.wait(10.0)
    threaded.writer.stop()
    assert [type(answer) for answer in threaded.answers] == [NotRecorded]
    assert ([fault.kind() for fault in threaded.faults], threaded.writer.alive) == (["record_failed"], False)


def test_a_disk_full_answer_carries_the_remedy(rig: Rig) -> None:
    rig.disk.free = 0
    writer = rig.writer()
    writer.submit_entry(entry("A"), ticket="t1")
    (answer,) = writer.pump()
    assert isinstance(answer, NotRecorded)
    assert answer.fault.remedy == DiskFull.remedy
    writer.close()
