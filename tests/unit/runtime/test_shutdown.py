"""The gate's way down: outputs first, then the record of what was under way and of the end."""

from __future__ import annotations

import logging

import pytest

from appliance.events import EntryKind, PlateEvent, PlateEventKind, Visit
from appliance.faults import GateFault, LinkFault, OutputFailed
from tests.unit.gate.rig import CAMERA, Ended, Rig


def an_open_visit() -> Ended:
    noread = PlateEvent(PlateEventKind.NOREAD, CAMERA, 1, "", 0.0, "Nobody was read.", 2.0)
    return Ended(Visit(CAMERA, 1, 0.0, 2.0, "", 0.0, "noread", 0), (noread,))


def test_visits_under_way_are_recorded_with_their_events() -> None:
    rig, visit = Rig().boot(), an_open_visit()
    rig.access.open = (visit,)
    rig.gate.shut_down("asked to stop")

    assert (rig.writer.visits, rig.writer.events) == ([visit.visit], list(visit.events))
    assert rig.writer.kinds()[-1] is EntryKind.SHUTDOWN


@pytest.mark.parametrize(
    "fault", [OutputFailed("read back on", part="open"), LinkFault("silent", part="car")]
)
def test_outputs_that_do_not_obey_are_recorded_before_the_end(
    fault: GateFault, caplog: pytest.LogCaptureFixture
) -> None:
    rig = Rig().boot()
    state, moves = rig.state, len(rig.actuator.history)

    def disobey() -> None:
        raise fault

    rig.actuator.safe = disobey  # type: ignore[method-assign]
    rig.gate.shut_down("asked to stop")

    told = [(entry.kind, entry.subject) for entry in rig.writer.entries[-2:]]
    assert told == [(EntryKind.FAULT_RAISED, fault.kind()), (EntryKind.SHUTDOWN, "gate")]
    assert (rig.state, len(rig.actuator.history)) == (state, moves)
    assert [r.levelno for r in caplog.records if str(fault) in r.message] == [logging.CRITICAL]
