"""Setting aside: nothing is deleted, the new record says what came before, the list goes over."""

from __future__ import annotations

import pytest

from appliance.config.schema import Record
from appliance.faults import RecordCorrupt, RecordFailed
from appliance.listing import Listing
from appliance.record.aside import set_aside
from appliance.record.audit import AuditLog
from appliance.record.ledger import Ledger
from appliance.record.register import Listings, Register
from appliance.record.stamp import Stamper
from appliance.record.store import Store


def made(settings: Record, stamper: Stamper) -> str:
    """A record with one plate; the hash of its last entry."""
    ledger = Ledger.open(settings, stamper)
    Register(ledger.store, stamper, "owner").put([Listing("AB12")])
    head = ledger.audit.head()
    ledger.close()
    return head.hash


def test_the_old_record_is_kept_whole(settings: Record, stamper: Stamper) -> None:
    last = made(settings, stamper)
    done = set_aside(settings, stamper, "owner")
    assert done.kept.name == "gatehouse.db.corrupt-20260301T120000Z"
    old = Store.open_to_read(Record(path=done.kept))
    head = AuditLog(old).head()
    old.close()
    assert head.hash == last


def test_the_new_record_names_the_old_one_and_has_its_list(settings: Record, stamper: Stamper) -> None:
    last = made(settings, stamper)
    done = set_aside(settings, stamper, "owner")
    store = Store.open_to_read(settings)
    links = AuditLog(store).links()
    plates = [listing.plate for listing in Listings(store).all()]
    store.close()
    assert (done.carried, plates) == (1, ["AB12"])
    assert [link.kind for link in links] == ["genesis", "maintenance", "list_changed"]
    assert last in links[1].trail


def test_a_destroyed_one_is_kept_too(settings: Record, stamper: Stamper) -> None:
    made(settings, stamper)
    settings.path.write_bytes(b"\x00garbage" * 4096)
    with pytest.raises(RecordCorrupt):
        Ledger.open(settings, stamper)
    done = set_aside(settings, stamper, "owner")
    assert (done.carried, done.kept.read_bytes()[:8]) == (None, b"\x00garbage")
    Ledger.open(settings, stamper).close()


def test_nothing_to_set_aside_is_said(settings: Record, stamper: Stamper) -> None:
    with pytest.raises(RecordFailed, match="nothing to set aside"):
        set_aside(settings, stamper, "owner")
