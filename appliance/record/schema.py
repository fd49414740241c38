"""The tables of the record, as migrations that are applied in order and never edited."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema. `readable_from` is the oldest version whose program still works with it.

    A board may go back to its former program after an update, with the database already migrated.
    """

    statements: tuple[str, ...]
    readable_from: int


_STAMP = """
    utc TEXT NOT NULL,
    trusted INTEGER NOT NULL CHECK (trusted IN (0, 1)),
    boot TEXT NOT NULL,
    mono_us INTEGER NOT NULL
"""

_META = """
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID
"""

_AUDIT = f"""
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    {_STAMP},
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    sentence TEXT NOT NULL,
    fields TEXT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT
"""

_NO_UPDATE = """
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit chain is append-only'); END
"""

_NO_DELETE = """
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit chain is append-only'); END
"""

_EVENTS = f"""
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    {_STAMP},
    run TEXT NOT NULL,
    kind TEXT NOT NULL,
    camera TEXT NOT NULL,
    track INTEGER NOT NULL,
    text TEXT NOT NULL,
    confidence REAL NOT NULL,
    sentence TEXT NOT NULL,
    evidence TEXT NOT NULL
) STRICT
"""

_VISITS = f"""
CREATE TABLE visits (
    id INTEGER PRIMARY KEY,
    {_STAMP},
    run TEXT NOT NULL,
    last_us INTEGER NOT NULL,
    camera TEXT NOT NULL,
    track INTEGER NOT NULL,
    text TEXT NOT NULL,
    confidence REAL NOT NULL,
    outcome TEXT NOT NULL,
    reads INTEGER NOT NULL,
    authority TEXT
) STRICT
"""

_READS = f"""
CREATE TABLE reads (
    id INTEGER PRIMARY KEY,
    {_STAMP},
    run TEXT NOT NULL,
    camera TEXT NOT NULL,
    track INTEGER NOT NULL,
    frame INTEGER NOT NULL,
    place TEXT NOT NULL,
    text TEXT NOT NULL,
    raw TEXT NOT NULL,
    region TEXT,
    characters TEXT NOT NULL,
    box TEXT NOT NULL,
    vehicle_box TEXT,
    outcome TEXT NOT NULL,
    reasons TEXT NOT NULL
) STRICT
"""

_PLATES = """
CREATE TABLE plates (
    plate TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    allowed INTEGER NOT NULL CHECK (allowed IN (0, 1)),
    schedule TEXT,
    valid_from TEXT,
    valid_until TEXT,
    note TEXT NOT NULL
) STRICT, WITHOUT ROWID
"""

MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        (
            _META,
            "INSERT INTO meta VALUES ('list_version', '0'), ('probes', '0')",
            _AUDIT,
            _NO_UPDATE,
            _NO_DELETE,
            _EVENTS,
            _VISITS,
            _READS,
            _PLATES,
            # Rows whose time was never confirmed are no guide to age: they stay out of the indexes.
            "CREATE INDEX events_by_time ON events (utc) WHERE trusted = 1",
            "CREATE INDEX visits_by_time ON visits (utc) WHERE trusted = 1",
            "CREATE INDEX reads_by_time ON reads (utc) WHERE trusted = 1",
            "CREATE INDEX events_by_track ON events (run, track)",
            "CREATE INDEX reads_by_track ON reads (run, track)",
        ),
        readable_from=1,
    ),
    Migration(
        (
            "ALTER TABLE visits ADD COLUMN colour TEXT",
            "ALTER TABLE visits ADD COLUMN colour_confidence REAL",
            "ALTER TABLE visits ADD COLUMN body TEXT",
            "ALTER TABLE visits ADD COLUMN body_confidence REAL",
        ),
        readable_from=1,
    ),
)
"""`PRAGMA user_version` counts how many of these a database has seen."""
