"""The tick itself: watchdog, faults, order of commands, access."""

from appliance.authority import Authority, Source
from appliance.commands import StopBarrier
from appliance.events import (
    Button,
    ButtonPressed,
    CommandReceived,
    EntryGranted,
    EntryKind,
    Granted,
    PlateVoted,
    Refusal,
    RefusalReason,
    Refused,
    RemoteAction,
    TrackGone,
)
from appliance.faults import ActiveFault, CameraLost, DiskFull, OutputFailed, WatchdogFault
from appliance.gate.faultboard import FaultBoard
from appliance.gate.ports import FaultMet, FaultOver
from appliance.sight import Effort, Vote
from appliance.states import StateName

from .rig import CAMERA, Rig, decision, track

VOTE = Vote(CAMERA, track(), "AB12CDE", (), 0.9, (), 3, 0.0)


def test_a_loop_that_does_not_beat_is_a_fault_until_it_beats_again() -> None:
    rig = Rig().boot()
    rig.beats = False
    rig.run(9.0)
    assert [f.kind for f in rig.board.active] == ["loop_stalled"]
    rig.beats = True
    rig.run(0.2)
    assert rig.board.active == ()


def test_a_lost_camera_is_a_fault_and_no_reset() -> None:
    rig = Rig().boot()
    rig.blind = True
    rig.tick(FaultMet(CameraLost(part=CAMERA)))
    ticks = rig.watchdog.ticks
    rig.run(10.0)
    assert rig.watchdog.ticks - ticks == 100


def test_that_a_camera_gives_frames_is_recorded_once_a_start() -> None:
    rig = Rig().boot()
    rig.run(1.0)

    sighted = [entry.subject for entry in rig.writer.entries if entry.kind is EntryKind.SIGHTED]
    assert sighted == [CAMERA]


def test_a_watchdog_that_cannot_be_fed_is_a_warning() -> None:
    rig = Rig().boot()

    def refuse(now_s: float) -> bool:
        raise WatchdogFault("no socket")

    rig.watchdog.ticked = refuse  # type: ignore[method-assign]
    rig.run(0.3)
    assert [f.kind for f in rig.board.active] == ["watchdog_fault"]


def test_the_machine_tells_the_loop_how_hard_to_look() -> None:
    rig = Rig().boot()
    rig.arrive()
    rig.press(Button.OPEN)
    assert rig.eye.efforts == [Effort.WATCH, Effort.WATCH, Effort.RECOGNISE, Effort.GUARD]


def test_a_vote_that_access_grants_starts_an_opening() -> None:
    rig = Rig().boot()
    rig.arrive()
    rig.access.verdict = Granted(decision("a1", rig.now))
    rig.tick(PlateVoted(VOTE))
    assert rig.writer.tickets == ["a1"]


def test_an_authority_issued_within_the_tick_is_good() -> None:
    rig = Rig().boot()
    rig.arrive()

    def decide_slowly(vote: Vote) -> Granted:
        rig.clock.advance(0.003)
        return Granted(decision("a1", rig.now))

    rig.access.voted = decide_slowly  # type: ignore[method-assign]
    rig.tick(PlateVoted(VOTE))
    assert rig.writer.tickets == ["a1"]


def test_a_vote_that_access_refuses_is_recorded_with_its_reason() -> None:
    rig = Rig().boot()
    rig.arrive()
    rig.access.verdict = Refused(Refusal(RefusalReason.NOT_LISTED, "AB12CDE", "AB12CDE is not listed."))
    rig.tick(PlateVoted(VOTE))
    assert rig.writer.tickets == []
    assert rig.writer.entries[-1].sentence == "AB12CDE is not listed."


def test_a_vote_with_nothing_new_changes_nothing() -> None:
    rig = Rig().boot()
    rig.arrive()
    before = len(rig.writer.entries)
    rig.tick(PlateVoted(VOTE))
    assert len(rig.writer.entries) == before


