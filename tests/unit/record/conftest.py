"""Fixtures of the record's tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from appliance.clock import ManualClock
from appliance.config.schema import Record
from appliance.record.ledger import Ledger
from appliance.record.stamp import Stamper

from .rig import ORIGIN, Rig

MEMORY = Path("/dev/shm")
"""Where syncing costs nothing; what a real disk does is asked under tests/system."""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    parent = MEMORY if MEMORY.is_dir() else tmp_path
    with TemporaryDirectory(dir=parent, prefix="gatehouse-") as made:
        yield Path(made)


@pytest.fixture
def settings(folder: Path) -> Record:
    return Record(path=folder / "data" / "gatehouse.db", busy_timeout_s=0.001)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 1, 12, tzinfo=timezone.utc), start_s=100.0)


@pytest.fixture
def stamper(clock: ManualClock) -> Stamper:
    return Stamper(clock, ORIGIN)


@pytest.fixture
def ledger(settings: Record, stamper: Stamper) -> Iterator[Ledger]:
    opened = Ledger.open(settings, stamper, new_id=lambda: "gate-1")
    yield opened
    opened.abandon()


@pytest.fixture
def rig(settings: Record, clock: ManualClock) -> Rig:
    return Rig(settings, clock)
