"""The audit chain: what it says, and what verification finds in one that was touched."""

from __future__ import annotations

import sqlite3

import pytest

from appliance.clock import ManualClock
from appliance.config.schema import Record
from appliance.faults import RecordFailed
from appliance.record.audit import AuditLog, Told, verify
from appliance.record.chain import NO_HASH, Link, Verdict, Wrong
from appliance.record.head import Head, head_path, read_head, write_head
from appliance.record.ledger import Ledger
from appliance.record.stamp import Stamper
from appliance.record.store import Store

from .rig import entry


def grow(ledger: Ledger, count: int) -> None:
    with ledger.store.transaction():
        ledger.audit.append(
            Told.of(entry(f"CAR{number}"), ledger.stamper.stamp()) for number in range(1, count + 1)
        )
    ledger.keep_head()


def tamper(settings: Record, *statements: str) -> None:
    """Do what somebody with the file in hand can do: the triggers do not stop him."""
    with sqlite3.connect(settings.path) as connection:
        connection.execute("DROP TRIGGER IF EXISTS audit_no_update")
        connection.execute("DROP TRIGGER IF EXISTS audit_no_delete")
        for statement in statements:
            connection.execute(statement)
    connection.close()


def judged(settings: Record, *anchors: Head) -> Verdict:
    store = Store.open_to_read(settings)
    verdict = verify(store, read_head(settings.path), anchors=anchors)
    store.close()
    return verdict


def wrongs(settings: Record, *anchors: Head) -> list[tuple[Wrong, int]]:
    return [(finding.wrong, finding.seq) for finding in judged(settings, *anchors).findings]


def test_an_encoding_once_written_stays_readable() -> None:
    link = Link(
        seq=3,
        utc="2026-03-01T12:00:00.000000Z",
        trusted=True,
        boot="boot-1",
        mono_us=100_000_000,
        kind="opening",
        subject="ÄB12",
        sentence="It may enter.",
        trail='[["votes","4"]]',
        prev_hash=NO_HASH,
    )
    assert link.digest("gate-1") == "709cb196c3bd47462a5e7c18a911a5f516e55cb4dc2e0ea3ddce86a9f1cd8881"


def test_text_that_moves_between_fields_changes_the_hash() -> None:
    one = Link(1, "", True, "", 0, "kind", "ab", "c", "[]", NO_HASH)
    other = Link(1, "", True, "", 0, "kind", "a", "bc", "[]", NO_HASH)
    assert one.digest("gate-1") != other.digest("gate-1")


def test_an_untouched_chain_is_good(ledger: Ledger, settings: Record) -> None:
    grow(ledger, 5)
    verdict = judged(settings)
    assert (verdict.good, verdict.links, verdict.head_lag, verdict.gate) == (True, 6, 0, "gate-1")


def test_an_entry_keeps_all_it_was_told(ledger: Ledger) -> None:
    grow(ledger, 1)
    link = ledger.audit.links(kinds=("opening",))[0]
    told = (link.utc, link.trusted, link.boot, link.mono_us, link.subject, link.sentence, link.trail)
    assert told == (
        "2026-03-01T12:00:00.000000Z",
        True,
        "boot-1",
        100_000_000,
        "CAR1",
        "CAR1 may enter.",
        '[["votes","4"]]',
    )


@pytest.mark.parametrize("statement", ["DELETE FROM audit", "UPDATE audit SET subject = 'X'"])
def test_the_table_is_append_only(ledger: Ledger, statement: str) -> None:
    with pytest.raises(RecordFailed, match="append-only"):
        ledger.store.execute(statement)


@pytest.mark.parametrize(
    "change",
    [
        "utc = '2020-01-01T00:00:00.000000Z'",
        "trusted = 0",
        "boot = 'boot-2'",
        "mono_us = mono_us + 1",
        "kind = 'refused'",
        "subject = 'CAR9'",
        "sentence = ''",
        "fields = '[]'",
        "hash = lower(hex(zeroblob(32)))",
    ],
)
def test_an_edited_entry_is_found(ledger: Ledger, settings: Record, change: str) -> None:
    grow(ledger, 5)
    tamper(settings, f"UPDATE audit SET {change} WHERE seq = 3")
    assert wrongs(settings) == [(Wrong.EDITED, 3)]


def test_a_missing_entry_is_found(ledger: Ledger, settings: Record) -> None:
    grow(ledger, 5)
    tamper(settings, "DELETE FROM audit WHERE seq = 3")
    assert wrongs(settings) == [(Wrong.GAP, 3)]