def test_a_track_that_ends_becomes_a_visit() -> None:
    rig = Rig().boot()
    rig.tick(TrackGone(track(), None, (), rig.now))
    assert [v.outcome for v in rig.writer.visits] == ["gone"]


def test_an_output_that_fails_stops_the_motor_and_the_rest_of_the_tick_goes_on() -> None:
    rig = Rig().boot()
    perform = rig.actuator.perform

    def fail_on_open(command: object, now_s: float) -> None:
        if type(command).__name__ == "OpenBarrier":
            raise OutputFailed("read back off", part="open")
        perform(command, now_s)  # type: ignore[arg-type]

    rig.actuator.perform = fail_on_open  # type: ignore[method-assign]
    rig.press(Button.OPEN)
    rig.record()
    assert rig.state == StateName.FAULT
    assert rig.actuator.history[-1][1] == StopBarrier()


def test_a_command_that_failed_is_followed_by_the_rest_before_the_fault_is_dealt_with() -> None:
    rig = Rig().boot()
    rig.tick(FaultMet(DiskFull()), ButtonPressed(Button.OPEN, rig.now))
    kinds = rig.writer.kinds()
    assert kinds == [EntryKind.FAULT_RAISED, EntryKind.OPENING]


def test_shutting_down_makes_the_outputs_safe_before_it_records() -> None:
    rig = Rig().boot()
    rig.gate.shut_down("asked to stop")
    assert rig.actuator.made_safe == 1
    assert rig.writer.kinds() == [EntryKind.SHUTDOWN]


def test_a_spent_authority_is_forgotten_when_it_could_not_open_any_more() -> None:
    rig = Rig().boot()
    rig.arrive()
    authority = rig.grant(lives_s=1.0)
    assert rig.gate.inputs.spent == {authority.id}
    rig.run(1.2)
    assert rig.gate.inputs.spent == frozenset()
    rig.tick(EntryGranted(authority))
    assert rig.writer.entries[-1].fields[-1] == ("reason", "authority_expired")


def test_wait_handles_a_message_the_moment_it_comes() -> None:
    rig = Rig().boot()
    rig.gate.post(ButtonPressed(Button.OPEN, rig.now))
    rig.gate.wait(timeout_s=30.0)
    assert len(rig.writer.tickets) == 1


def test_a_fault_met_twice_is_one_fault_and_a_latched_one_outlives_its_cause() -> None:
    board = FaultBoard()
    assert board.raised(ActiveFault.of(DiskFull(), 1.0)) is not None
    assert board.raised(ActiveFault.of(DiskFull(), 2.0)) is None
    board.raised(ActiveFault.of(OutputFailed(part="open"), 3.0))
    assert [e.kind for e in board.cleared("disk_full")] == ["disk_full"]
    assert board.cleared("output_failed") == ()
    assert [e.kind for e in board.reset()] == ["output_failed"]


def test_a_fault_over_in_one_part_leaves_the_other() -> None:
    rig = Rig().boot()
    rig.tick(FaultMet(CameraLost(part="front")), FaultMet(CameraLost(part="rear")))
    rig.tick(FaultOver("camera_lost", "front"))
    assert [f.part for f in rig.board.active] == ["rear"]


def test_authority_lives_from_its_issue_to_just_before_its_end() -> None:
    authority = Authority("x", Source.COMMAND, 1.0, 2.0, "phone", "Remote.")
    assert [authority.live(t) for t in (0.9, 1.0, 1.999, 2.0)] == [False, True, True, False]


def test_a_command_that_was_refused_does_not_open_a_moment_later() -> None:
    rig = Rig().boot()
    command = CommandReceived(
        RemoteAction.OPEN, Authority("c1", Source.COMMAND, rig.now, rig.now + 60, "phone", "Remote.")
    )
    rig.sensors(stop=True)
    rig.tick(command)
    rig.sensors(stop=False)
    rig.tick(command)
    assert rig.writer.tickets == []
    assert rig.writer.entries[-1].fields[-1] == ("reason", "authority_spent")
