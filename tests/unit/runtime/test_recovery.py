"""Recovery of a whole gate: hung eyes, rungs that end the process, reboots, and what outlives all that."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from appliance.clock import ManualClock
from appliance.config import Config
from appliance.config.schema import Infer
from appliance.events import Presence
from appliance.faults import EngineFallback, GpuLost
from appliance.runtime.benching import without
from appliance.runtime.calm import CALM_S, MOVES_S, UNSEEN_S, Calm
from appliance.runtime.ladder import History, Part, Rung, Step, Trouble
from appliance.runtime.recovery import KEEP_EVERY_S, Recovery, ask_for_reboot, note_death
from appliance.runtime.recovery_file import RecoveryFile
from appliance.sight import AnyPicture, Box, Detection
from appliance.states import Policy
from appliance.states.base import Inputs, StateName
from appliance.vision.factory import Recognition

from .rig import (
    CLOSE,
    OPEN,
    OPEN_BUTTON,
    Heard,
    LiveRig,
    PlayedDetector,
    PlayedReader,
    a_clock,
    a_config,
    a_load,
    played,
    wait_for,
)
from .test_mending import FailingDetector, HungDetector, seen_by

KILLED = Step(Rung.PROCESS, Part.GATE, "a signal ended it", 0.0)
LOST = Step(Rung.PROCESS, Part.EYES, "lost", 0.0, backend="onnxruntime")


def kept(folder: Path) -> RecoveryFile:
    return RecoveryFile(folder / "recovery.json")


class HungFile(RecoveryFile):
    """On a disk that hangs until `mended` is set."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.mended = threading.Event()

    def save(self, history: History) -> None:
        self.mended.wait()
        super().save(history)


class EmptyDetector(PlayedDetector):
    """Sees nobody."""

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        return ()


# -- a whole gate ----------------------------------------------------------------------------------


def test_a_gate_whose_loop_hangs_sees_again_and_its_buttons_work(tmp_path: Path) -> None:
    hung = HungDetector()
    rig = LiveRig(tmp_path, a_load(seen_by(hung), played()), vision={"loop_limit_s": 5.0})
    ended = rig.run(
        lambda: rig.live.gate.inputs.has_fault("loop_stalled"),
        lambda: rig.state == "recognize",
        lambda: rig.press(OPEN_BUTTON),
        lambda: rig.level(OPEN),
    )
    hung.let_go.set()

    assert ended


def test_a_gate_that_lost_its_gpu_starts_anew_and_keeps_why(tmp_path: Path) -> None:
    rig = LiveRig(tmp_path, a_load(seen_by(FailingDetector(GpuLost("Xid 79")))))

    assert not rig.run(lambda: False)
    (step,) = kept(tmp_path).load().steps
    assert (step.rung, step.part, step.backend) == (Rung.PROCESS, Part.EYES, "played")


def test_a_gate_that_lost_its_gpu_too_often_closes_its_eyes_and_keeps_its_buttons(tmp_path: Path) -> None:
    kept(tmp_path).save(History(0.0, (LOST,) * 3))
    rig = LiveRig(tmp_path, a_load(seen_by(FailingDetector(GpuLost("Xid 79")))))
    ended = rig.run(
        lambda: rig.live.gate.inputs.has_fault("eyes_closed"),
        lambda: rig.press(OPEN_BUTTON),
        lambda: rig.level(OPEN),
    )

    assert ended


def test_eyes_end_no_process_while_the_arm_moves(tmp_path: Path) -> None:
    detector = PlayedDetector()
    rig = LiveRig(tmp_path, a_load(seen_by(detector)))

    def fails() -> bool:
        return detector.break_with(GpuLost("Xid 79"))

    def rested() -> bool:
        return rig.live.gate.inputs.has_fault("eyes_closed") and rig.state == "actuate"

    ended = rig.run(
        lambda: rig.state == "recognize",
        lambda: rig.press(OPEN_BUTTON),
        lambda: rig.level(OPEN),
        fails,
        rested,
    )

    assert ended


def test_a_gate_that_died_too_often_stays_down(tmp_path: Path) -> None:
    kept(tmp_path).save(History(0.0, (KILLED,) * 5))
    rig = LiveRig(tmp_path)
    why = rig.live.down
    rig.live.stay_down()
    by_hand = LiveRig(tmp_path)

    assert why == "it ended 5 times in a day; last: a signal ended it"
    assert by_hand.live.down == ""
    assert rig.pins[OPEN].function == "input"


