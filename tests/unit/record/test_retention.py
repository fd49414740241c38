"""Retention: what is old goes in small steps; the chain and undated rows are handled with care."""

from __future__ import annotations

import pytest

from appliance.clock import ManualClock
from appliance.record import retention
from appliance.record.journal import event_insert, visit_insert, write_all
from appliance.record.ledger import Ledger
from appliance.record.retention import Retention

from .rig import event, visit

DAY_S = 86400.0


def keep_event(ledger: Ledger, text: str) -> None:
    with ledger.store.transaction():
        write_all(ledger.store, [event_insert(event(text), ledger.stamper.stamp())])


def left(ledger: Ledger) -> list[str]:
    return [text for (text,) in ledger.store.query("SELECT text FROM events ORDER BY id")]


def test_old_rows_go_and_young_ones_stay(ledger: Ledger, clock: ManualClock) -> None:
    keep_event(ledger, "OLD")
    clock.advance(20 * DAY_S)
    keep_event(ledger, "YOUNG")
    clock.advance(11 * DAY_S)
    assert Retention(ledger.store, ledger.stamper, 30).step() == 1
    assert left(ledger) == ["YOUNG"]


def test_untrusted_time_forgets_nothing(ledger: Ledger, clock: ManualClock) -> None:
    keep_event(ledger, "OLD")
    clock.advance(99 * DAY_S)
    clock.trusted = False
    assert Retention(ledger.store, ledger.stamper, 30).step() == 0


def test_an_undated_row_goes_with_the_dated_one_after_it(ledger: Ledger, clock: ManualClock) -> None:
    clock.trusted = False
    keep_event(ledger, "UNDATED")
    clock.trusted = True
    keep_event(ledger, "OLD")
    clock.advance(31 * DAY_S)
    Retention(ledger.store, ledger.stamper, 30).step()
    assert left(ledger) == []


def test_an_undated_row_with_no_old_one_after_it_stays(ledger: Ledger, clock: ManualClock) -> None:
    clock.trusted = False
    keep_event(ledger, "UNDATED")
    clock.trusted = True
    clock.advance(31 * DAY_S)
    keep_event(ledger, "YOUNG")
    assert Retention(ledger.store, ledger.stamper, 30).step() == 0


def test_it_goes_in_small_steps(ledger: Ledger, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "STEP_ROWS", 2)
    for number in range(3):
        keep_event(ledger, f"OLD{number}")
    clock.advance(31 * DAY_S)
    keeper = Retention(ledger.store, ledger.stamper, 30)
    assert [keeper.step() for _ in range(3)] == [2, 1, 0]


def test_visits_go_and_the_chain_stays(ledger: Ledger, clock: ManualClock) -> None:
    with ledger.store.transaction():
        write_all(ledger.store, [visit_insert(visit(), ledger.stamper.stamp())])
    clock.advance(31 * DAY_S)
    assert Retention(ledger.store, ledger.stamper, 30).step() == 1
    assert ledger.audit.last() is not None


def test_space_is_given_back(ledger: Ledger, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "SPARE_PAGES", 4)
    with ledger.store.transaction():
        write_all(ledger.store, [event_insert(event("X" * 900), ledger.stamper.stamp())] * 200)
    full = ledger.store.query("PRAGMA page_count")[0][0]
    clock.advance(31 * DAY_S)
    Retention(ledger.store, ledger.stamper, 30).step()
    assert ledger.store.query("PRAGMA page_count")[0][0] < full / 2
