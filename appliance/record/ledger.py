"""The record opened for writing: the store, its chain, and the head that is kept beside it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from ..config.schema import Record
from ..faults import RecordCut, RecordFault
from .audit import AuditLog, Told
from .chain import CUT
from .head import Head, read_head, write_head
from .stamp import Stamper
from .store import FreeBytes, Store, fault_of_os, free_bytes


def new_gate_id() -> str:
    """128 random bits as hex."""
    return secrets.token_hex(16)


class Ledger:
    """One open record. It belongs to the thread that opened it.

    `cut` is set when opening found that links are missing from the end of the chain; the chain then
    says so itself, in a link of kind "chain_cut".
    """

    def __init__(self, store: Store, stamper: Stamper) -> None:
        self.store = store
        self.stamper = stamper
        self.audit = AuditLog(store)
        self.cut: RecordCut | None = None
        self._kept: Head | None = None

    @classmethod
    def open(
        cls,
        settings: Record,
        stamper: Stamper,
        *,
        free: FreeBytes = free_bytes,
        new_id: Callable[[], str] = new_gate_id,
        check: bool = True,
    ) -> Ledger:
        """Open or create the record. Raises DiskFull, RecordLocked, RecordCorrupt or RecordFailed."""
        ledger = cls(Store.open(settings, free=free, check=check), stamper)
        try:
            ledger._begin(new_id)
        except RecordFault:
            ledger.store.close()
            raise
        return ledger

    def keep_head(self) -> None:
        """Bring the head file up to the end of the chain. Raises DiskFull or RecordFailed."""
        head = self.audit.head()
        if head != self._kept:
            write_head(self.store.path, head)
            self._kept = head

    def close(self) -> None:
        """Keep the head and give the file back."""
        try:
            self.keep_head()
        finally:
            self.store.close()

    def abandon(self) -> None:
        """Give the file back as it is, after a fault; the head may lag."""
        self.store.close()

    def _begin(self, new_id: Callable[[], str]) -> None:
        # The head first: another process may append while this one opens.
        head = read_head(self.store.path)
        with self.store.transaction():
            begun = self.audit.begin(self.stamper.stamp(), new_id)
            missing = self._missing(head, begun)
            if missing:
                self.audit.append([Told(self.stamper.stamp(), CUT, "record", missing, _evidence(head))])
                self.cut = RecordCut(missing, part="record")
        self.keep_head()
        _sync_folder(self.store.path.parent)

    def _missing(self, head: Head | None, begun: bool) -> str:
        """A sentence on what the head knows and the chain does not; empty when all is well."""
        if head is not None and not self.audit.holds(head):
            return f"The head file names entry {head.seq}, which this chain does not have."
        last = self.audit.last()
        if head is None and not begun and last is not None and last.seq > 0:
            return "The head file was missing, so a cut end of the chain would not have been noticed."
        return ""


def _evidence(head: Head | None) -> tuple[tuple[str, str], ...]:
    if head is None:
        return ()
    return (("gate", head.gate), ("seq", str(head.seq)), ("hash", head.hash))


def _sync_folder(folder: Path) -> None:
    """Make the names of newly created files durable."""
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise fault_of_os(error, folder) from error