def test_a_gate_that_ends_by_a_defect_has_died(tmp_path: Path) -> None:
    rig = LiveRig(tmp_path)

    def fall() -> bool:
        raise RuntimeError("the world ended")

    with pytest.raises(RuntimeError):
        rig.run(fall)

    assert [step.part for step in kept(tmp_path).load().steps] == [Part.GATE]


def test_a_gate_that_was_told_to_stop_has_not_died(tmp_path: Path) -> None:
    LiveRig(tmp_path).run(lambda: True)

    assert kept(tmp_path).load().steps == ()


@pytest.mark.parametrize(("reboot", "asked"), [(True, True), (False, False)])
def test_a_gate_that_owes_a_reboot_serves_until_it_is_calm(tmp_path: Path, reboot: bool, asked: bool) -> None:
    request = tmp_path / "reboot"
    kept(tmp_path).save(History(0.0, (KILLED,) * 5))
    recovery = {"reboot": reboot, "request": request}
    rig = LiveRig(tmp_path, a_load(seen_by(EmptyDetector())), recovery=recovery)
    if asked:
        rig.run(
            lambda: rig.live.gate.inputs.has_fault("reboot_due"),
            lambda: rig.state == "idle_roi",
            request.exists,
        )

    assert (request.exists(), rig.live.down == "") == (asked, asked)


def test_a_reboot_stays_owed_while_the_disk_hangs(tmp_path: Path) -> None:
    request = tmp_path / "reboot"
    kept(tmp_path).save(History(0.0, (KILLED,) * 5))
    recovery = {"reboot": True, "request": request}
    rig = LiveRig(tmp_path, a_load(seen_by(EmptyDetector())), recovery=recovery)
    rig.live._recovery._file = hung = HungFile(tmp_path / "recovery.json")
    rig.live._recovery.tick(rig.clock.monotonic() + KEEP_EVERY_S)

    def mend() -> bool:
        hung.mended.set()
        return True

    calm_s = rig.clock.monotonic() + 2 * CALM_S
    ended = rig.run(
        lambda: rig.state == "idle_roi" and rig.clock.monotonic() > calm_s,
        mend,
        request.exists,
    )

    assert ended


# -- keeping ---------------------------------------------------------------------------------------


def a_recovery(folder: Path, **changes: Any) -> tuple[Recovery, ManualClock, Heard]:
    heard, clock = Heard(), a_clock()
    return Recovery(a_config(folder / "gate.db", recovery=changes), clock, heard.mouth), clock, heard


@pytest.mark.parametrize(("after_s", "is_kept"), [(KEEP_EVERY_S - 1.0, False), (KEEP_EVERY_S, True)])
def test_the_hour_meter_is_kept_by_the_hour(tmp_path: Path, after_s: float, is_kept: bool) -> None:
    recovery, clock, heard = a_recovery(tmp_path)
    clock.advance(after_s)
    recovery.tick(clock.monotonic())
    if is_kept:
        wait_for(lambda: "-recovery_unkept" in heard.lines)

    assert kept(tmp_path).load().served_s == after_s * is_kept


def test_no_reboot_is_asked_for_that_was_not_kept_first(tmp_path: Path) -> None:
    (tmp_path / "recovery.json").mkdir()
    recovery, _, heard = a_recovery(tmp_path, reboot=True, request=tmp_path / "reboot")
    recovery.reboot(Trouble(Part.EYES, "lost"))
    wait_for(lambda: "+recovery_unkept" in heard.lines)

    assert not (tmp_path / "reboot").exists()


def test_a_reboot_that_is_asked_for_is_kept_before(tmp_path: Path) -> None:
    recovery, _, _ = a_recovery(tmp_path, reboot=True, request=tmp_path / "reboot")
    recovery.reboot(Trouble(Part.EYES, "lost"))
    wait_for((tmp_path / "reboot").exists)

    assert [step.rung for step in kept(tmp_path).load().steps] == [Rung.BOARD]


