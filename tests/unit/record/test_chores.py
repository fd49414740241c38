"""Chores: done in quiet moments, put off while a car is being read, but not for ever."""

from __future__ import annotations

from appliance.record.audit import Told
from appliance.record.chores import AT_LATEST_S, CHECKPOINT_COMMITS, HEAD_S, QUIET_S, Chores
from appliance.record.head import read_head
from appliance.record.ledger import Ledger
from appliance.record.stamp import Stamper

from .rig import entry

START_S = 100.0


def grown(ledger: Ledger) -> None:
    with ledger.store.transaction():
        ledger.audit.append([Told.of(entry(), ledger.stamper.stamp())])


def head_seq(ledger: Ledger) -> int:
    head = read_head(ledger.store.path)
    assert head is not None
    return head.seq


def test_a_quiet_gate_keeps_its_head(ledger: Ledger, stamper: Stamper) -> None:
    grown(ledger)
    now = START_S + HEAD_S
    Chores(stamper, 30, START_S).do(ledger, now, last_submitted_s=now - QUIET_S)
    assert head_seq(ledger) == 1


def test_a_busy_gate_waits(ledger: Ledger, stamper: Stamper) -> None:
    grown(ledger)
    now = START_S + HEAD_S
    Chores(stamper, 30, START_S).do(ledger, now, last_submitted_s=now)
    assert head_seq(ledger) == 0


def test_a_gate_that_is_never_quiet_waits_no_longer(ledger: Ledger, stamper: Stamper) -> None:
    grown(ledger)
    now = START_S + AT_LATEST_S
    Chores(stamper, 30, START_S).do(ledger, now, last_submitted_s=now)
    assert head_seq(ledger) == 1


def test_the_log_is_emptied_after_many_commits(ledger: Ledger, stamper: Stamper) -> None:
    grown(ledger)
    chores = Chores(stamper, 30, START_S)
    chores.commits = CHECKPOINT_COMMITS
    chores.do(ledger, START_S + QUIET_S, last_submitted_s=START_S)
    left = ledger.store.query("PRAGMA wal_checkpoint(PASSIVE)")[0]
    assert (chores.commits, left[1]) == (0, left[2])
