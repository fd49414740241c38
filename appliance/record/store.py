"""The one place that opens SQLite, and the border where its errors become faults."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Union

from ..config.schema import Record
from ..durable import hand_over, make_folder
from ..faults import DiskFull, RecordCorrupt, RecordFailed, RecordFault, RecordLocked, RecordMissing
from .schema import MIGRATIONS, Migration

Value = Union[str, int, float, None]
Row = tuple[Any, ...]
FreeBytes = Callable[[Path], int]

AUTOCHECKPOINT_PAGES = 4000
"""16 MB of log. The writer checkpoints when it is idle; this bounds the log of one that never is."""

_BY_CODE: dict[int, type[RecordFault]] = {
    sqlite3_code: fault
    for fault, codes in (
        (RecordLocked, (5, 6)),  # SQLITE_BUSY, SQLITE_LOCKED
        (RecordCorrupt, (11, 26)),  # SQLITE_CORRUPT, SQLITE_NOTADB
        (DiskFull, (13,)),  # SQLITE_FULL
    )
    for sqlite3_code in codes
}

_BY_MESSAGE: tuple[tuple[str, type[RecordFault]], ...] = (
    ("is locked", RecordLocked),
    ("malformed", RecordCorrupt),
    ("not a database", RecordCorrupt),
    ("disk is full", DiskFull),
)

# What SQLite says when the small files beside the database (-wal, -shm) cannot grow.
_SPACE_MAY_BE_WHY = ("disk I/O error", "unable to open database file")


def free_bytes(path: Path) -> int:
    """Bytes that this user may still write on the partition of `path`."""
    return shutil.disk_usage(path.parent).free


def fault_class(error: sqlite3.Error) -> type[RecordFault]:
    """The fault that an SQLite error is: by its code, or by its message where Python has no code (3.10)."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return _BY_CODE.get(code & 0xFF, RecordFailed)
    message = str(error)
    return next((fault for said, fault in _BY_MESSAGE if said in message), RecordFailed)


