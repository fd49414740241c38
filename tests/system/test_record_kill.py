"""What was acknowledged is there, however and whenever the process ends."""

from __future__ import annotations

import random
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from appliance.config.schema import Record
from appliance.hw.system_clock import SystemClock
from appliance.record.audit import AuditLog, verify
from appliance.record.chain import Verdict
from appliance.record.head import read_head
from appliance.record.ledger import Ledger
from appliance.record.stamp import Origin, Stamper
from appliance.record.store import Store

KILLS = 25
CHILD = Path(__file__).with_name("record_child.py")


def killed(path: Path, name: str, lines: int, grace_s: float) -> list[str]:
    """Let a scribe acknowledge `lines` tickets, wait up to `grace_s`, kill it; all that it acknowledged."""
    command = [sys.executable, str(CHILD), str(path), name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        told = [child.stdout.readline() for _ in range(lines)]
        try:
            child.wait(grace_s)
        except subprocess.TimeoutExpired:
            child.kill()
        told += child.stdout.readlines()
    return [line.strip() for line in told if line.endswith("\n")]


def judged(settings: Record) -> tuple[Verdict, set[str]]:
    head = read_head(settings.path)
    with closing(Store.open_to_read(settings)) as store:
        subjects = {link.subject for link in AuditLog(store).walk()}
        return verify(store, head), subjects


@pytest.mark.timeout(300)
def test_no_acknowledged_entry_is_lost_by_a_kill(tmp_path: Path) -> None:
    settings = Record(path=tmp_path / "gatehouse.db")
    chance = random.Random(7)
    acknowledged: set[str] = set()
    for number in range(KILLS):
        lines = chance.randrange(1, 60)
        acknowledged |= set(killed(settings.path, f"life{number}", lines, chance.uniform(0.0, 0.02)))
        verdict, subjects = judged(settings)
        assert verdict.findings == ()
        assert acknowledged - subjects == set()
    assert len(acknowledged) > KILLS


@pytest.mark.timeout(120)
def test_a_killed_record_opens_without_complaint(tmp_path: Path) -> None:
    settings = Record(path=tmp_path / "gatehouse.db")
    killed(settings.path, "life", 20, 0.0)
    ledger = Ledger.open(settings, Stamper(SystemClock(), Origin.here()))
    ledger.close()
    verdict, _ = judged(settings)
    assert (ledger.cut, verdict.head_lag, verdict.good) == (None, 0, True)
