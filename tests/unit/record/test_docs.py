"""The check that docs/record.md gives away agrees with the gate's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from appliance.config.schema import Record
from appliance.record.audit import Told
from appliance.record.ledger import Ledger

from .rig import entry

DOCS = Path(__file__).parents[3] / "docs" / "record.md"


@pytest.fixture
def first_bad() -> Callable[[Path], int | None]:
    found = re.search(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    names: dict[str, Any] = {}
    exec(found[1], names)
    check: Callable[[Path], int | None] = names["first_bad"]
    return check


def test_a_stranger_can_check_the_chain(
    ledger: Ledger, settings: Record, first_bad: Callable[[Path], int | None]
) -> None:
    with ledger.store.transaction():
        ledger.audit.append(Told.of(entry(plate), ledger.stamper.stamp()) for plate in ("Ä1", "B2", "C3"))
    assert first_bad(settings.path) is None


def test_a_stranger_finds_an_edit(
    ledger: Ledger, settings: Record, first_bad: Callable[[Path], int | None]
) -> None:
    with ledger.store.transaction():
        ledger.audit.append(Told.of(entry(plate), ledger.stamper.stamp()) for plate in ("Ä1", "B2", "C3"))
        ledger.store.execute("DROP TRIGGER audit_no_update")
        ledger.store.execute("UPDATE audit SET sentence = 'It may not.' WHERE seq = 2")
    assert first_bad(settings.path) == 2