class Store:
    """An open database. It belongs to the thread that opened it.

    Every method raises DiskFull, RecordLocked, RecordCorrupt or RecordFailed, and nothing else.
    """

    def __init__(self, connection: sqlite3.Connection, settings: Record, free: FreeBytes) -> None:
        self.path = settings.path
        self._connection = connection
        self._settings = settings
        self._free = free
        self._identity = _identity(self.path)

    @classmethod
    def open(cls, settings: Record, *, free: FreeBytes = free_bytes, check: bool = True) -> Store:
        """Open for writing; create, check and migrate as needed.

        `check` reads the whole file once for damage: seconds on a card with a month of records.
        """
        try:
            make_folder(settings.path.parent)
            if not settings.path.exists():
                settings.path.touch()
                hand_over(settings.path)
        except OSError as error:
            raise fault_of_os(error, settings.path) from error
        store = cls._connected(settings, settings.path.absolute().as_uri(), free)
        try:
            store._prepare(check)
        except RecordFault:
            store.close()
            raise
        return store

    @classmethod
    def open_to_read(cls, settings: Record, *, free: FreeBytes = free_bytes) -> Store:
        """Open an existing database without changing it; a running gate is not disturbed."""
        if not settings.path.exists():
            raise RecordMissing(f"{settings.path} does not exist")
        store = cls._connected(settings, f"{settings.path.absolute().as_uri()}?mode=ro", free)
        try:
            store.query("PRAGMA query_only = ON")
            store._refuse_newer(store._user_version())
        except RecordFault:
            store.close()
            raise
        return store

    @classmethod
    def _connected(cls, settings: Record, uri: str, free: FreeBytes) -> Store:
        try:
            connection = sqlite3.connect(uri, uri=True, timeout=settings.busy_timeout_s, isolation_level=None)
        except sqlite3.Error as error:
            raise fault_of_sqlite(error, settings, free) from error
        return cls(connection, settings, free)

    def close(self) -> None:
        """Give the file back. May be called twice."""
        self._connection.close()

    # -- use ---------------------------------------------------------------------------------------

    def execute(self, sql: str, values: Sequence[Value] = ()) -> int:
        """Run one statement; the number of rows it changed."""
        with self._mapped():
            return self._connection.execute(sql, values).rowcount

    def query(self, sql: str, values: Sequence[Value] = ()) -> list[Row]:
        """All rows of a query."""
        with self._mapped():
            return self._connection.execute(sql, values).fetchall()

    def walk(self, sql: str, values: Sequence[Value] = ()) -> Iterator[Row]:
        """The rows of a query one by one, for tables too long to hold."""
        with self._mapped():
            yield from self._connection.execute(sql, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing; durable when the block has been left without a fault."""
        self._check_in_place()
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self.execute("ROLLBACK")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Queries of the block see the database at one moment."""
        self.execute("BEGIN")
        try:
            yield
        finally:
            if self._connection.in_transaction:
                self.execute("ROLLBACK")

    def check_space(self) -> None:
        """Raises DiskFull when less than record.min_free_mb is left."""
        left_mb = _free_mb(self._settings, self._free)
        asked_mb = self._settings.min_free_mb
        if left_mb < asked_mb:
            raise DiskFull(f"{left_mb:.0f} MB left, record.min_free_mb = {asked_mb}", part="record")

    def probe(self) -> None:
        """Write something durable, to learn whether writing works again."""
        self.check_space()
        with self.transaction():
            self.execute("UPDATE meta SET value = value + 1 WHERE key = 'probes'")

    def checkpoint(self) -> None:
        """Move the log into the database, as far as readers allow."""
        self.query("PRAGMA wal_checkpoint(PASSIVE)")

    def shrink(self, pages: int) -> None:
        """Give up to `pages` free pages back to the partition."""
        with self._mapped():
            # As a script: `execute` would step this statement once, which frees one page.
            self._connection.executescript(f"PRAGMA incremental_vacuum({pages})")

    def back_up(self, target: Path) -> None:
        """Copy the database, consistent even while a gate writes to it. `target` must not exist."""
        if target.exists():
            raise RecordFailed(f"{target} exists already; name a new file", part="backup")
        try:
            copy = sqlite3.connect(target)
        except sqlite3.Error as error:
            raise fault_class(error)(f"{target}: {error}", part="backup") from error
        try:
            with self._mapped():
                self._connection.backup(copy)
                # One file that stands alone, and can be read where nothing may be written.
                copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()

    # -- opening -----------------------------------------------------------------------------------

    def _prepare(self, check: bool) -> None:
        # Before anything is written: a damaged file is kept as it was found.
        if check:
            self.check_integrity()
        # Before the first table and before WAL: later it would need a rewrite of the whole file.
        self.execute("PRAGMA auto_vacuum = INCREMENTAL")
        if self.query("PRAGMA journal_mode = WAL") != [("wal",)]:
            raise RecordFailed(f"{self.path} is on a file system without shared memory; use a local disk")
        self.execute("PRAGMA synchronous = FULL")
        self.execute("PRAGMA foreign_keys = ON")
        self.execute("PRAGMA cell_size_check = ON")
        self.query(f"PRAGMA wal_autocheckpoint = {AUTOCHECKPOINT_PAGES}")
        self._identity = _identity(self.path)
        self._migrate()

    def check_integrity(self) -> None:
        """Raises RecordCorrupt when a page of the file is damaged."""
        found = self.query("PRAGMA quick_check(1)")
        if found != [("ok",)]:
            raise RecordCorrupt(f"{self.path}: {found[0][0]}".replace("\n", " "), part="record")

    def _migrate(self) -> None:
        self._refuse_newer(self._user_version())
        while self._user_version() < len(MIGRATIONS):
            with self.transaction():
                # Asked again inside: another process may have been faster.
                done = self._user_version()
                if done < len(MIGRATIONS):
                    self._apply(MIGRATIONS[done], done + 1)

    def _apply(self, migration: Migration, version: int) -> None:
        for statement in migration.statements:
            self.execute(statement)
        self.execute(
            "INSERT OR REPLACE INTO meta VALUES ('readable_from', ?)", (str(migration.readable_from),)
        )
        self.execute(f"PRAGMA user_version = {version}")

    def _refuse_newer(self, version: int) -> None:
        if version <= len(MIGRATIONS):
            return
        ((needed,),) = self.query("SELECT value FROM meta WHERE key = 'readable_from'")
        if int(needed) > len(MIGRATIONS):
            raise RecordFailed(f"{self.path} was written by a newer Gatehouse (version {version})")

    def _user_version(self) -> int:
        ((version,),) = self.query("PRAGMA user_version")
        return int(version)

    def _check_in_place(self) -> None:
        """A file that was moved or replaced under us takes writes that nobody will find."""
        if _identity(self.path) != self._identity:
            raise RecordFailed(f"{self.path} was moved or replaced while open", part="record")

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise fault_of_sqlite(error, self._settings, self._free) from error


def fault_of_sqlite(error: sqlite3.Error, settings: Record, free: FreeBytes) -> RecordFault:
    """The fault that an SQLite error is, on the partition as it is now."""
    found = fault_class(error)
    if str(error) in _SPACE_MAY_BE_WHY and _free_mb(settings, free) < settings.min_free_mb:
        found = DiskFull
    return found(f"{settings.path}: {error}", part="record")


def fault_of_os(error: OSError, path: Path) -> RecordFault:
    """The fault that an error of the file system is."""
    found = DiskFull if error.errno in (errno.ENOSPC, errno.EDQUOT) else RecordFailed
    return found(f"{path}: {error.strerror or error}", part="record")


def _free_mb(settings: Record, free: FreeBytes) -> float:
    try:
        return free(settings.path) / 2**20
    except OSError as error:
        raise fault_of_os(error, settings.path) from error


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
