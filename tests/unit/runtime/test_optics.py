"""The gate's eyes: loading, faults, effort, and the sign of life before and after."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from appliance.clock import ManualClock
from appliance.config import Config
from appliance.config.schema import Infer
from appliance.events import SceneSeen
from appliance.faults import EngineFailed, EngineFallback, EngineUntrusted
from appliance.gate.ports import FaultMet
from appliance.runtime.ladder import Part, Trouble
from appliance.runtime.optics import WARMUP_LIMIT_S, Load, Optics, warmup_limit_s
from appliance.runtime.seats import Role, Seats
from appliance.sight import Easing, Effort, Frame
from appliance.vision.base import ReadResult
from appliance.vision.drops import Dropped
from appliance.vision.factory import Recognition
from appliance.vision.stopwatch import Stage

from .rig import (
    TICK_S,
    FedCamera,
    Heard,
    PlayedDetector,
    PlayedReader,
    a_clock,
    a_config,
    a_load,
    played,
    wait_for,
)


class Rig:
    """Optics before one fed camera, and what the gate heard of them."""

    def __init__(self, load: Load, noticed: Callable[[], None] = lambda: None, **changes: Any) -> None:
        self.clock = a_clock()
        self.heard = Heard()
        self.camera = FedCamera(self.clock)
        cameras = {"front": self.camera}
        config = a_config(**changes)
        self.optics = Optics(
            config, self.clock, cameras, self.heard.mouth, load, retry_s=0.001, noticed=noticed
        )

    def turn(self) -> None:
        self.clock.advance(TICK_S)
        self.camera.turn()

    def until(self, line: str) -> None:
        wait_for(lambda: line in self.heard.lines, self.turn)

    def trouble(self) -> Trouble:
        """The first that is found, once there is one."""
        found: list[Trouble] = []

        def met() -> bool:
            found.extend(self.optics.check())
            return bool(found)

        wait_for(met, self.turn)
        return found[0]

    @contextmanager
    def started(self) -> Iterator[None]:
        self.optics.start()
        try:
            yield
        finally:
            self.optics.stop()


class Hanging:
    """A load that does not return before it is let go."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.let_go = threading.Event()

    def __call__(self, config: Config) -> Recognition:
        self.begun.set()
        self.let_go.wait()
        return played()


def test_engines_are_trusted_once_loaded() -> None:
    rig = Rig(a_load(played()))
    with rig.started():
        rig.until("SceneSeen")

    assert "EnginesTrusted" in rig.heard.lines


def test_a_load_that_fails_is_a_fault_and_is_tried_again() -> None:
    rig = Rig(a_load(EngineFailed("no file"), EngineUntrusted("golden"), played()))
    with rig.started():
        rig.until("EnginesTrusted")
    told = [line for line in rig.heard.lines if line != "SceneSeen"]

    assert told == [
        "+engine_failed",
        "+engine_untrusted",
        "-engine_failed",
        "-extra_missing",
        "-engine_untrusted",
        "-eyes_closed",
        "EnginesTrusted",
    ]


def test_a_load_that_has_a_defect_is_a_fault_and_is_not_tried_again() -> None:
    rig = Rig(a_load(ValueError("a defect"), played()))
    with rig.started():
        rig.until("+engine_failed")

    assert "EnginesTrusted" not in rig.heard.lines


