"""Setting a damaged record aside: it is kept, never deleted, and a new one begins that says so."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..config.schema import Record
from ..events import EntryKind
from ..faults import RecordFailed, RecordFault
from ..listing import Listing
from .audit import Told
from .head import Head, head_path, read_head
from .ledger import Ledger
from .register import Listings, Register
from .stamp import Stamper
from .store import Store, fault_of_os


@dataclass(frozen=True, slots=True)
class SetAside:
    """Where the old database lies now, and how many plates of its list went over.

    `carried` is None when the old list could not be read.
    """

    kept: Path
    carried: int | None


def set_aside(settings: Record, stamper: Stamper, by: str) -> SetAside:
    """Move the database aside as `<name>.corrupt-<UTC>`, with the files that belong to it, and begin anew.

    The list of plates is carried over where it can be read. A gate that runs finds the new record by
    itself. Raises RecordFailed, DiskFull.
    """
    stamp = stamper.stamp()
    head = read_head(settings.path)
    listings = _salvaged(settings)
    compact = stamp.utc[:19].replace("-", "").replace(":", "")
    kept = settings.path.with_name(f"{settings.path.name}.corrupt-{compact}Z")
    _move(settings.path, kept)
    ledger = Ledger.open(settings, stamper)
    try:
        with ledger.store.transaction():
            ledger.audit.append([_told(kept, head, stamper)])
        if listings:
            Register(ledger.store, stamper, by).put(listings)
    finally:
        ledger.close()
    return SetAside(kept, None if listings is None else len(listings))


def _salvaged(settings: Record) -> list[Listing] | None:
    try:
        store = Store.open_to_read(settings)
    except RecordFault:
        return None
    try:
        return Listings(store).all()
    except RecordFault:
        return None
    finally:
        store.close()


def _move(path: Path, kept: Path) -> None:
    if not path.exists():
        raise RecordFailed(f"{path} does not exist: there is nothing to set aside", part="record")
    # The log moves under the new name too: SQLite finds it by name, and it may hold the last entries.
    pairs = [(path, kept), *((_with(path, end), _with(kept, end)) for end in ("-wal", "-shm"))]
    pairs.append((head_path(path), head_path(kept)))
    for old, new in pairs:
        try:
            if old.exists():
                old.rename(new)
        except OSError as error:
            raise fault_of_os(error, old) from error


def _with(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def _told(kept: Path, head: Head | None, stamper: Stamper) -> Told:
    """What ties the new chain to the old one."""
    fields = [("kept", kept.name)]
    if head is not None:
        fields += [("gate", head.gate), ("seq", str(head.seq)), ("hash", head.hash)]
    sentence = f"The record before this one was set aside as {kept.name}."
    return Told(stamper.stamp(), str(EntryKind.MAINTENANCE), "record", sentence, tuple(fields))
