"""The barrier cycle, driven through the whole gate."""

import pytest

from appliance.authority import Authority, Source
from appliance.commands import OpenBarrier
from appliance.events import (
    Button,
    CommandReceived,
    EnginesTrusted,
    EntryKind,
    Limit,
    Presence,
    RefusalReason,
    RemoteAction,
    SelfCheckPassed,
    ServiceHeld,
)
from appliance.faults import DiskFull, Effect, Maintenance, OutputFailed
from appliance.gate.ports import FaultMet, FaultOver
from appliance.states import Policy, StateName

from .rig import BARRIER, SCENE_VALID_S, Rig, track


def opened(rig: Rig) -> Rig:
    """A granted car before the open arm."""
    rig.arrive()
    rig.grant()
    rig.record()
    rig.sensors(closed=Limit.OFF)
    rig.run(0.5)
    rig.sensors(opened=Limit.ON)
    rig.run(0.2)
    return rig


def drive_through(rig: Rig) -> None:
    rig.sensors(loop=Presence.PRESENT)
    rig.leave()
    rig.run(1.0)
    rig.sensors(loop=Presence.CLEAR)


def close_down(rig: Rig) -> None:
    rig.run(1.5)
    rig.sensors(opened=Limit.OFF)
    rig.run(0.4)
    rig.sensors(closed=Limit.ON)
    rig.run(0.6)


def test_a_visit_from_arrival_to_closed_arm() -> None:
    rig = opened(Rig().boot())
    drive_through(rig)
    close_down(rig)
    assert rig.moves() == ["OpenBarrier", "StopBarrier", "CloseBarrier", "StopBarrier"]
    assert rig.writer.kinds() == [EntryKind.OPENING, EntryKind.OPENED, EntryKind.PASSED, EntryKind.CLOSED]
    assert rig.state == StateName.IDLE_ROI
    assert rig.access.inside == ["AB12CDE"]


def test_nothing_moves_before_the_reason_is_recorded() -> None:
    rig = Rig().boot()
    rig.arrive()
    rig.grant()
    rig.run(0.5)
    assert rig.moves() == []
    rig.record()
    assert rig.moves() == ["OpenBarrier"]


def test_what_could_not_be_recorded_does_not_open() -> None:
    rig = Rig().boot()
    rig.arrive()
    rig.grant()
    rig.fail_record()
    assert rig.moves() == []
    assert rig.access.again == [("a1", RefusalReason.NOT_RECORDED)]
    assert rig.state == StateName.RECOGNIZE


def test_a_record_that_never_answers_refuses_after_its_time() -> None:
    rig = Rig().boot()
    rig.arrive()
    rig.grant()
    rig.run(BARRIER.record_timeout_s + 0.2)
    assert rig.moves() == []
    assert rig.writer.kinds()[-1] is EntryKind.REFUSED


def test_a_button_opens_though_the_record_fails() -> None:
    rig = Rig().boot()
    rig.press(Button.OPEN)
    rig.fail_record()
    assert rig.moves() == ["OpenBarrier"]


def test_a_button_waits_for_the_record_where_the_owner_says_so() -> None:
    rig = Rig(barrier=BARRIER.model_copy(update={"button_needs_record": True})).boot()
    rig.press(Button.OPEN)
    rig.fail_record()
    assert rig.moves() == []


def test_a_vehicle_under_the_arm_reopens_it_after_the_dead_time() -> None:
    rig = opened(Rig().boot())
    drive_through(rig)
    rig.run(1.2)
    rig.sensors(opened=Limit.OFF, loop=Presence.PRESENT)
    rig.run(0.1)
    assert rig.moves()[-2:] == ["CloseBarrier", "StopBarrier"]
    rig.run(BARRIER.dead_time_s + 0.1)
    assert rig.actuator.history[-1][1] == OpenBarrier("veto")


@pytest.mark.parametrize("level", [Presence.PRESENT, Presence.UNKNOWN])
def test_presence_or_doubt_holds_the_arm_open(level: Presence) -> None:
    rig = opened(Rig().boot())
    drive_through(rig)
    rig.sensors(loop=level)
    rig.run(60.0, step_s=0.5)
    assert "CloseBarrier" not in rig.moves()


