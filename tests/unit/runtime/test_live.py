"""The gate in real time, on mock pins: its way up, its supervisor, and its way down."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from appliance.clock import Clock
from appliance.config.schema import Record
from appliance.faults import ConfigFault
from appliance.hw.signs import Sign
from appliance.record.stamp import Origin
from appliance.record.writer import RecordWriter
from appliance.runtime.gatework import Mouth
from appliance.vision.factory import Recognition

from .rig import (
    CLOSE,
    LIGHTS,
    OPEN,
    OPEN_BUTTON,
    STOP_BUTTON,
    LiveRig,
    PlayedDetector,
    PlayedReader,
    a_load,
    played,
    subjects,
)


class MortalWriter(RecordWriter):
    """A writer that seems dead when `dead` is set."""

    dead = False

    @property
    def alive(self) -> bool:
        return not self.dead and super().alive


def mortal(settings: Record, clock: Clock, mouth: Mouth) -> MortalWriter:
    return MortalWriter(
        settings,
        clock,
        Origin.here(),
        answer=mouth.post,
        on_fault=mouth.raised,
        on_recovered=mouth.cleared,
    )


# -- up --------------------------------------------------------------------------------------------


def test_it_boots_warms_up_and_looks(tmp_path: Path) -> None:
    rig = LiveRig(tmp_path)

    assert rig.run(lambda: rig.state == "recognize")
    assert rig.kinds()[0] == "boot"


def test_the_open_button_opens(tmp_path: Path) -> None:
    rig = LiveRig(tmp_path)
    ended = rig.run(
        lambda: rig.state == "recognize",
        lambda: rig.press(OPEN_BUTTON),
        lambda: rig.level(OPEN),
    )

    assert ended
    assert subjects(rig.links(), "opening") == ["open"]


def test_the_status_led_shows_how_it_is_from_the_first_tick_to_the_end(tmp_path: Path) -> None:
    rig = LiveRig(tmp_path)
    rig.run(lambda: Sign.ARMED in rig.led.history)

    assert rig.led.history[0] in (Sign.STARTING, Sign.BUTTONS_ONLY)
    assert rig.led.history[-2:] == [Sign.ARMED, Sign.DOWN]


def test_the_button_opens_before_the_nets_are_loaded(tmp_path: Path) -> None:
    let_go = threading.Event()

    def load(config: object) -> Recognition:
        let_go.wait()
        return Recognition(PlayedDetector(), PlayedReader(), "played", ())

    rig = LiveRig(tmp_path, load)
    ended = rig.run(lambda: rig.state == "warmup", lambda: rig.press(OPEN_BUTTON), lambda: rig.level(OPEN))
    let_go.set()

    assert ended


def test_a_pin_that_is_used_twice_is_refused_and_nothing_stays_claimed(tmp_path: Path) -> None:
    rig = LiveRig(tmp_path, inputs={"loop": {"pin": OPEN}})
    with pytest.raises(ConfigFault, match="GPIO17"):
        rig.run(lambda: False)

    assert rig.pins[LIGHTS].function == "input"
    assert rig.level(LIGHTS)
    assert not rig.config.record.path.exists()


# -- the supervisor --------------------------------------------------------------------------------


def test_a_time_of_day_that_nobody_confirms_is_a_fault_until_somebody_does(tmp_path: Path) -> None:
    rig = LiveRig(tmp_path)
    rig.clock.trusted = False

    def warned() -> bool:
        return rig.live.gate.inputs.has_fault("clock_untrusted")

    def confirm() -> bool:
        rig.clock.trusted = True
        return True

    assert rig.run(warned, confirm, lambda: not warned())


class SlowWriter(RecordWriter):
    """A writer whose disk hangs for as long as `waits_s` says."""

    waits_s = 0.0

    def oldest_wait_s(self) -> float:
        return self.waits_s


def slow(settings: Record, clock: Clock, mouth: Mouth) -> SlowWriter:
    return SlowWriter(
        settings,
        clock,
        Origin.here(),
        answer=mouth.post,
        on_fault=mouth.raised,
        on_recovered=mouth.cleared,
    )


def test_a_disk_that_hangs_is_a_fault_until_it_answers(tmp_path: Path) -> None:
    rig = LiveRig(tmp_path, writer=slow)

    def hang(seconds: float) -> bool:
        SlowWriter.waits_s = seconds
        return True

    def suffers() -> bool:
        return rig.live.gate.inputs.has_fault("record_failed")

    assert rig.run(lambda: hang(6.0), suffers, lambda: hang(0.0), lambda: not suffers())


def test_a_capture_that_died_is_started_anew(tmp_path: Path) -> None:
    rig = LiveRig(tmp_path)
    ended = rig.run(
        lambda: rig.state == "recognize",
        lambda: rig.camera.break_with(ValueError("driver")),
        lambda: rig.camera.opened == 2,
        lambda: rig.state == "recognize",
    )

    assert ended
    assert "loop_stalled" in subjects(rig.links(), "fault_raised")


def test_an_inference_loop_that_died_is_started_anew(tmp_path: Path) -> None:
    detector = PlayedDetector()
    rig = LiveRig(tmp_path, a_load(Recognition(detector, PlayedReader(), "played", ())))
    ended = rig.run(
        lambda: rig.state == "recognize",
        lambda: detector.break_with(ValueError("vendor")),
        lambda: detector.seen_since_break > 2,
    )

    assert ended
    assert "loop_stalled" in subjects(rig.links(), "fault_raised")


def test_captures_that_die_again_and_again_end_the_process(tmp_path: Path) -> None:
    rig = LiveRig(tmp_path)

    assert not rig.run(lambda: not rig.camera.break_with(ValueError("driver")))
    assert rig.camera.opened >= 6
    assert rig.links()[-1].sentence == "Too much of the gate died; it starts anew."


def test_a_dead_writer_ends_the_process(tmp_path: Path) -> None:
    rig = LiveRig(tmp_path, writer=mortal)

    def die() -> bool:
        MortalWriter.dead = True
        return False

    try:
        assert not rig.run(lambda: rig.state == "recognize", die)
    finally:
        MortalWriter.dead = False


# -- down ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("button", [OPEN_BUTTON, STOP_BUTTON])
def test_the_end_leaves_every_output_at_its_shutdown_level(tmp_path: Path, button: str) -> None:
    rig = LiveRig(tmp_path)
    rig.run(
        lambda: rig.state == "recognize",
        lambda: rig.press(OPEN_BUTTON),
        lambda: rig.level(OPEN),
        lambda: rig.press(button),
    )

    assert [rig.level(pin) for pin in (OPEN, CLOSE, LIGHTS)] == [False, False, True]


def test_the_end_is_the_last_entry(tmp_path: Path) -> None:
    rig = LiveRig(tmp_path)
    rig.run(lambda: rig.state == "recognize")

    assert (rig.links()[-1].kind, rig.links()[-1].sentence) == ("shutdown", "The gate was told to stop.")


def test_an_error_of_its_surroundings_still_ends_it_safely(tmp_path: Path) -> None:
    rig = LiveRig(tmp_path, a_load(played()))

    def fall() -> bool:
        raise RuntimeError("the world ended")

    with pytest.raises(RuntimeError, match="the world ended"):
        rig.run(
            lambda: rig.state == "recognize", lambda: rig.press(OPEN_BUTTON), lambda: rig.level(OPEN), fall
        )

    assert not rig.level(OPEN)
    assert rig.links()[-1].sentence == "The gate ended by a defect."


# -- where its threads sit -------------------------------------------------------------------------


def affinity_of(name: str) -> set[int]:
    (thread,) = [thread for thread in threading.enumerate() if thread.name == name]
    return os.sched_getaffinity(thread.native_id or 0)


def test_the_gate_the_guard_and_the_record_sit_as_configured(tmp_path: Path) -> None:
    first = min(os.sched_getaffinity(0))
    rig = LiveRig(tmp_path, threads={"gate": {"cores": [first]}})
    seen: list[set[int]] = []

    def look() -> bool:
        seen.extend([os.sched_getaffinity(0), affinity_of("output-guard"), affinity_of("record")])
        return True

    with ThreadPoolExecutor(1) as main:  # its affinity ends with it
        main.submit(lambda: rig.run(look)).result()

    assert seen == [{first}, {first}, os.sched_getaffinity(0)]
