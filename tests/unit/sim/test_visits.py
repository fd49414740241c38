"""Visits as the world plays them: each behaviour and each mishap, at a gate that keeps the laws."""

import pytest

from appliance.events import Button
from appliance.hw.sim.plan import Behaviour, Mishap, Standing, VisitPlan
from appliance.hw.sim.vehicle import Mood

from .rig import Rig, TrueGate, a_plan, a_rig, a_visit


def played(*visits: VisitPlan) -> Rig:
    rig = a_rig(a_plan(*visits))
    TrueGate(rig).run(600.0)
    return rig


def test_a_listed_car_is_let_in_and_the_arm_comes_down() -> None:
    rig = played(a_visit())
    steps = ["drives up", "stops at the line", "goes", "has passed under the arm", "is inside"]
    assert [line.split("AB12CDE ")[1] for line in rig.lines] == steps
    assert rig.twin.world.arm.at_closed
    assert rig.twin.finished


def test_a_stranger_waits_gives_up_and_reverses_away() -> None:
    rig = played(a_visit(standing=Standing.STRANGER, patience_s=5.0))
    summary = rig.twin.summary()
    assert rig.said("gives up and reverses away")
    assert (summary.refused, summary.opened, summary.false_opens) == (1, 0, 0)


def test_a_vehicle_trips_the_loop_and_breaks_the_beam() -> None:
    rig = a_rig(a_plan(a_visit()))
    gate = TrueGate(rig)
    seen = set()
    while not rig.twin.finished:
        gate.tick()
        seen.add((rig.active("loop"), rig.active("beam")))
    assert seen == {(False, False), (True, False), (True, True)}


def test_a_queue_is_let_in_one_by_one() -> None:
    rig = played(a_visit(1), a_visit(2, "XY34ZKL", behaviour=Behaviour.QUEUE))
    assert rig.twin.summary().opened == 2


def test_a_vehicle_never_drives_into_the_one_ahead() -> None:
    rig = a_rig(a_plan(a_visit(1), a_visit(2, behaviour=Behaviour.QUEUE, cruise_mps=6.5)))
    gaps = []
    for _ in range(3000):
        rig.run(0.01)
        if len(rig.twin.world.vehicles) == 2:
            gaps.append(rig.twin.world.vehicles[1].near_m - rig.twin.world.vehicles[0].far_m)
    assert min(gaps) > 1.0


def test_a_tailgater_slips_in_and_is_counted_apart() -> None:
    rig = played(a_visit(1), a_visit(2, standing=Standing.STRANGER, behaviour=Behaviour.TAILGATE))
    summary = rig.twin.summary()
    assert (summary.tailgated, summary.refused, summary.false_opens) == (1, 0, 0)


def test_a_dawdler_keeps_the_arm_up() -> None:
    rig = played(a_visit(behaviour=Behaviour.DAWDLE))
    assert rig.said("waits under the arm")
    assert rig.violations() == []


def test_one_backs_out_half_way() -> None:
    rig = played(a_visit(behaviour=Behaviour.BACK_OUT))
    tally = rig.twin.summary()
    assert rig.said("backs out")
    assert (tally.opened, rig.twin.world.left[0].passed) == (1, False)


def test_one_leaves_by_the_exit_button() -> None:
    rig = played(a_visit(standing=Standing.LEAVING, behaviour=Behaviour.EXIT))
    assert rig.said("presses EXIT")
    assert (rig.twin.summary().opened, rig.violations()) == (1, [])


def test_a_guest_is_let_in_by_hand() -> None:
    rig = played(a_visit(plate="XX99XXX", standing=Standing.GUEST))
    summary = rig.twin.summary()
    assert rig.said("the attendant presses OPEN for XX99XXX")
    assert (summary.opened, dict(summary.time_to_open_ms)["p50"]) == (1, None)


@pytest.mark.parametrize("mishap", list(Mishap))
def test_the_gate_gets_over_every_mishap(mishap: Mishap) -> None:
    rig = played(a_visit(mishap=mishap, patience_s=120.0))
    summary = rig.twin.summary()
    assert (summary.opened, summary.violations) == (1, ())
    assert summary.recovered == summary.faults_injected
    assert rig.twin.world.mishaps.active is None


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_arm_jams_at_rest_going_up_and_coming_down(number: int) -> None:
    rig = played(a_visit(number, mishap=Mishap.ARM_JAM, patience_s=120.0))
    assert rig.said("the attendant holds SERVICE")
    assert (rig.twin.summary().recovered, rig.twin.world.arm.jammed) == (1, False)


def test_a_fault_that_lasts_is_not_recovered() -> None:
    rig = a_rig(a_plan(a_visit(mishap=Mishap.CAMERA_LOST)))
    rig.until("the camera's cable comes loose")
    assert (rig.twin.summary().faults_injected, rig.twin.summary().recovered) == (1, 0)


def test_a_driver_waits_while_the_arm_comes_down() -> None:
    rig = a_rig(a_plan(a_visit()))
    rig.twin.world.arm.angle = 90.0
    rig.twin.world.arm.step(0.01, False, True)
    rig.energise("close")
    rig.until("stops at the line")
    assert rig.twin.world.vehicles[0].mood is Mood.WAIT


def test_the_attendant_reaches_the_pins() -> None:
    rig = a_rig(a_plan(a_visit(gap_s=50.0)))
    rig.twin.world.attendant.press(Button.STOP, 0.5)
    rig.run(0.1)
    assert rig.active("stop_button")
    rig.run(0.5)
    assert not rig.active("stop_button")
