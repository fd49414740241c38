"""The owner's list: changes are whole, audited, counted, and seen by other connections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from appliance.config.schema import Record
from appliance.faults import RecordCorrupt, RecordFailed
from appliance.listing import Listing
from appliance.record.ledger import Ledger
from appliance.record.register import Changes, Listings, Register
from appliance.record.store import Store

FULL = Listing(
    "AB12CDE",
    "Ada",
    allowed=False,
    schedule="nights",
    valid_from=datetime(2026, 3, 1, 8, tzinfo=timezone.utc),
    valid_until=datetime(2026, 4, 1, tzinfo=timezone.utc),
    note="third floor",
)


@pytest.fixture
def register(ledger: Ledger) -> Register:
    return Register(ledger.store, ledger.stamper, "owner")


def told(ledger: Ledger) -> list[str]:
    return [link.sentence for link in ledger.audit.links(kinds=("list_changed",))]


def test_a_listing_comes_back_whole(register: Register) -> None:
    register.put([FULL])
    assert (register.get("AB12CDE"), register.all()) == (FULL, [FULL])


def test_an_unknown_plate_is_none(register: Register) -> None:
    assert register.get("NONE") is None


def test_each_change_is_audited(register: Register, ledger: Ledger) -> None:
    register.put([FULL])
    register.put([replace(FULL, owner="Grace")])
    register.remove("AB12CDE")
    assert told(ledger) == [
        "AB12CDE was added by owner.",
        "AB12CDE was changed by owner.",
        "AB12CDE was removed by owner.",
    ]


def test_no_change_is_no_entry(register: Register, ledger: Ledger) -> None:
    register.put([FULL])
    version = register.version()
    assert register.put([FULL]) == Changes(same=1)
    assert not register.remove("NONE")
    assert (register.version(), len(told(ledger))) == (version, 1)


def test_changes_are_counted(register: Register) -> None:
    register.put([FULL])
    changes = register.put([replace(FULL, note="moved"), Listing("C1"), Listing("C2")])
    assert changes == Changes(added=2, changed=1)


def test_a_failure_half_way_changes_nothing(register: Register, ledger: Ledger) -> None:
    ledger.store.execute("CREATE TEMP TRIGGER bad BEFORE INSERT ON plates WHEN NEW.plate = 'C2' "
                         "BEGIN SELECT RAISE(ABORT, 'no'); END")  # fmt: skip
    with pytest.raises(RecordFailed):
        register.put([Listing("C1"), Listing("C2")])
    assert (register.all(), told(ledger), register.version()) == ([], [], 0)


@pytest.mark.parametrize("column", ["valid_from", "valid_until"])
@pytest.mark.parametrize("bad", ["2026-02-30", "soon", ""])
def test_a_date_that_cannot_be_read_names_its_plate(
    register: Register, ledger: Ledger, column: str, bad: str
) -> None:
    register.put([FULL, Listing("C1")])
    ledger.store.execute(f"UPDATE plates SET {column} = ? WHERE plate = 'AB12CDE'", (bad,))
    with pytest.raises(RecordCorrupt, match="AB12CDE"):
        register.all()
    assert register.get("C1") == Listing("C1")


@pytest.fixture
def elsewhere(ledger: Ledger, settings: Record) -> Iterator[Listings]:
    """The running gate, which only reads."""
    store = Store.open_to_read(settings)
    yield Listings(store)
    store.close()


def plates(listings: Iterable[Listing]) -> list[str]:
    return [listing.plate for listing in listings]


def test_another_process_notices(register: Register, elsewhere: Listings) -> None:
    before = elsewhere.version()
    register.put([Listing("C1")])
    assert elsewhere.version() > before
    assert plates(elsewhere.all()) == ["C1"]