class LateFailure:
    """A first load that hangs until it is let go, and fails then; the next one is well."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.given_up: threading.Thread | None = None

    def __call__(self, config: Config) -> Recognition:
        if self.given_up is not None:
            return played()
        self.given_up = threading.current_thread()
        self.let_go.wait()
        raise EngineFailed("too late")


def test_a_load_that_was_given_up_says_nothing_more() -> None:
    late = LateFailure()
    rig = Rig(late)
    with rig.started():
        wait_for(lambda: late.given_up is not None, rig.turn)
        rig.clock.advance(WARMUP_LIMIT_S + 1.0)
        rig.optics.mend(rig.trouble())
        rig.until("EnginesTrusted")
        late.let_go.set()
        wait_for(lambda: late.given_up is not None and not late.given_up.is_alive(), rig.turn)

    assert "+engine_failed" not in rig.heard.lines


def test_the_faults_of_a_fallback_stay() -> None:
    rig = Rig(a_load(played(EngineFallback("second backend"))))
    with rig.started():
        rig.until("EnginesTrusted")

    assert "+engine_fallback" in rig.heard.lines
    assert "-engine_fallback" not in rig.heard.lines


def test_the_effort_asked_before_warm_up_counts_after_it() -> None:
    rig = Rig(a_load(played()))
    rig.optics.look(Effort.RECOGNISE)
    with rig.started():
        rig.until("PlateVoted")

    assert "PlateVoted" in rig.heard.lines


def test_nothing_is_read_while_it_only_watches() -> None:
    rig = Rig(a_load(played()))
    with rig.started():
        wait_for(lambda: rig.heard.lines.count("SceneSeen") >= 5, rig.turn)

    assert "PlateVoted" not in rig.heard.lines


def test_cameras_are_told_how_hard_they_are_looked_at() -> None:
    rig = Rig(a_load())
    rig.optics.look(Effort.RECOGNISE)
    assert rig.camera.efforts == [Effort.WATCH, Effort.RECOGNISE]


def test_the_effort_asked_later_counts_at_once() -> None:
    rig = Rig(a_load(played()))
    with rig.started():
        rig.until("SceneSeen")
        rig.optics.look(Effort.RECOGNISE)
        rig.until("PlateVoted")

    assert rig.heard.lines.index("SceneSeen") < rig.heard.lines.index("PlateVoted")


@pytest.mark.parametrize(("after_s", "alive"), [(WARMUP_LIMIT_S, True), (WARMUP_LIMIT_S + 1.0, False)])
def test_loading_is_life_for_as_long_as_it_may_take(after_s: float, alive: bool) -> None:
    load = Hanging()
    rig = Rig(load)
    with rig.started():
        load.begun.wait()
        began_s = rig.clock.monotonic()
        rig.clock.advance(after_s)
        beat_s = rig.optics.beat_s
        load.let_go.set()

    assert beat_s == {True: began_s + after_s, False: began_s}[alive]


def test_after_warm_up_the_sign_of_life_is_the_loop_s() -> None:
    detector = HangingDetector()
    rig = Rig(a_load(Recognition(detector, PlayedReader(), "played", ())))
    with rig.started():
        wait_for(detector.begun.is_set, rig.turn)
        hung_s = rig.clock.monotonic()
        rig.clock.advance(60.0)
        beat_s = rig.optics.beat_s
        detector.let_go.set()

    assert beat_s <= hung_s


class HangingDetector(PlayedDetector):
    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()
        self.let_go = threading.Event()

    def detect(self, picture: object, roi: object = None) -> tuple[()]:
        self.begun.set()
        self.let_go.wait()
        return ()


def test_everything_that_lives_is_left_alone() -> None:
    rig = Rig(a_load(played()))
    with rig.started():
        rig.until("SceneSeen")
        troubles = rig.optics.check()

    assert (troubles, rig.camera.opened) == ([], 1)


def test_a_capture_that_died_is_named_and_started_anew() -> None:
    rig = Rig(a_load(played()))
    with rig.started():
        rig.until("SceneSeen")
        rig.camera.break_with(ValueError("driver"))
        trouble = rig.trouble()
        rig.optics.mend(trouble)
        wait_for(lambda: rig.camera.opened == 2, rig.turn)

    assert trouble == Trouble(Part.CAMERA, "capture of front: ValueError('driver')", "front")


class HangingReader(PlayedReader):
    def __init__(self) -> None:
        self.let_go = threading.Event()

    def read(self, picture: object, plate: object) -> ReadResult:
        self.let_go.wait()
        return ReadResult((), "")


def test_a_read_hangs_by_the_limit_of_the_configuration() -> None:
    reader = HangingReader()
    rig = Rig(a_load(Recognition(PlayedDetector(), reader, "played", ())), vision={"read_limit_s": 0.5})
    rig.optics.look(Effort.RECOGNISE)
    with rig.started():
        rig.until("+reader_stalled")
        reader.let_go.set()
    met = [message.fault for message in rig.heard.messages if isinstance(message, FaultMet)]

    assert met[0].detail.startswith("one read took over 0.5 s")


class HeldCamera(FedCamera):
    """A driver whose reads do not return before it is let go."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.let_go = threading.Event()
        self.held = threading.Event()

    def read(self, timeout_s: float) -> Frame:
        self.held.set()
        self.let_go.wait()
        return super().read(timeout_s)


