"""Files that really are damaged: each is noticed, kept, and got over."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from appliance.config.schema import Record
from appliance.events import Entry, EntryKind
from appliance.faults import RecordCorrupt
from appliance.record.aside import set_aside
from appliance.record.audit import Told, verify
from appliance.record.chain import Wrong
from appliance.record.head import read_head
from appliance.record.ledger import Ledger
from appliance.record.store import Store

from .record_rig import a_stamper, watched

PAGE = 4096


@pytest.fixture
def settings(tmp_path: Path) -> Record:
    """A closed record of 2001 entries."""
    made = Record(path=tmp_path / "gatehouse.db")
    stamper = a_stamper()
    with closing(Ledger.open(made, stamper)) as ledger, ledger.store.transaction():
        for number in range(2000):
            entry = Entry(EntryKind.OPENING, 0.0, f"CAR{number}", "It may enter.")
            ledger.audit.append([Told.of(entry, stamper.stamp())])
    return made


def overwrite(path: Path, at: int, payload: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(payload)


def a_page_in_the_middle(path: Path) -> None:
    middle = path.stat().st_size // PAGE // 2 * PAGE
    overwrite(path, middle, b"\xa5" * PAGE)


def the_header(path: Path) -> None:
    overwrite(path, 0, b"\0" * 100)


def the_end(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2 // PAGE * PAGE)


DAMAGES = [a_page_in_the_middle, the_header, the_end]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_noticed_at_opening_and_nothing_is_deleted(
    settings: Record, damage: Callable[[Path], None]
) -> None:
    damage(settings.path)
    before = settings.path.read_bytes()
    with pytest.raises(RecordCorrupt):
        Ledger.open(settings, a_stamper())
    assert settings.path.read_bytes() == before


def test_verification_says_how_far_it_is_good(settings: Record) -> None:
    a_page_in_the_middle(settings.path)
    with closing(Store.open_to_read(settings)) as store:
        verdict = verify(store, read_head(settings.path))
    assert verdict.findings[0].wrong in (Wrong.DAMAGED, Wrong.GAP, Wrong.EDITED)
    assert 0 < verdict.links < 2001


def test_one_letter_changed_on_the_disk_is_found(settings: Record) -> None:
    at = settings.path.read_bytes().index(b"CAR1234")
    overwrite(settings.path, at, b"CAR9")
    with closing(Store.open_to_read(settings)) as store:
        verdict = verify(store, read_head(settings.path))
    assert [(finding.wrong, finding.seq) for finding in verdict.findings] == [(Wrong.EDITED, 1235)]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_gate_refuses_until_the_record_is_set_aside(
    settings: Record, damage: Callable[[Path], None]
) -> None:
    damage(settings.path)
    with watched(settings) as gate:
        assert gate.ask("during") == "record_corrupt"
        kept = set_aside(settings, a_stamper(), "owner").kept
        gate.wait(lambda: "record_corrupt" in gate.recovered)
        assert gate.ask("after") == "recorded"
    assert kept.exists()
    head = read_head(settings.path)
    with closing(Store.open_to_read(settings)) as store:
        assert verify(store, head).good
