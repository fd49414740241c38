"""The referee: each violation is caught, and what keeps the law is not reported."""

from typing import Any

from appliance.events import Button
from appliance.hw.sim.plan import Behaviour, Mishap, Standing

from .rig import Rig, a_plan, a_rig, a_visit


def an_empty_gate() -> Rig:
    """A gate that has been up for a while, with nobody near it."""
    rig = a_rig(a_plan(a_visit(gap_s=300.0)))
    rig.claim()
    rig.run(2.0)
    return rig


def a_gate_with(**changes: Any) -> Rig:
    """A gate with one vehicle that stands at the line."""
    rig = a_rig(a_plan(a_visit(**changes)))
    rig.claim()
    rig.until("stops at the")
    return rig


def test_both_outputs_together_are_caught() -> None:
    rig = an_empty_gate()
    rig.twin.world.attendant.press(Button.OPEN)
    rig.energise("open", "close")
    rig.run(0.05)
    assert rig.violations() == ["open and close energised together (law 4)"]


def test_closing_on_an_occupied_lane_is_caught() -> None:
    rig = a_gate_with(behaviour=Behaviour.DAWDLE)
    rig.energise("open")
    rig.until("waits under the arm")
    rig.energise()
    rig.run(0.6)
    rig.energise("close")
    rig.run(0.09)
    assert rig.violations() == []
    rig.run(0.05)
    assert rig.violations() == ["close energised on an occupied lane (law 2)"]


def test_the_arm_on_a_vehicle_is_caught() -> None:
    rig = a_gate_with(behaviour=Behaviour.DAWDLE)
    rig.energise("open")
    rig.until("waits under the arm")
    rig.energise()
    rig.run(0.6)
    rig.energise("close")
    rig.run(2.0)
    assert "the arm came down on a vehicle (law 2)" in rig.violations()


def test_motion_while_stop_is_held_is_caught() -> None:
    rig = a_gate_with()
    rig.energise("open")
    rig.run(0.5)
    rig.twin.world.attendant.press(Button.STOP, 1.0)
    rig.run(0.2)
    assert rig.violations() == ["motion while STOP is held (law 3)"]


def test_stopping_at_once_when_stop_is_held_is_fine() -> None:
    rig = a_gate_with()
    rig.energise("open")
    rig.run(0.5)
    rig.twin.world.attendant.press(Button.STOP, 1.0)
    rig.run(0.05)
    rig.energise()
    rig.run(0.5)
    assert rig.violations() == []


def test_an_output_that_stays_on_is_caught_once() -> None:
    rig = a_gate_with()
    rig.energise("open")
    rig.run(6.0)
    assert rig.violations() == []
    rig.run(3.0)
    assert rig.violations() == ["open energised longer than 6 s (law 5)"]


def test_a_skipped_dead_time_is_caught() -> None:
    rig = a_gate_with()
    rig.energise("open")
    rig.run(1.0)
    rig.energise()
    rig.run(0.3)
    rig.energise("close")
    rig.run(0.05)
    assert rig.violations() == ["close energised within the dead time after open (law 4)"]


def test_motion_during_boot_is_caught() -> None:
    rig = a_rig(a_plan(a_visit(gap_s=300.0)))
    rig.claim()
    rig.run(0.1)
    rig.energise("close")
    rig.run(0.1)
    assert rig.violations() == ["close energised during boot (law 5)"]


def test_an_opening_for_nobody_is_caught() -> None:
    rig = an_empty_gate()
    rig.energise("open")
    rig.run(0.05)
    assert rig.violations() == ["opened with nobody in front of the gate and no button pressed (law 1)"]


def test_turning_round_on_the_way_down_for_nothing_is_counted_apart() -> None:
    rig = an_empty_gate()
    rig.twin.world.arm.angle = 45.0
    rig.energise("open")
    rig.run(0.05)
    assert (rig.violations(), rig.twin.summary().needless_reopens) == ([], 1)


def test_an_opening_by_button_is_fine() -> None:
    rig = an_empty_gate()
    rig.twin.world.attendant.press(Button.OPEN)
    rig.run(0.1)
    rig.energise("open")
    rig.run(0.1)
    assert (rig.violations(), rig.twin.summary().false_opens) == ([], 0)


def test_opening_for_a_stranger_is_a_false_open() -> None:
    rig = a_gate_with(standing=Standing.STRANGER)
    rig.energise("open")
    rig.run(0.1)
    assert (rig.violations(), rig.twin.summary().false_opens) == ([], 1)


def test_opening_by_recognition_while_blind_is_caught() -> None:
    rig = a_gate_with(mishap=Mishap.CAMERA_FROZEN, mishap_s=20.0)
    rig.energise("open")
    rig.run(0.05)
    assert [v.split(",")[0] for v in rig.violations()] == ["opened by recognition"]


def test_opening_by_button_while_blind_is_fine() -> None:
    rig = a_gate_with(mishap=Mishap.CAMERA_FROZEN, mishap_s=20.0)
    rig.twin.world.attendant.press(Button.OPEN)
    rig.run(0.05)
    rig.energise("open")
    rig.run(0.05)
    assert rig.violations() == []


def test_the_service_button_explains_no_opening() -> None:
    rig = an_empty_gate()
    rig.twin.world.attendant.press(Button.SERVICE)
    rig.run(0.1)
    rig.energise("open")
    rig.run(0.1)
    assert len(rig.violations()) == 1


def test_opening_for_a_listed_car_behind_a_stranger_is_a_false_open() -> None:
    rig = a_rig(
        a_plan(a_visit(1, standing=Standing.STRANGER), a_visit(2, behaviour=Behaviour.QUEUE)),
    )
    rig.claim()
    rig.until("stops at the line")
    rig.energise("open")
    rig.run(0.1)
    assert rig.twin.summary().false_opens == 1


def test_a_listed_car_that_leaves_unopened_is_missed() -> None:
    rig = a_gate_with(patience_s=2.0)
    rig.until("is gone")
    summary = rig.twin.summary()
    assert (summary.missed, summary.opened, len(summary.missed_lines)) == (1, 0, 1)


def test_the_time_to_open_counts_from_the_roi() -> None:
    rig = a_gate_with()
    ready_s = rig.clock.monotonic()
    rig.energise("open")
    rig.until("is inside")
    p50 = dict(rig.twin.summary().time_to_open_ms)["p50"]
    assert p50 is not None
    assert 0 < p50 <= ready_s * 1000


def test_an_arm_left_up_is_caught_in_the_end() -> None:
    rig = a_gate_with()
    rig.energise("open")
    rig.run(3.0)
    rig.energise()
    rig.run(200.0)
    assert rig.twin.finished
    assert rig.violations() == ["the arm was left up or moving after the last visit"]


def test_the_summary_has_its_stable_keys_first() -> None:
    keys = list(an_empty_gate().twin.summary().as_json())
    assert keys[:10] == [
        "visits",
        "authorised",
        "opened",
        "refused",
        "missed",
        "false_opens",
        "violations",
        "time_to_open_ms",
        "faults_injected",
        "recovered",
    ]