def test_a_camera_in_doubt_holds_the_arm_open() -> None:
    rig = opened(Rig().boot())
    rig.blind = True
    rig.run(SCENE_VALID_S + 0.2)
    drive_through(rig)
    rig.run(60.0, step_s=0.5)
    assert "CloseBarrier" not in rig.moves()


def test_nobody_drives_through_and_the_arm_closes() -> None:
    rig = opened(Rig().boot())
    rig.run(BARRIER.pass_timeout_s + 0.2)
    assert rig.moves()[-1] == "CloseBarrier"
    assert rig.writer.kinds()[-1] is EntryKind.NOT_PASSED


def test_stop_stops_and_the_arm_stays_until_a_new_press() -> None:
    rig = Rig().boot()
    rig.press(Button.OPEN)
    rig.record()
    rig.sensors(stop=True, closed=Limit.OFF)
    rig.run(0.1)
    rig.sensors(stop=False)
    rig.run(10.0)
    assert rig.moves() == ["OpenBarrier", "StopBarrier"]
    assert [f.kind for f in rig.board.active] == ["stopped_by_hand"]
    rig.press(Button.OPEN)
    rig.record()
    rig.run(1.0)
    assert rig.moves()[-1] == "OpenBarrier"
    assert rig.board.active == ()


def test_an_arm_that_never_opens_is_a_fault_until_service_resets_it() -> None:
    rig = Rig().boot()
    rig.press(Button.OPEN)
    rig.record()
    rig.sensors(closed=Limit.OFF)
    rig.run(BARRIER.motion_limit_s + 0.3)
    assert [f.kind for f in rig.board.active] == ["open_timed_out"]
    visited = [rig.state]
    rig.tick(ServiceHeld(reset=True))
    rig.run(0.3)
    assert rig.board.active == ()
    assert [*visited, rig.state] == [StateName.FAULT, StateName.ACTUATE]


def test_an_arm_that_does_not_leave_its_limit_is_stuck() -> None:
    rig = Rig().boot()
    rig.press(Button.OPEN)
    rig.record()
    rig.run(BARRIER.leave_limit_s + 0.2)
    assert [f.kind for f in rig.board.active] == ["arm_stuck"]
    assert not rig.actuator.open


def test_both_limits_on_stops_the_gate_before_it_opens() -> None:
    rig = Rig().boot()
    rig.sensors(opened=Limit.ON)
    rig.press(Button.OPEN)
    assert rig.state == StateName.FAULT
    assert "OpenBarrier" not in rig.moves()


def test_an_output_that_fails_stops_the_gate() -> None:
    rig = Rig().boot()
    rig.press(Button.OPEN)
    rig.record()
    rig.tick(FaultMet(OutputFailed(part="open")))
    assert rig.state == StateName.FAULT
    assert not rig.actuator.open


def test_a_second_authorised_car_keeps_the_arm_open() -> None:
    rig = opened(Rig().boot())
    drive_through(rig)
    rig.arrive(2)
    rig.grant("a2", 2)
    rig.record("a2")
    rig.run(BARRIER.pass_timeout_s - 0.5)
    assert "CloseBarrier" not in rig.moves()


def test_a_car_that_follows_through_is_recorded_once() -> None:
    rig = opened(Rig().boot())
    drive_through(rig)
    rig.run(0.7)
    drive_through(rig)
    rig.run(0.7)
    drive_through(rig)
    assert rig.writer.kinds().count(EntryKind.TAILGATE) == 1


def test_an_authority_opens_once() -> None:
    rig = opened(Rig().boot())
    rig.grant("a1")
    rig.record("a1")
    assert rig.moves().count("OpenBarrier") == 1
    assert rig.writer.kinds()[-1] is EntryKind.REFUSED


def test_the_same_car_opens_again_on_its_next_visit() -> None:
    rig = opened(Rig().boot())
    drive_through(rig)
    close_down(rig)
    rig.arrive(2)
    rig.grant("a2", 2)
    rig.record("a2")
    assert rig.moves()[-1] == "OpenBarrier"


def test_a_decision_for_a_car_that_left_is_refused() -> None:
    rig = Rig().boot()
    rig.arrive()
    rig.grant()
    rig.leave()
    rig.record()
    assert rig.moves() == []


