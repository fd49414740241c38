"""The gate's way down: outputs first, then the record of what was under way and of the end."""

from __future__ import annotations

from appliance.events import EntryKind, PlateEvent, PlateEventKind, Visit
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
