"""The owner's list of plates, kept in the record; every change is a link of the audit chain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ..events import EntryKind, Pairs
from ..faults import RecordCorrupt
from ..listing import Listing
from .audit import AuditLog, Told
from .stamp import Stamper, parse_utc, utc_text
from .store import Row, Store
from .text import clean

_COLUMNS = "plate, owner, allowed, schedule, valid_from, valid_until, note"


@dataclass(frozen=True, slots=True)
class Changes:
    """How many plates a change added, changed and left as they were."""

    added: int = 0
    changed: int = 0
    same: int = 0


class Listings:
    """The list as a reader sees it; the running gate asks `version` and reloads when it differs.

    Raises what a Store raises, and RecordCorrupt for a plate whose dates cannot be read.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def version(self) -> int:
        """Grows with every change, whichever process made it."""
        ((version,),) = self._store.query("SELECT value FROM meta WHERE key = 'list_version'")
        return int(version)

    def get(self, plate: str) -> Listing | None:
        rows = self._store.query(f"SELECT {_COLUMNS} FROM plates WHERE plate = ?", (plate,))
        return _listing(rows[0]) if rows else None

    def all(self) -> list[Listing]:
        """Every listing, by plate."""
        return [_listing(row) for row in self._store.query(f"SELECT {_COLUMNS} FROM plates ORDER BY plate")]


class Register(Listings):
    """The list as its owner changes it. `by` is who does, for the audit.

    Changes raise what a Store raises and then leave the list as it was.
    """

    def __init__(self, store: Store, stamper: Stamper, by: str) -> None:
        super().__init__(store)
        self._audit = AuditLog(store)
        self._stamper = stamper
        self._by = by

    def put(self, listings: Iterable[Listing]) -> Changes:
        """Add listings or replace those of the same plate: all of them or none."""
        wanted = [_settled(listing) for listing in listings]
        self._store.check_space()
        with self._store.transaction():
            known = {listing.plate: listing for listing in self.all()}
            fresh = [one for one in wanted if one.plate not in known]
            altered = [one for one in wanted if one.plate in known and known[one.plate] != one]
            self._write(fresh, "added")
            self._write(altered, "changed")
        return Changes(len(fresh), len(altered), len(wanted) - len(fresh) - len(altered))

    def remove(self, plate: str) -> bool:
        """Take a plate off the list; False when it was not on it."""
        with self._store.transaction():
            listing = self.get(plate)
            if listing is None:
                return False
            self._store.execute("DELETE FROM plates WHERE plate = ?", (plate,))
            self._tell([self._told(listing, "removed")])
        return True

    def _write(self, listings: list[Listing], what: str) -> None:
        for one in listings:
            self._store.execute(
                f"INSERT OR REPLACE INTO plates ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    one.plate,
                    one.owner,
                    int(one.allowed),
                    one.schedule,
                    _optional_text(one.valid_from),
                    _optional_text(one.valid_until),
                    one.note,
                ),
            )
        self._tell([self._told(one, what) for one in listings])

    def _tell(self, told: list[Told]) -> None:
        if told:
            self._audit.append(told)
            self._store.execute("UPDATE meta SET value = value + 1 WHERE key = 'list_version'")

    def _told(self, listing: Listing, what: str) -> Told:
        sentence = f"{listing.plate} was {what} by {self._by}."
        fields = (("change", what), ("by", self._by), *_described(listing))
        return Told(self._stamper.stamp(), str(EntryKind.LIST_CHANGED), listing.plate, sentence, fields)


def _described(listing: Listing) -> Pairs:
    return (
        ("allowed", "yes" if listing.allowed else "no"),
        ("owner", listing.owner),
        ("schedule", listing.schedule or ""),
        ("valid_from", _optional_text(listing.valid_from) or ""),
        ("valid_until", _optional_text(listing.valid_until) or ""),
        ("note", listing.note),
    )


def _settled(listing: Listing) -> Listing:
    """The listing as it will be read back, so that an unchanged one is seen to be unchanged."""
    return Listing(
        plate=listing.plate,
        owner=clean(listing.owner),
        allowed=listing.allowed,
        schedule=listing.schedule,
        valid_from=_optional_time(_optional_text(listing.valid_from)),
        valid_until=_optional_time(_optional_text(listing.valid_until)),
        note=clean(listing.note),
    )


def _listing(row: Row) -> Listing:
    plate, owner, allowed, schedule, valid_from, valid_until, note = row
    try:
        since, until = _optional_time(valid_from), _optional_time(valid_until)
    except ValueError as error:
        # Without its dates the plate would be valid for ever: nobody guesses.
        raise RecordCorrupt(f"plate {plate}: {error}", part="record") from error
    return Listing(plate, owner, bool(allowed), schedule, since, until, note)


def _optional_text(moment: datetime | None) -> str | None:
    return None if moment is None else utc_text(moment)


def _optional_time(text: str | None) -> datetime | None:
    return None if text is None else parse_utc(text)