def test_no_reboot_is_counted_while_an_earlier_save_hangs(tmp_path: Path) -> None:
    recovery, clock, _ = a_recovery(tmp_path, reboot=True, request=tmp_path / "reboot")
    recovery._file = hung = HungFile(tmp_path / "recovery.json")
    recovery.tick(clock.monotonic() + KEEP_EVERY_S)
    asked = recovery.reboot(Trouble(Part.EYES, "lost"))
    counted = recovery.ladder.history(clock.monotonic()).steps
    hung.mended.set()
    wait_for(lambda: recovery.reboot(Trouble(Part.EYES, "lost")))
    wait_for((tmp_path / "reboot").exists)

    assert (asked, counted) == (False, ())


def test_a_request_that_nobody_can_hear_is_a_fault(tmp_path: Path) -> None:
    recovery, _, heard = a_recovery(tmp_path, reboot=True, request=tmp_path / "no" / "reboot")
    recovery.reboot(Trouble(Part.EYES, "lost"))
    wait_for(lambda: "+recovery_unkept" in heard.lines)


def test_a_disk_that_fails_at_the_end_is_only_logged(tmp_path: Path) -> None:
    (tmp_path / "recovery.json").mkdir()
    recovery, _, heard = a_recovery(tmp_path)
    recovery.close("a defect")

    assert heard.lines == []


@pytest.mark.parametrize(
    ("result", "died"),
    [
        ("watchdog", 1),
        ("signal", 1),
        ("core-dump", 1),
        ("oom-kill", 1),
        ("success", 0),
        ("exit-code", 0),
        ("", 0),
    ],
)
def test_systemd_says_what_ended_the_gate_where_it_could_not(tmp_path: Path, result: str, died: int) -> None:
    note_death(a_config(tmp_path / "gate.db"), {"SERVICE_RESULT": result} if result else {})

    assert len(kept(tmp_path).load().steps) == died
    assert len(list(tmp_path.iterdir())) == died


def test_killed_again_and_again_after_a_hand_started_it_it_stays_down_again(tmp_path: Path) -> None:
    death = Step(Rung.PROCESS, Part.GATE, "killed", 0.0)
    kept(tmp_path).save(History(0.0, (death,) * 5, "it ended 5 times in a day"))
    config = a_config(tmp_path / "gate.db")
    for _ in range(5):
        assert Recovery(config, a_clock(), Heard().mouth).down == ""
        note_death(config, {"SERVICE_RESULT": "signal"})

    assert "it ended 5 times in a day" in Recovery(config, a_clock(), Heard().mouth).down


def test_asking_makes_an_empty_file(tmp_path: Path) -> None:
    ask_for_reboot(tmp_path / "reboot")

    assert (tmp_path / "reboot").read_bytes() == b""


# -- calm ------------------------------------------------------------------------------------------


CLEAR = Inputs(Policy(), zone=Presence.CLEAR, roi=Presence.CLEAR)


@pytest.mark.parametrize(
    ("state", "inputs", "needs_s"),
    [
        (StateName.RECOGNIZE, CLEAR, CALM_S),
        (StateName.RECOGNIZE, replace(CLEAR, roi=Presence.UNKNOWN), UNSEEN_S),
        (StateName.FAULT, CLEAR, CALM_S),
        (StateName.ACTUATE, CLEAR, float("inf")),
        (StateName.RECOGNIZE, replace(CLEAR, roi=Presence.PRESENT), float("inf")),
        (StateName.RECOGNIZE, replace(CLEAR, loop=Presence.PRESENT), float("inf")),
        (StateName.RECOGNIZE, replace(CLEAR, beam=Presence.PRESENT), float("inf")),
        (StateName.RECOGNIZE, replace(CLEAR, stop=True), float("inf")),
    ],
)
def test_a_gate_is_calm_after_nothing_moved_and_nobody_was_there(
    state: StateName, inputs: Inputs, needs_s: float
) -> None:
    calm = Calm(0.0)
    calms = []
    for now_s in range(200):
        calm.note(state, inputs, float(now_s))
        calms.append(calm.lasts(float(now_s)))

    assert calms == [now_s >= needs_s for now_s in range(200)]