def test_a_camera_whose_driver_does_not_return_is_named_until_it_does() -> None:
    rig = Rig(a_load(played()))
    camera = HeldCamera(rig.clock)
    optics = Optics(a_config(), rig.clock, {"front": camera}, rig.heard.mouth, a_load(played()))
    optics.start()
    camera.held.wait()
    rig.clock.advance(100.0)
    # The loops may not have come round since the clock went on: their trouble is not this test's.
    died = [trouble for trouble in optics.check() if trouble.part is Part.CAMERA]
    camera.let_go.set()
    wait_for(lambda: "-camera_lost" in rig.heard.lines, camera.turn)
    optics.stop()
    named = [message.fault.part for message in rig.heard.messages if isinstance(message, FaultMet)]

    assert (died, named) == ([], ["front"])


def test_scenes_carry_the_clock_of_their_frame() -> None:
    rig = Rig(a_load(played()))
    with rig.started():
        rig.until("SceneSeen")
    scenes = [message for message in rig.heard.messages if isinstance(message, SceneSeen)]

    assert [scene.camera for scene in scenes] == ["front"] * len(scenes)
    assert all(scene.captured_s <= scene.seen_s for scene in scenes)


@pytest.mark.parametrize(
    ("chain", "limit_s"), [(("onnxruntime",), WARMUP_LIMIT_S), (("tensorrt", "onnxruntime"), 720.0)]
)
def test_engines_that_must_be_built_may_take_their_time(chain: tuple[str, ...], limit_s: float) -> None:
    config = Config(infer=Infer(chain=chain, build_limit_s=100.0))
    assert warmup_limit_s(config) == limit_s


def test_the_stats_tell_what_was_seen_dropped_and_timed() -> None:
    rig = Rig(a_load(played()), vision={"timing_every": 1})
    rig.optics.look(Effort.RECOGNISE)
    with rig.started():
        rig.until("PlateVoted")
        wait_for(lambda: ("front", Dropped.SKIPPED) in rig.optics.stats().dropped, rig.turn)
    stats = rig.optics.stats()

    assert stats.seen["front"] >= 2
    assert set(stats.timings) == set(Stage)


def test_without_nets_frames_are_not_asked_for() -> None:
    load = Hanging()
    rig = Rig(load)
    with rig.started():
        wait_for(lambda: bool(rig.optics.stats().dropped), rig.turn)
        stats = rig.optics.stats()
        load.let_go.set()

    assert (stats.seen, set(stats.dropped), stats.timings) == ({}, {("front", Dropped.SKIPPED)}, {})


def test_every_thread_takes_the_seat_of_its_role() -> None:
    rig = Rig(a_load(played()))
    taken: set[tuple[str, Role]] = set()

    class Noting(Seats):
        def take(self, role: Role) -> None:
            taken.add((threading.current_thread().name, role))

    config = a_config()
    seats = Noting(config.threads, rig.heard.mouth)
    rig.optics = Optics(
        config, rig.clock, {"front": rig.camera}, rig.heard.mouth, a_load(played()), seats=seats
    )
    with rig.started():
        rig.until("SceneSeen")

    assert taken == {
        ("capture-front", Role.CAPTURE),
        ("warmup", Role.VISION),
        ("vision", Role.VISION),
        ("reader-1", Role.READING),
    }


def test_nets_that_come_later_look_as_a_hot_board_must() -> None:
    hanging = Hanging()
    rig = Rig(hanging)
    rig.optics.look(Effort.RECOGNISE)
    rig.optics.ease(Easing(rests=True))
    with rig.started():
        hanging.let_go.set()
        rig.until("SceneSeen")
        wait_for(lambda: rig.heard.lines.count("SceneSeen") > 5, rig.turn)
    assert rig.optics.sees
    assert "PlateVoted" not in rig.heard.lines


def test_what_is_seen_for_the_first_time_is_noticed_once() -> None:
    noticed = threading.Event()
    rig = Rig(a_load(played()), noticed.set)
    with rig.started():
        wait_for(noticed.is_set, rig.turn)
        noticed.clear()
        rig.optics.look(Effort.RECOGNISE)
        rig.until("PlateVoted")
    assert not noticed.is_set()
