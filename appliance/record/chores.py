"""What the writer does between entries: keep the head, forget what is old, empty the log."""

from __future__ import annotations

from .ledger import Ledger
from .retention import Retention
from .stamp import Stamper

HEAD_S = 30.0
"""How far the head file may lag: a cut end shorter than this is not noticed."""
FORGET_S = 3600.0
CHECKPOINT_COMMITS = 250
"""About 4 MB of log, moved into the database while nobody waits."""
QUIET_S = 2.0
"""A car that is being read submits more often than this; its opening must not meet a chore."""
AT_LATEST_S = 300.0
"""A gate that is never quiet has its chores done nonetheless."""


class Chores:
    """Times are monotonic seconds. `commits` is counted by whoever commits."""

    def __init__(self, stamper: Stamper, retention_days: int, now_s: float) -> None:
        self.commits = 0
        self._stamper = stamper
        self._days = retention_days
        self._done_s = now_s
        self._head_due_s = now_s + HEAD_S
        self._forget_due_s = now_s

    def do(self, ledger: Ledger, now_s: float, last_submitted_s: float) -> None:
        """Do what is due if nobody is about to wait. Raises the faults of a Store."""
        if now_s - last_submitted_s < QUIET_S and now_s < self._done_s + AT_LATEST_S:
            return
        self._done_s = now_s
        if now_s >= self._head_due_s:
            self._head_due_s = now_s + HEAD_S
            ledger.keep_head()
        if now_s >= self._forget_due_s:
            gone = Retention(ledger.store, self._stamper, self._days).step()
            self._forget_due_s = now_s if gone else now_s + FORGET_S
        if self.commits >= CHECKPOINT_COMMITS:
            self.commits = 0
            ledger.store.checkpoint()
