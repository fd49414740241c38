"""What the levels of one moment mean: veto, passage, limits, severity of faults."""

import pytest

from appliance.events import Limit, Presence
from appliance.faults import DiskFull, Effect, Maintenance, OutputFailed, PowerFault
from appliance.states.base import Inputs

from .given import CAR, POLICY, active, levels

CLEAR = Inputs(POLICY, loop=Presence.CLEAR, beam=Presence.CLEAR, zone=Presence.CLEAR)


@pytest.mark.parametrize("sensor", ["loop", "beam", "zone"])
@pytest.mark.parametrize(
    ("level", "vetoes"),
    [
        (Presence.CLEAR, False),
        (Presence.NOT_FITTED, False),
        (Presence.PRESENT, True),
        (Presence.UNKNOWN, True),
    ],
)
def test_each_sensor_alone_vetoes_on_presence_and_on_doubt(
    sensor: str, level: Presence, vetoes: bool
) -> None:
    inputs = levels(**{"beam": Presence.CLEAR, sensor: level})
    assert inputs.vetoed is vetoes


def test_nothing_vetoes_a_way_that_every_sensor_calls_clear() -> None:
    assert not CLEAR.vetoed


@pytest.mark.parametrize(
    ("loop", "beam", "zone", "under"),
    [
        (Presence.PRESENT, Presence.CLEAR, Presence.CLEAR, True),
        (Presence.CLEAR, Presence.PRESENT, Presence.CLEAR, True),
        (Presence.NOT_FITTED, Presence.PRESENT, Presence.CLEAR, True),
        (Presence.CLEAR, Presence.NOT_FITTED, Presence.PRESENT, False),
        (Presence.NOT_FITTED, Presence.CLEAR, Presence.PRESENT, False),
        (Presence.UNKNOWN, Presence.UNKNOWN, Presence.PRESENT, False),
        (Presence.NOT_FITTED, Presence.NOT_FITTED, Presence.PRESENT, True),
        (Presence.NOT_FITTED, Presence.NOT_FITTED, Presence.UNKNOWN, False),
        (Presence.NOT_FITTED, Presence.NOT_FITTED, Presence.CLEAR, False),
    ],
)
def test_a_passage_is_proven_by_loop_or_beam_and_by_the_camera_only_without_them(
    loop: Presence, beam: Presence, zone: Presence, under: bool
) -> None:
    assert levels(loop=loop, beam=beam, zone=zone).under_arm is under


@pytest.mark.parametrize(
    ("loop", "beam", "zone", "vehicle"),
    [
        (Presence.PRESENT, Presence.CLEAR, Presence.CLEAR, True),
        (Presence.CLEAR, Presence.PRESENT, Presence.PRESENT, False),
        (Presence.UNKNOWN, Presence.PRESENT, Presence.PRESENT, False),
        (Presence.NOT_FITTED, Presence.PRESENT, Presence.CLEAR, True),
        (Presence.NOT_FITTED, Presence.NOT_FITTED, Presence.PRESENT, True),
    ],
)
def test_where_a_loop_is_fitted_it_alone_tells_a_vehicle_from_a_person(
    loop: Presence, beam: Presence, zone: Presence, vehicle: bool
) -> None:
    assert levels(loop=loop, beam=beam, zone=zone).vehicle_under_arm is vehicle


@pytest.mark.parametrize(
    ("opened", "closed", "disagree"),
    [
        (Limit.ON, Limit.ON, True),
        (Limit.ON, Limit.OFF, False),
        (Limit.OFF, Limit.ON, False),
        (Limit.ON, Limit.UNKNOWN, False),
    ],
)
def test_limits_disagree_only_when_both_are_on(opened: Limit, closed: Limit, disagree: bool) -> None:
    assert levels(opened=opened, closed=closed).limits_disagree is disagree


def test_a_fault_is_suffered_up_to_its_own_severity() -> None:
    inputs = levels(faults=active(PowerFault(), Maintenance()))
    assert [inputs.suffers(e) for e in Effect] == [True, True, True, False]


@pytest.mark.parametrize("fault", [PowerFault(), DiskFull(), Maintenance(), OutputFailed()])
def test_each_effect_is_suffered_at_its_own_level(fault: PowerFault) -> None:
    inputs = levels(faults=active(fault))
    worse = [e for e in Effect if e.severity > fault.effect.severity]
    assert inputs.suffers(fault.effect)
    assert not any(inputs.suffers(e) for e in worse)


def test_a_fault_is_known_by_its_kind() -> None:
    inputs = levels(faults=active(DiskFull()))
    assert (inputs.has_fault("disk_full"), inputs.has_fault("maintenance")) == (True, False)


def test_the_policy_says_what_it_drives() -> None:
    assert (POLICY.drives_barrier, CAR.drives_barrier) == (True, False)