def test_a_refusing_fault_leaves_buttons_and_exit_working() -> None:
    rig = Rig().boot()
    rig.tick(FaultMet(DiskFull()))
    rig.arrive()
    rig.grant()
    assert rig.writer.tickets == []
    rig.press(Button.EXIT)
    rig.fail_record("exit@" + f"{rig.now:.6f}")
    assert rig.moves() == ["OpenBarrier"]
    rig.tick(FaultOver(DiskFull.kind()))
    assert rig.board.active == ()


def test_maintenance_waits_for_the_cycle_and_ends_on_the_next_hold() -> None:
    rig = opened(Rig().boot())
    rig.tick(ServiceHeld(reset=False))
    assert rig.board.active[0].effect is Effect.FINISH_THEN_STOP
    drive_through(rig)
    close_down(rig)
    visited = [rig.state]
    rig.tick(ServiceHeld(reset=False))
    rig.run(0.4)
    assert [*visited, rig.state] == [StateName.FAULT, StateName.IDLE_ROI]
    assert not rig.gate.inputs.has_fault(Maintenance.kind())


@pytest.mark.parametrize(("lives_s", "moves"), [(5.0, ["OpenBarrier"]), (0.05, [])])
def test_a_command_opens_only_while_it_lives(lives_s: float, moves: list[str]) -> None:
    rig = Rig().boot()
    authority = Authority("c1", Source.COMMAND, rig.now, rig.now + lives_s, "phone", "Remote.")
    rig.clock.advance(0.1)
    rig.tick(CommandReceived(RemoteAction.OPEN, authority))
    rig.record("c1")
    assert rig.moves() == moves


def test_a_remote_close_ends_the_hold_but_not_the_veto() -> None:
    rig = opened(Rig().boot())
    rig.sensors(loop=Presence.PRESENT)
    authority = Authority("c2", Source.COMMAND, rig.now, rig.now + 5, "phone", "Remote.")
    rig.tick(CommandReceived(RemoteAction.CLOSE, authority))
    rig.run(3.0)
    assert "CloseBarrier" not in rig.moves()
    rig.sensors(loop=Presence.CLEAR)
    rig.run(BARRIER.hold_s + 0.2)
    assert rig.moves()[-1] == "CloseBarrier"


def test_an_arm_found_open_at_start_is_closed_when_the_way_is_clear() -> None:
    rig = Rig()
    rig.sensors(loop=Presence.PRESENT, closed=Limit.OFF, opened=Limit.ON)
    rig.tick(SelfCheckPassed(), EnginesTrusted())
    rig.run(5.0)
    assert rig.moves() == []
    rig.sensors(loop=Presence.CLEAR)
    rig.run(BARRIER.hold_s + 0.2)
    assert rig.moves() == ["CloseBarrier"]


def test_an_arm_forced_up_refuses_entry_and_is_closed_again() -> None:
    rig = Rig().boot()
    rig.sensors(closed=Limit.OFF)
    rig.run(0.2)
    assert [f.kind for f in rig.board.active] == ["arm_forced"]
    close_down(rig)
    assert rig.board.active == ()


def test_an_unarmed_gate_moves_nothing() -> None:
    rig = Rig(policy=Policy(armed=False, barrier=BARRIER)).boot()
    rig.press(Button.OPEN)
    assert rig.moves() == []
    assert rig.writer.kinds() == [EntryKind.REFUSED]


def test_a_car_that_waits_before_an_arm_of_unknown_place_is_let_in() -> None:
    rig = Rig()
    rig.sensors(loop=Presence.CLEAR)
    rig.tracks, rig.in_zone = (track(),), True
    rig.tick(SelfCheckPassed(), EnginesTrusted())
    rig.run(0.5)
    rig.grant()
    rig.record()
    assert rig.moves() == ["OpenBarrier"]


def test_after_a_stop_and_a_reset_a_press_opens_again() -> None:
    rig = Rig().boot()
    rig.press(Button.OPEN)
    rig.record()
    rig.sensors(stop=True, closed=Limit.OFF)
    rig.run(0.2)
    rig.sensors(stop=False)
    rig.tick(ServiceHeld(reset=True))
    rig.press(Button.OPEN)
    rig.record()
    rig.run(BARRIER.dead_time_s + 0.1)
    assert rig.moves() == ["OpenBarrier", "StopBarrier", "OpenBarrier"]
