"""The gate and its supervisor: a feed that was lost is a fault until the next one is taken."""

from __future__ import annotations

import pytest

from appliance.events import EntryKind
from appliance.faults import WatchdogFault
from tests.unit.gate.rig import Rig


def refuse(now_s: float) -> bool:
    raise WatchdogFault("nobody reads", part="watchdog")


@pytest.mark.parametrize(("fed", "active"), [(True, []), (False, ["watchdog_fault"])])
def test_a_lost_feed_is_a_fault_until_one_is_taken(fed: bool, active: list[str]) -> None:
    rig = Rig().boot()
    rig.watchdog.ticked = refuse  # type: ignore[method-assign]
    rig.tick()
    rig.watchdog.ticked = lambda now_s: fed  # type: ignore[method-assign]
    rig.tick()

    assert EntryKind.FAULT_RAISED in rig.writer.kinds()
    assert [fault.kind for fault in rig.board.active] == active