@pytest.mark.parametrize(
    ("state", "after_s", "blind", "cut_off"),
    [
        (StateName.ACTUATE, 0.0, True, True),
        (StateName.ACTUATE, MOVES_S - 1.0, True, True),
        (StateName.ACTUATE, MOVES_S, True, False),
        (StateName.ACTUATE, MOVES_S, False, True),
        (StateName.RECOGNIZE, 0.0, False, False),
    ],
)
def test_no_cycle_is_cut_off_but_one_that_waits_for_eyes(
    state: StateName, after_s: float, blind: bool, cut_off: bool
) -> None:
    calm = Calm(0.0)
    calm.note(state, CLEAR, 0.0)
    calm.note(state, CLEAR, after_s)

    assert calm.cut_off(after_s, blind=blind) is cut_off


# -- benching --------------------------------------------------------------------------------------


def on_first(config: Config) -> Recognition:
    return Recognition(PlayedDetector(), PlayedReader(), config.infer.chain[0], ())


CHAIN = ("tensorrt", "onnxruntime")


@pytest.mark.parametrize(
    ("benched", "infer", "backend", "faults"),
    [
        ({"tensorrt"}, Infer(chain=CHAIN), "onnxruntime", [EngineFallback]),
        (set(), Infer(chain=CHAIN), "tensorrt", []),
        ({"tensorrt"}, Infer(chain=CHAIN, fallback="never"), "tensorrt", []),
        (set(CHAIN), Infer(chain=CHAIN), "tensorrt", []),
    ],
)
def test_a_benched_backend_gives_way_to_the_next_with_a_fault(
    benched: set[str], infer: Infer, backend: str, faults: list[type]
) -> None:
    recognition = without(frozenset(benched), on_first)(Config(infer=infer))

    assert (recognition.backend, [type(fault) for fault in recognition.faults]) == (backend, faults)


def test_the_third_loss_of_a_backend_has_the_next_one_serve(tmp_path: Path) -> None:
    kept(tmp_path).save(History(0.0, (LOST,) * 3))
    rig = LiveRig(tmp_path, on_first, infer={"chain": ["onnxruntime", "openvino"]})
    served = rig.run(
        lambda: rig.state == "recognize", lambda: rig.live.gate.inputs.has_fault("engine_fallback")
    )

    assert served


def test_the_file_is_for_people_to_read_too(tmp_path: Path) -> None:
    kept(tmp_path).save(History(3.0, (LOST,)))
    told = json.loads((tmp_path / "recovery.json").read_text(encoding="utf-8"))

    assert told["steps"][0]["rung"] == "process"


# -- threads that die, a clock that jumps ----------------------------------------------------------


def test_a_watch_of_the_list_that_dies_again_and_again_starts_the_process_anew(tmp_path: Path) -> None:
    rig = LiveRig(tmp_path)

    def broken(listings: object) -> None:
        raise ValueError("a defect")

    rig.live._doorman.decider.replace_list = broken  # type: ignore[method-assign]

    assert not rig.run(lambda: False)
    assert [step.part for step in kept(tmp_path).load().steps] == [Part.LISTS]


def test_a_guard_that_died_ends_the_process_with_its_outputs_released(tmp_path: Path) -> None:
    rig = LiveRig(tmp_path)

    def die() -> bool:
        rig.live._guard.stop()
        return False

    ended = rig.run(
        lambda: rig.state == "recognize", lambda: rig.press(OPEN_BUTTON), lambda: rig.level(OPEN), die
    )

    assert (ended, rig.level(OPEN)) == (False, False)
    assert kept(tmp_path).load().steps[-1].why == "the output guard"


@pytest.mark.parametrize("days", [-400, 400])
def test_a_time_of_day_that_jumps_moves_no_output_and_ends_none_late(tmp_path: Path, days: int) -> None:
    rig = LiveRig(tmp_path)
    opened_s: list[float] = []

    def opened() -> bool:
        opened_s.append(rig.clock.monotonic())
        return rig.level(OPEN)

    def jump() -> bool:
        rig.clock._origin += timedelta(days=days)
        return True

    ended = rig.run(
        lambda: rig.state == "recognize",
        lambda: rig.press(OPEN_BUTTON),
        opened,
        jump,
        lambda: not rig.level(OPEN),
    )

    assert ended
    assert rig.clock.monotonic() - opened_s[-1] < rig.config.barrier.open_s + 0.5
    assert not rig.level(CLOSE)
