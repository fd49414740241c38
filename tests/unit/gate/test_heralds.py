"""Other access controllers hear of a plate once its record is durable, and of nothing else."""

from __future__ import annotations

import pytest

from appliance.events import Button, Granted, NotRecorded, PlateVoted, Recorded
from appliance.faults import ActiveFault, DiskFull
from appliance.states import Policy

from .rig import BARRIER, Rig, decision
from .test_gate import VOTE


def granted(rig: Rig) -> Rig:
    """A vehicle stands in the ROI and is let in; its record is awaited."""
    rig.boot()
    rig.arrive()
    rig.access.verdict = Granted(decision("a1", rig.now))
    rig.tick(PlateVoted(VOTE))
    return rig


@pytest.mark.parametrize("actuator", ["barrier", "pulse", "reader", "car"])
def test_a_plate_is_told_once_its_record_is_durable(actuator: str) -> None:
    rig = granted(Rig(actuator=actuator))
    assert rig.herald.told == []
    rig.tick(Recorded("a1"))
    rig.tick(Recorded("a1"))
    assert rig.herald.told == [decision("a1", 0.0).subject]


def test_what_could_not_be_recorded_is_told_to_nobody() -> None:
    rig = granted(Rig())
    rig.tick(NotRecorded("a1", ActiveFault.of(DiskFull(), rig.now)), Recorded("a1"))
    assert rig.herald.told == []


def test_with_stop_held_nobody_is_told() -> None:
    rig = granted(Rig())
    rig.sensors(stop=True)
    rig.tick(Recorded("a1"))
    assert rig.herald.told == []


def test_a_vehicle_that_has_left_is_told_to_nobody() -> None:
    rig = granted(Rig())
    rig.tracks = ()
    rig.tick()
    rig.tick(Recorded("a1"))
    assert rig.herald.told == []


def test_an_unarmed_gate_tells_nobody() -> None:
    rig = granted(Rig(policy=Policy(armed=False, barrier=BARRIER)))
    rig.tick(Recorded("a1"))
    assert rig.herald.told == []


def test_a_button_has_no_card() -> None:
    rig = Rig().boot()
    rig.press(Button.OPEN)
    rig.tick(*(Recorded(ticket) for ticket in rig.writer.tickets))
    assert rig.writer.tickets != []
    assert rig.herald.told == []
