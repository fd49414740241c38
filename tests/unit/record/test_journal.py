"""The journal: what is written is read back, page by page and by visit."""

from __future__ import annotations

import math
from dataclasses import replace

from appliance.events import PlateEventKind
from appliance.record.journal import (
    Insert,
    Journal,
    Sighting,
    event_insert,
    reading_insert,
    visit_insert,
    write_all,
)
from appliance.record.ledger import Ledger
from appliance.sight import Character, Guess, Looks

from .rig import BOX, event, reading, visit


def keep(ledger: Ledger, *inserts: Insert) -> Journal:
    with ledger.store.transaction():
        write_all(ledger.store, inserts)
    return Journal(ledger.store)


def test_a_reading_comes_back_whole(ledger: Ledger) -> None:
    sighting = Sighting("roi", BOX, "refused", ("not_listed", "low_confidence"))
    journal = keep(ledger, reading_insert(reading(), sighting, ledger.stamper.stamp(90.0)))
    kept = journal.recent_reads()[0]
    assert (kept.text, kept.raw, kept.region, kept.frame_seq) == ("AB12CDE", "AB-12 CDE", "uk", 42)
    assert (kept.box, kept.sighting, kept.characters) == (BOX, sighting, reading().characters)
    assert (kept.when.at_s, kept.when.trusted, kept.when.run) == (90.0, True, "run-1")


def test_an_event_comes_back_whole(ledger: Ledger) -> None:
    kept = keep(ledger, event_insert(event(), ledger.stamper.stamp())).recent_events()[0]
    told = (kept.kind, kept.camera, kept.track_id, kept.text, kept.sentence, kept.evidence)
    assert told == (PlateEventKind.READ, "front", 7, "AB12CDE", "AB12CDE was read.", (("reads", "4"),))


def test_a_visit_gathers_its_events_and_reads(ledger: Ledger) -> None:
    stamp = ledger.stamper.stamp()
    other = replace(stamp, run="run-2")
    journal = keep(
        ledger,
        reading_insert(reading(), Sighting(), stamp),
        reading_insert(reading(), Sighting(), other),
        event_insert(event(), stamp),
        visit_insert(visit(first_s=100.0), stamp),
    )
    detail = journal.visit(1)
    assert detail is not None
    assert (len(detail.reads), len(detail.events), detail.visit.lasted_s) == (1, 1, 12.5)


def test_a_visit_that_is_not_kept_is_none(ledger: Ledger) -> None:
    assert Journal(ledger.store).visit(1) is None


def test_pages_go_back_from_the_newest(ledger: Ledger) -> None:
    stamp = ledger.stamper.stamp()
    journal = keep(ledger, *(event_insert(event(f"CAR{n}"), stamp) for n in range(5)))
    first = journal.recent_events(2)
    second = journal.recent_events(2, before=first[-1].id)
    assert [e.text for e in (*first, *second)] == ["CAR4", "CAR3", "CAR2", "CAR1"]


def test_events_and_visits_are_chosen(ledger: Ledger) -> None:
    stamp = ledger.stamper.stamp()
    journal = keep(
        ledger,
        event_insert(event("A"), stamp),
        event_insert(event("B", PlateEventKind.ALERT), stamp),
        visit_insert(visit("A"), stamp),
        visit_insert(visit("B"), stamp),
    )
    assert [e.text for e in journal.recent_events(kinds=(PlateEventKind.ALERT,))] == ["B"]
    assert [v.text for v in journal.recent_visits(text="A")] == ["A"]


def test_a_net_that_gives_no_number_stops_nothing(ledger: Ledger) -> None:
    odd = replace(reading("\ud800"), characters=(Character("A", math.nan),))
    journal = keep(ledger, reading_insert(odd, Sighting(), ledger.stamper.stamp()))
    kept = journal.recent_reads()[0]
    assert (kept.raw, kept.characters[0].confidence) == ("?", 0.0)


def test_the_looks_of_a_visit_come_back(ledger: Ledger) -> None:
    looks = Looks(Guess("white", 0.91), Guess("van", 0.8))
    stamp = ledger.stamper.stamp()
    plain, seen = visit(), replace(visit(), looks=looks)
    journal = keep(ledger, visit_insert(plain, stamp), visit_insert(seen, stamp))
    assert [kept.looks for kept in journal.recent_visits()] == [looks, None]


def test_past_looks_are_those_of_openings_oldest_first(ledger: Ledger) -> None:
    white, red = (Looks(Guess(word, 0.9), Guess("van", 0.8)) for word in ("white", "red"))
    stamp = ledger.stamper.stamp()
    visits = [replace(visit(), outcome="opened", looks=looks) for looks in (red, white, None, red)]
    refused = replace(visit(), outcome="not_listed", looks=white)
    journal = keep(ledger, *(visit_insert(one, stamp) for one in (*visits, refused)))
    assert [looks for _, looks in journal.past_looks(2)] == [white, red]
