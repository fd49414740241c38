"""The store: opening, migrating, and every SQLite error as a fault."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from appliance.config.schema import Record
from appliance.faults import DiskFull, RecordCorrupt, RecordFailed, RecordFault, RecordLocked, RecordMissing
from appliance.record.journal import Insert, write_all
from appliance.record.schema import MIGRATIONS
from appliance.record.store import Store, fault_class

from .rig import Disk


def raised(message: str, code: int | None) -> sqlite3.Error:
    error = sqlite3.OperationalError(message)
    if code is not None:
        vars(error)["sqlite_errorcode"] = code
    return error


SPOKEN = [
    ("database or disk is full", 13, DiskFull),
    ("database is locked", 5, RecordLocked),
    ("database is locked", 517, RecordLocked),
    ("database table is locked", 6, RecordLocked),
    ("database disk image is malformed", 11, RecordCorrupt),
    ("file is not a database", 26, RecordCorrupt),
    ("disk I/O error", 10, RecordFailed),
    ("attempt to write a readonly database", 8, RecordFailed),
]


@pytest.mark.parametrize(("message", "code", "fault"), SPOKEN)
def test_errors_map_by_code(message: str, code: int, fault: type[RecordFault]) -> None:
    assert fault_class(raised("in words nobody knows", code)) is fault


@pytest.mark.parametrize(("message", "code", "fault"), SPOKEN)
def test_errors_map_by_message_where_python_gives_no_code(
    message: str, code: int, fault: type[RecordFault]
) -> None:
    assert fault_class(raised(message, None)) is fault


def test_a_new_database_is_durable_and_migrated(settings: Record) -> None:
    store = Store.open(settings)
    told = [store.query(f"PRAGMA {name}")[0][0] for name in ("journal_mode", "synchronous", "foreign_keys")]
    version = store.query("PRAGMA user_version")
    store.close()
    assert told == ["wal", 2, 1]
    assert version == [(len(MIGRATIONS),)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_database_that_root_makes_belongs_to_the_owner_of_the_folder(settings: Record) -> None:
    settings.path.parent.mkdir(parents=True, exist_ok=True)
    os.chown(settings.path.parent, 65534, 65534)
    Store.open(settings).close()

    assert {entry.stat().st_uid for entry in settings.path.parent.iterdir()} == {65534}


def test_a_failed_transaction_leaves_nothing(settings: Record) -> None:
    store = Store.open(settings)
    with pytest.raises(RecordFailed), store.transaction():
        write_all(store, [Insert("INSERT INTO meta VALUES ('half', '1')", ())] * 2)
    left = store.query("SELECT 1 FROM meta WHERE key = 'half'")
    store.close()
    assert left == []


def test_too_little_space_is_a_full_disk_before_sqlite_says_so(settings: Record) -> None:
    store = Store.open(settings, free=Disk(free=2**20))
    with pytest.raises(DiskFull, match="1 MB left"):
        store.check_space()
    store.close()


def test_enough_space_passes(settings: Record) -> None:
    store = Store.open(settings, free=Disk())
    store.check_space()
    store.probe()
    store.close()


def test_an_io_error_without_space_is_a_full_disk(settings: Record) -> None:
    settings.path.mkdir(parents=True)
    with pytest.raises(DiskFull):
        Store.open(settings, free=Disk(free=0))


def test_an_io_error_with_space_is_a_failure(settings: Record) -> None:
    settings.path.mkdir(parents=True)
    with pytest.raises(RecordFailed):
        Store.open(settings, free=Disk())


def test_a_lock_held_elsewhere_is_said(settings: Record) -> None:
    store = Store.open(settings)
    other = sqlite3.connect(settings.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(RecordLocked), store.transaction():
        pass
    other.close()
    store.probe()
    store.close()


def test_a_file_that_is_no_database_is_damaged(settings: Record) -> None:
    settings.path.parent.mkdir()
    settings.path.write_bytes(b"not SQLite at all" * 1000)
    with pytest.raises(RecordCorrupt, match="set-aside"):
        Store.open(settings)
    assert settings.path.exists()


def test_a_database_moved_away_takes_no_writes(settings: Record) -> None:
    store = Store.open(settings)
    settings.path.rename(settings.path.with_suffix(".old"))
    with pytest.raises(RecordFailed, match="moved"), store.transaction():
        pass
    store.close()


def newer(settings: Record, readable_from: int) -> None:
    store = Store.open(settings)
    store.execute("UPDATE meta SET value = ? WHERE key = 'readable_from'", (str(readable_from),))
    store.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    store.close()


def test_a_newer_database_that_still_suits_is_used(settings: Record) -> None:
    newer(settings, readable_from=len(MIGRATIONS))
    Store.open(settings).close()


def test_a_newer_database_that_does_not_suit_is_refused(settings: Record) -> None:
    newer(settings, readable_from=len(MIGRATIONS) + 1)
    with pytest.raises(RecordFailed, match="newer Gatehouse"):
        Store.open(settings)


def test_a_reader_cannot_write(settings: Record) -> None:
    Store.open(settings).close()
    reader = Store.open_to_read(settings)
    with pytest.raises(RecordFailed):
        reader.execute("INSERT INTO meta VALUES ('mine', '1')")
    reader.close()


def test_a_reader_makes_no_database(settings: Record) -> None:
    with pytest.raises(RecordMissing, match=r"does not exist.*gatehouse run.*record.path"):
        Store.open_to_read(settings)
    assert not settings.path.exists()


def test_a_backup_is_whole_and_never_overwrites(settings: Record, tmp_path: Path) -> None:
    store = Store.open(settings)
    store.back_up(tmp_path / "copy.db")
    with pytest.raises(RecordFailed, match="exists already"):
        store.back_up(tmp_path / "copy.db")
    store.close()
    Store.open(Record(path=tmp_path / "copy.db")).close()