def test_a_missing_beginning_is_found(ledger: Ledger, settings: Record) -> None:
    grow(ledger, 5)
    tamper(settings, "DELETE FROM audit WHERE seq = 0")
    assert wrongs(settings) == [(Wrong.GAP, 0)]


def test_swapped_entries_are_found(ledger: Ledger, settings: Record) -> None:
    grow(ledger, 5)
    swap = [(-1, 3), (3, 4), (4, -1)]
    tamper(settings, *(f"UPDATE audit SET seq = {to} WHERE seq = {seq}" for to, seq in swap))
    assert wrongs(settings) == [(Wrong.REORDERED, 3)]


def test_a_replaced_entry_is_found(ledger: Ledger, settings: Record) -> None:
    grow(ledger, 5)
    tamper(settings, "UPDATE audit SET prev_hash = lower(hex(zeroblob(32))) WHERE seq = 3")
    assert wrongs(settings) == [(Wrong.UNLINKED, 3)]


def test_a_cut_tail_is_found(ledger: Ledger, settings: Record) -> None:
    grow(ledger, 5)
    tamper(settings, "DELETE FROM audit WHERE seq > 3")
    assert wrongs(settings) == [(Wrong.CUT_TAIL, 4)]


def test_a_head_that_lags_is_no_alarm(ledger: Ledger, settings: Record) -> None:
    grow(ledger, 2)
    behind = ledger.audit.head()
    grow(ledger, 3)
    write_head(settings.path, behind)
    verdict = judged(settings)
    assert (verdict.good, verdict.head_lag) == (True, 3)


def test_a_chain_rewritten_from_the_start_is_found(ledger: Ledger, settings: Record) -> None:
    grow(ledger, 2)
    write_head(settings.path, Head("gate-1", 2, NO_HASH))
    assert wrongs(settings) == [(Wrong.REWRITTEN, 2)]


def test_a_head_kept_elsewhere_convicts_who_rewrote_the_file_too(ledger: Ledger, settings: Record) -> None:
    grow(ledger, 5)
    kept = ledger.audit.head()
    tamper(settings, "DELETE FROM audit WHERE seq > 3")
    write_head(settings.path, AuditLog(ledger.store).head())
    assert wrongs(settings) == []
    assert wrongs(settings, kept) == [(Wrong.CUT_TAIL, 4)]


def test_a_missing_head_is_found(ledger: Ledger, settings: Record) -> None:
    grow(ledger, 2)
    head_path(settings.path).unlink()
    assert wrongs(settings) == [(Wrong.NO_HEAD, 2)]


def test_a_garbled_head_counts_as_missing(ledger: Ledger, settings: Record) -> None:
    grow(ledger, 2)
    head_path(settings.path).write_text('{"gate": "gate-1"')
    assert wrongs(settings) == [(Wrong.NO_HEAD, 2)]


def test_a_foreign_head_is_found(ledger: Ledger, settings: Record) -> None:
    write_head(settings.path, Head("gate-2", 0, NO_HASH))
    assert wrongs(settings) == [(Wrong.FOREIGN_HEAD, 0)]


def test_opening_a_cut_chain_says_so_in_the_chain(ledger: Ledger, settings: Record, stamper: Stamper) -> None:
    grow(ledger, 5)
    tamper(settings, "DELETE FROM audit WHERE seq > 3")
    again = Ledger.open(settings, stamper)
    again.close()
    assert again.cut is not None
    assert wrongs(settings) == [(Wrong.KNOWN_CUT, 4)]


def test_opening_a_good_chain_adds_nothing(ledger: Ledger, settings: Record, stamper: Stamper) -> None:
    grow(ledger, 5)
    again = Ledger.open(settings, stamper)
    again.close()
    assert again.cut is None
    assert judged(settings).links == 6


def test_two_processes_append_to_one_chain(ledger: Ledger, settings: Record, stamper: Stamper) -> None:
    other = Ledger.open(settings, stamper)
    grow(ledger, 2)
    grow(other, 2)
    grow(ledger, 2)
    other.close()
    assert judged(settings).links == 7


def test_text_without_utf8_is_kept_as_well_as_can_be(ledger: Ledger, settings: Record) -> None:
    with ledger.store.transaction():
        ledger.audit.append([Told.of(entry("A\ud800B\x00"), ledger.stamper.stamp())])
    assert ledger.audit.links()[-1].subject == "A?B\x00"
    assert judged(settings).good


def test_links_are_chosen_by_time_and_kind(ledger: Ledger, clock: ManualClock) -> None:
    grow(ledger, 2)
    clock.advance(60.0)
    grow(ledger, 1)
    recent = ledger.audit.links(since="2026-03-01T12:00:30.000000Z", kinds=("opening",))
    assert [link.seq for link in recent] == [3]
