"""The watch of the owner's list: every change counts, and trouble leaves the last list."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from appliance.access.witness import Past
from appliance.config.schema import Record
from appliance.events import Visit
from appliance.faults import GateFault, RecordCorrupt, RecordFault
from appliance.listing import Listing
from appliance.record.journal import visit_insert, write_all
from appliance.record.ledger import Ledger
from appliance.record.register import Register
from appliance.record.stamp import Origin, Stamper
from appliance.runtime.listwatch import ListWatch
from appliance.sight import Guess, Looks

from .rig import a_clock


class Owner:
    """An owner with a record, and what the watch told of it."""

    def __init__(self, folder: Path) -> None:
        self.settings = Record(path=folder / "gatehouse.db", min_free_mb=1)
        self.told: list[list[str]] = []
        self.past: list[list[Past]] = []
        self.watch = ListWatch(self.settings, self.replace, self.learn)

    def replace(self, listings: Iterable[Listing]) -> None:
        self.told.append([listing.plate for listing in listings])

    def learn(self, past: Iterable[Past]) -> None:
        self.past.append(list(past))

    def visited(self, plate: str, looks: Looks | None, outcome: str = "opened") -> None:
        stamper = Stamper(a_clock(), Origin("test", "test"))
        visit = Visit("front", 1, 1.0, 2.0, plate, 0.9, outcome, 3, looks=looks)
        with closing(Ledger.open(self.settings, stamper)) as ledger, ledger.store.transaction():
            write_all(ledger.store, [visit_insert(visit, stamper.stamp())])

    def lists(self, *plates: str) -> None:
        stamper = Stamper(a_clock(), Origin("test", "test"))
        with closing(Ledger.open(self.settings, stamper)) as ledger:
            Register(ledger.store, stamper, "owner").put([Listing(plate) for plate in plates])


def test_the_list_is_told_at_first_even_when_it_is_empty(tmp_path: Path) -> None:
    owner = Owner(tmp_path)
    owner.lists()

    assert owner.watch.look()
    assert owner.told == [[]]


def test_a_change_is_told_whole_and_no_change_is_not_told(tmp_path: Path) -> None:
    owner = Owner(tmp_path)
    owner.lists("AB12CDE")
    looks = [owner.watch.look(), owner.watch.look()]
    owner.lists("XY99ZZZ")
    looks.append(owner.watch.look())

    assert looks == [True, False, True]
    assert owner.told == [["AB12CDE"], ["AB12CDE", "XY99ZZZ"]]


def test_a_record_that_is_not_there_yet_is_told_later(tmp_path: Path) -> None:
    owner = Owner(tmp_path)
    with pytest.raises(RecordFault):
        owner.watch.look()
    owner.lists("AB12CDE")

    assert owner.watch.look()
    assert owner.told == [["AB12CDE"]]


def test_an_unreadable_list_leaves_the_last_one(tmp_path: Path) -> None:
    owner = Owner(tmp_path)
    owner.lists("AB12CDE")
    owner.watch.look()
    owner.lists("XY99ZZZ")
    owner.settings.path.write_bytes(b"no database " * 1000)
    with pytest.raises(GateFault):
        owner.watch.look()

    assert owner.told == [["AB12CDE"]]


def test_a_date_that_cannot_be_read_leaves_the_last_list(tmp_path: Path) -> None:
    owner = Owner(tmp_path)
    owner.lists("AB12CDE")
    owner.watch.look()
    owner.lists("XY99ZZZ")
    with closing(sqlite3.connect(owner.settings.path)) as database, database:
        database.execute("UPDATE plates SET valid_until = 'soon' WHERE plate = 'AB12CDE'")
    with pytest.raises(RecordCorrupt, match="AB12CDE"):
        owner.watch.look()

    assert owner.told == [["AB12CDE"]]


def test_a_list_that_was_refused_is_offered_again(tmp_path: Path) -> None:
    owner = Owner(tmp_path)
    owner.lists("AB12CDE")
    watch = ListWatch(owner.settings, Refusing(), owner.learn)
    for _ in range(2):
        with pytest.raises(GateFault, match="no characters"):
            watch.look()


class Refusing:
    def __call__(self, listings: Iterable[Listing]) -> None:
        raise GateFault("no characters")


def test_a_defect_ends_the_thread_and_is_kept_for_its_supervisor(tmp_path: Path) -> None:
    def defective(listings: Iterable[Listing]) -> None:
        raise ValueError("a defect")

    owner = Owner(tmp_path)
    owner.lists("AB12CDE")
    watch = ListWatch(owner.settings, defective, owner.learn)
    watch.run()  # on this thread: it ends by itself

    assert str(watch.error) == "a defect"


def test_a_watch_that_is_told_to_stop_ends_without_an_error(tmp_path: Path) -> None:
    watch = ListWatch(Record(path=tmp_path / "gatehouse.db"), lambda listings: None, lambda past: None)
    watch.start()
    watch.stop()

    assert (watch.is_alive(), watch.error) == (False, None)


def test_the_looks_of_past_openings_are_told_once_oldest_first(tmp_path: Path) -> None:
    owner = Owner(tmp_path)
    white, red = (Looks(Guess(word, 0.9), Guess("van", 0.8)) for word in ("white", "red"))
    owner.visited("AB12CDE", white)
    owner.visited("AB12CDE", red)
    owner.visited("AB12CDE", red, outcome="not_listed")
    owner.visited("XY99ZZZ", None)
    owner.watch.look()
    owner.lists("NEW1")
    owner.watch.look()

    assert owner.past == [[Past("AB12CDE", white), Past("AB12CDE", red)]]
