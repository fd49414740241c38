"""A disk that is really full, and a database that another process really holds."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appliance.config.schema import Record
from appliance.events import Entry, EntryKind
from appliance.record.audit import AuditLog, verify
from appliance.record.head import read_head
from appliance.record.store import Store

from .record_rig import plenty, watched

HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A partition of 4 MB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small tmpfs needs root")
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "gatehouse-test", str(tmp_path)]
    if subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("this machine does not let root mount a tmpfs")
    yield tmp_path
    subprocess.run(["umount", "-l", str(tmp_path)], check=True)


def fill(folder: Path) -> Path:
    """Take every byte that is left."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 512)
        except OSError:
            return ballast


def subjects(settings: Record) -> list[str]:
    with closing(Store.open_to_read(settings)) as store:
        assert verify(store, None).findings[1:] == ()
        return [link.subject for link in AuditLog(store).links(limit=10_000)]


def whole(settings: Record) -> bool:
    head = read_head(settings.path)
    with closing(Store.open_to_read(settings)) as store:
        return verify(store, head).good


def test_a_full_disk_refuses_and_recovers(small_disk: Path) -> None:
    settings = Record(path=small_disk / "gatehouse.db", min_free_mb=1)
    with watched(settings, plenty) as gate:
        assert gate.ask("before") == "recorded"
        ballast = fill(small_disk)
        answers = {gate.ask(f"during{number}") for number in range(200)}
        assert "disk_full" in answers
        assert answers <= {"disk_full", "recorded"}
        ballast.unlink()
        gate.wait(lambda: "disk_full" in gate.recovered, 40.0)
        assert gate.ask("after") == "recorded"
    assert whole(settings)
    assert {"before", "during0", "during199", "after"} <= set(subjects(settings))


def test_the_reserve_refuses_before_the_disk_is_full(small_disk: Path) -> None:
    settings = Record(path=small_disk / "gatehouse.db", min_free_mb=3)
    with watched(settings) as gate:
        assert gate.ask("before") == "recorded"
        (small_disk / "ballast").write_bytes(b"\0" * 2**20)
        assert gate.ask("during") == "disk_full"
    assert subjects(settings)[-1] == "during"


@pytest.mark.timeout(120)
def test_a_lock_by_another_process_refuses_blocks_nobody_and_recovers(tmp_path: Path) -> None:
    settings = Record(path=tmp_path / "gatehouse.db", busy_timeout_s=0.2)
    with watched(settings) as gate:
        assert gate.ask("before") == "recorded"
        command = [sys.executable, "-c", HOLDER, str(settings.path)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdout is not None
            holder.stdout.readline()
            assert gate.ask("during") == "record_locked"
            started = time.monotonic()
            gate.writer.submit_entry(Entry(EntryKind.STOPPED, started, "stop", "STOP was pressed."))
            assert time.monotonic() - started < 0.1
            holder.communicate()
        gate.wait(lambda: gate.recovered == ["record_locked"])
        assert gate.ask("after") == "recorded"
    assert whole(settings)
    assert subjects(settings)[-4:] == ["before", "during", "stop", "after"]
