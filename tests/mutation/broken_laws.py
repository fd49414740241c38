"""Laws of the house, each broken by one hand-written change that a named test must notice.

This is the part that a tool cannot write: the change is what a hurried programmer might do, and the test
is the one that should stop them. It also reaches what mutmut leaves alone: properties and tables.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

STATES = "appliance/states"
CYCLE = "tests/unit/gate/test_cycle.py"
CAR = "tests/unit/gate/test_car.py"
RULES = "tests/unit/states/test_rules.py"
MOVES = "tests/unit/states/test_barrier_moves.py"
STOP = "tests/unit/states/test_stop.py"
REACT = "tests/unit/states/test_react.py"
TESTS_FAILED = 1
"""pytest's exit status when tests ran and failed; an error while collecting gives another."""


@dataclass(frozen=True)
class BrokenLaw:
    """In `path` the text `old` becomes `new`; then `test` (file and function) must fail."""

    law: int
    name: str
    path: str
    old: str
    new: str
    test: str


class PatchStale(Exception):
    """The source has moved on: the broken law has to be written anew."""


LAWS = (
    BrokenLaw(
        1,
        "a spent authority opens again",
        f"{STATES}/rules.py",
        "        return RefusalReason.AUTHORITY_SPENT\n    return objection(",
        "        return None\n    return objection(",
        f"{CYCLE}::test_an_authority_opens_once",
    ),
    BrokenLaw(
        1,
        "an expired authority opens",
        f"{STATES}/rules.py",
        "if not authority.live(now):",
        "if False:",
        f"{CYCLE}::test_a_command_opens_only_while_it_lives",
    ),
    BrokenLaw(
        1,
        "a decision opens though its vehicle left",
        f"{STATES}/rules.py",
        "return None if present else RefusalReason.NOT_IN_ROI",
        "return None",
        f"{CYCLE}::test_a_decision_for_a_car_that_left_is_refused",
    ),
    BrokenLaw(
        1,
        "an authority that lapsed in the dead time opens",
        f"{STATES}/barrier.py",
        "if cycle.why != VETO and authority is not None:",
        "if False:",
        f"{MOVES}::test_an_authority_that_lapses_in_the_dead_time_is_refused_and_the_arm_waits_as_open",
    ),
    BrokenLaw(
        2,
        "an unknown presence does not veto",
        f"{STATES}/base.py",
        "return self.loop.vetoes or self.beam.vetoes or self.zone.vetoes",
        "return Presence.PRESENT in (self.loop, self.beam, self.zone)",
        f"{CYCLE}::test_presence_or_doubt_holds_the_arm_open",
    ),
    BrokenLaw(
        2,
        "the camera does not veto",
        f"{STATES}/base.py",
        "return self.loop.vetoes or self.beam.vetoes or self.zone.vetoes",
        "return self.loop.vetoes or self.beam.vetoes",
        f"{CYCLE}::test_a_camera_in_doubt_holds_the_arm_open",
    ),
    BrokenLaw(
        2,
        "the hold time is ignored",
        f"{STATES}/barrier.py",
        "clear = _clear_for(cycle, now) >= barrier.hold_s",
        "clear = not inputs.vetoed",
        f"{MOVES}::test_the_arm_stays_open_while_anything_speaks_for_it",
    ),
    BrokenLaw(
        2,
        "a closing arm does not reopen",
        f"{STATES}/barrier.py",
        "    if inputs.vetoed:\n        return _reopen(cycle, inputs, now)\n",
        "",
        f"{CYCLE}::test_a_vehicle_under_the_arm_reopens_it_after_the_dead_time",
    ),
    BrokenLaw(
        3,
        "STOP is ignored in every state",
        f"{STATES}/__init__.py",
        "    if inputs.stop:\n        return _stop(",
        "    if False:\n        return _stop(",
        f"{CYCLE}::test_stop_stops_and_the_arm_stays_until_a_new_press",
    ),
    BrokenLaw(
        3,
        "STOP leaves the motor energised in actuate",
        f"{STATES}/cycle.py",
        "return Going(stopped, (StopBarrier(), RaiseFault(",
        "return Going(stopped, (RaiseFault(",
        f"{STOP}::test_stop_releases_the_motor_before_anything_else",
    ),
    BrokenLaw(
        3,
        "STOP leaves the car enabled",
        f"{STATES}/car.py",
        "return ReleaseCar(), Lights(False), word",
        "return Lights(False), word",
        f"{CAR}::test_stop_releases_the_car_and_the_session_ends_when_it_is_let_go",
    ),
    BrokenLaw(
        4,
        "the dead time before an opening is skipped",
        f"{STATES}/barrier.py",
        "if now - cycle.rested_s < inputs.policy.barrier.dead_time_s:",
        "if False:",
        f"{MOVES}::test_within_the_dead_time_nothing_moves",
    ),
    BrokenLaw(
        4,
        "the dead time before a closing is skipped",
        f"{STATES}/barrier.py",
        "rested = now - cycle.rested_s >= barrier.dead_time_s",
        "rested = True",
        f"{MOVES}::test_the_arm_stays_open_while_anything_speaks_for_it",
    ),
    BrokenLaw(
        4,
        "close stays energised when open follows",
        f"{STATES}/barrier.py",
        "return Going(back, (StopBarrier(), word))",
        "return Going(back, (word,))",
        f"{CYCLE}::test_a_vehicle_under_the_arm_reopens_it_after_the_dead_time",
    ),
    BrokenLaw(
        4,
        "open and close are ordered in one step",
        f"{STATES}/barrier.py",
        "return Going(closing, (*words, *absent, CloseBarrier()))",
        "return Going(closing, (*words, *absent, OpenBarrier(cycle.why), CloseBarrier()))",
        f"{CYCLE}::test_a_visit_from_arrival_to_closed_arm",
    ),
    BrokenLaw(
        6,
        "the motion limit is ignored",
        f"{STATES}/barrier.py",
        "if elapsed > inputs.policy.barrier.motion_limit_s:",
        "if False:",
        f"{CYCLE}::test_an_arm_that_never_opens_is_a_fault_until_service_resets_it",
    ),
    BrokenLaw(
        6,
        "an arm that does not leave its limit is driven on",
        f"{STATES}/barrier.py",
        "if left is Limit.ON and elapsed > inputs.policy.barrier.leave_limit_s:",
        "if False:",
        f"{CYCLE}::test_an_arm_that_does_not_leave_its_limit_is_stuck",
    ),
    BrokenLaw(
        6,
        "limit switches may disagree",
        f"{STATES}/base.py",
        "return self.opened is Limit.ON and self.closed is Limit.ON",
        "return False",
        f"{CYCLE}::test_both_limits_on_stops_the_gate_before_it_opens",
    ),
    BrokenLaw(
        8,
        "a camera in doubt still decides",
        f"{STATES}/rules.py",
        "if authority.camera in inputs.doubted:",
        "if False:",
        f"{RULES}::test_a_decision_of_a_doubted_camera_opens_nothing",
    ),
    BrokenLaw(
        8,
        "a blind camera keeps the car enabled",
        f"{STATES}/car.py",
        "return seen and authority.camera not in inputs.doubted",
        "return seen or authority.camera in inputs.doubted",
        f"{CAR}::test_a_blind_camera_releases_the_car",
    ),
    BrokenLaw(
        10,
        "the record is not awaited",
        f"{STATES}/barrier.py",
        "        Phase.RECORDING,\n        now,\n        pending=authority,",
        "        Phase.PAUSING,\n        now,\n        authority=authority,",
        f"{CYCLE}::test_nothing_moves_before_the_reason_is_recorded",
    ),
    BrokenLaw(
        10,
        "what could not be recorded opens",
        f"{STATES}/requests.py",
        "return _dropped(cycle, authority, RefusalReason.NOT_RECORDED, now)",
        "return _admitted(cycle, authority, inputs, now)",
        f"{CYCLE}::test_what_could_not_be_recorded_does_not_open",
    ),
    BrokenLaw(
        11,
        "an unarmed gate moves",
        f"{STATES}/rules.py",
        "if not inputs.policy.armed:",
        "if False:",
        f"{CYCLE}::test_an_unarmed_gate_moves_nothing",
    ),
    BrokenLaw(
        12,
        "REFUSE_ENTRY does not hold decisions back",
        f"{STATES}/rules.py",
        "    if inputs.suffers(Effect.REFUSE_ENTRY):\n        return RefusalReason.OUT_OF_SERVICE\n",
        "",
        f"{CYCLE}::test_a_refusing_fault_leaves_buttons_and_exit_working",
    ),
    BrokenLaw(
        12,
        "STOP_NOW is ignored in actuate",
        f"{STATES}/__init__.py",
        "if state.name in (StateName.BOOT, StateName.FAULT):",
        "if state.name in (StateName.BOOT, StateName.FAULT, StateName.ACTUATE):",
        f"{CYCLE}::test_an_output_that_fails_stops_the_gate",
    ),
    BrokenLaw(
        12,
        "maintenance breaks a cycle off",
        f"{STATES}/__init__.py",
        "Effect.STOP_NOW if state.name is StateName.ACTUATE else Effect.FINISH_THEN_STOP",
        "Effect.FINISH_THEN_STOP",
        f"{REACT}::test_maintenance_lets_the_cycle_under_way_end",
    ),
)


def notices(law: BrokenLaw, workspace: Path) -> bool:
    """Break `law` in `workspace`, run its test there, mend it again: did the test fail?

    Raises PatchStale where the source does not hold `old` exactly once.
    """
    path = workspace / law.path
    source = path.read_text(encoding="utf-8")
    if source.count(law.old) != 1:
        found = source.count(law.old)
        raise PatchStale(f"{law.path} holds {law.old!r} {found} times: write '{law.name}' anew")
    try:
        path.write_text(source.replace(law.old, law.new), encoding="utf-8")
        return try_tests([law.test], workspace) == TESTS_FAILED
    finally:
        path.write_text(source, encoding="utf-8")


def try_tests(tests: list[str], workspace: Path) -> int:
    """pytest's exit status for `tests` in `workspace`. No bytecode: its stamps are too coarse for this."""
    options = ["-q", "-x", "--no-header", "-p", "no:cacheprovider", "-p", "no:hypothesispytest"]
    command = [sys.executable, "-B", "-m", "pytest", *options, *tests]
    return subprocess.run(command, cwd=workspace, capture_output=True, check=False).returncode
