"""Forgetting: journal rows older than record.retention_days go, in steps too small to be felt.

The audit chain stays whole: its links prove one another, and a chain with its oldest links removed could no
longer be told from one that somebody cut.
"""

from __future__ import annotations

from datetime import timedelta

from .stamp import Stamper, utc_text
from .store import Store

STEP_ROWS = 500
"""Deleted in one transaction: some milliseconds on a card, so an opening hardly waits for it."""
SPARE_PAGES = 4096
"""16 MB of free pages are kept for reuse; more is given back to the partition."""
STEP_PAGES = 256

_TABLES = ("reads", "events", "visits")


class Retention:
    """Deletes what is too old. Without trusted time nothing is old."""

    def __init__(self, store: Store, stamper: Stamper, days: int) -> None:
        self._store = store
        self._stamper = stamper
        self._days = days

    def step(self) -> int:
        """One small step; the rows it deleted, 0 when nothing is left to forget."""
        now = self._stamper.trusted_now()
        if now is None:
            return 0
        limit = utc_text(now - timedelta(days=self._days))
        deleted = sum(self._forget(table, limit) for table in _TABLES)
        self._give_back()
        return deleted

    def _forget(self, table: str, limit: str) -> int:
        """Rows up to the newest one that is surely old: what was written before it is older still.

        This also reaches rows whose own time was never confirmed.
        """
        ((newest,),) = self._store.query(
            f"SELECT max(id) FROM {table} WHERE trusted = 1 AND utc < ?", (limit,)
        )
        if newest is None:
            return 0
        with self._store.transaction():
            return self._store.execute(
                f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE id <= ? ORDER BY id LIMIT ?)",
                (newest, STEP_ROWS),
            )

    def _give_back(self) -> None:
        ((free,),) = self._store.query("PRAGMA freelist_count")
        if free > SPARE_PAGES:
            self._store.shrink(STEP_PAGES)
