"""Eyes and cameras that hang, fail or lose their accelerator: what is found, and what mending leaves."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from appliance.config import Config
from appliance.events import SceneSeen
from appliance.faults import CameraLost, EngineFailed, GpuLost
from appliance.runtime.captures import HUNG_S
from appliance.runtime.ladder import Part, Trouble
from appliance.runtime.optics import WARMUP_LIMIT_S, Load, Optics
from appliance.runtime.valve import Valve
from appliance.sight import AnyPicture, Box, Detection, Frame
from appliance.vision.factory import Recognition

from .rig import FedCamera, Heard, PlayedDetector, PlayedReader, a_clock, a_config, a_load, played, wait_for

TURN_S = 0.1
SOON = {"loop_limit_s": 5.0}


class Eyes:
    """Optics before one fed camera; each turn is a tenth of a second of their clock."""

    def __init__(self, load: Load, **changes: Any) -> None:
        self.clock = a_clock()
        self.heard = Heard()
        self.camera = FedCamera(self.clock)
        self.fresh: list[FedCamera] = []
        config = a_config(**changes)
        cameras = {"front": self.camera}
        self.optics = Optics(
            config, self.clock, cameras, self.heard.mouth, load, retry_s=0.001, renew=self._renew
        )

    def __enter__(self) -> Eyes:
        self.optics.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.optics.stop()

    def turn(self) -> None:
        self.clock.advance(TURN_S)
        for camera in (self.camera, *self.fresh):
            camera.turn()

    def until(self, true: Callable[[], bool]) -> None:
        wait_for(true, self.turn)

    def scenes(self) -> int:
        return sum(isinstance(message, SceneSeen) for message in self.heard.messages)

    def trouble(self, part: Part = Part.EYES) -> Trouble:
        """The first of this part, once there is one."""
        found: list[Trouble] = []

        def met() -> bool:
            found.extend(trouble for trouble in self.optics.check() if trouble.part is part)
            return bool(found)

        self.until(met)
        return found[0]

    def _renew(self, name: str) -> FedCamera:
        self.fresh.append(FedCamera(self.clock, name))
        return self.fresh[-1]


class HungDetector(PlayedDetector):
    """Does not return before it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        self.let_go.wait()
        return super().detect(picture, roi)


class FailingDetector(PlayedDetector):
    """Fails each time with this error."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._always = error

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        raise self._always


def ended(name: str, before: list[threading.Thread]) -> Callable[[], bool]:
    """Whether no thread of this name is left of those that began after `before`."""
    return lambda: name not in [thread.name for thread in threading.enumerate() if thread not in before]


def seen_by(detector: PlayedDetector) -> Recognition:
    return Recognition(detector, PlayedReader(), "played", ())


# -- eyes ------------------------------------------------------------------------------------------


def test_a_loop_that_hangs_is_found_and_new_nets_see() -> None:
    hung = HungDetector()
    with Eyes(a_load(seen_by(hung), played()), vision=SOON) as eyes:
        trouble = eyes.trouble()
        eyes.optics.mend(trouble)
        eyes.until(lambda: eyes.scenes() > 0)
        hung.let_go.set()

    assert (trouble.part, trouble.backend, trouble.stuck) == (Part.EYES, "played", False)
    assert trouble.why.startswith("the inference loop hangs for 5")


def test_a_loop_that_was_given_up_says_nothing_when_it_wakes() -> None:
    hung, before = HungDetector(), threading.enumerate()
    with Eyes(a_load(seen_by(hung), EngineFailed("no nets")), vision=SOON) as eyes:
        trouble = eyes.trouble()
        eyes.optics.rest(trouble)
        hung.let_go.set()
        wait_for(lambda: hung.seen_since_break > 0)
        wait_for(ended("vision", before))

    assert eyes.scenes() == 0


def test_loops_that_hang_again_and_again_are_stuck_in_this_process() -> None:
    hung = [HungDetector() for _ in range(3)]
    with Eyes(a_load(*(seen_by(each) for each in hung)), vision=SOON) as eyes:
        found = []
        for _ in hung:
            found.append(eyes.trouble())
            eyes.optics.mend(found[-1]) if not found[-1].stuck else None
        for each in hung:
            each.let_go.set()

    assert [trouble.stuck for trouble in found] == [False, False, True]


def test_engines_that_always_fail_are_found_and_loaded_anew() -> None:
    with Eyes(a_load(seen_by(FailingDetector(EngineFailed("no memory"))), played())) as eyes:
        trouble = eyes.trouble()
        eyes.optics.mend(trouble)
        eyes.until(lambda: eyes.scenes() > 0)

    assert trouble.why.startswith("every detection fails for 3")
    assert eyes.heard.lines.count("+engine_failed") == 1
    assert "-engine_failed" in eyes.heard.lines


def test_a_gpu_that_is_lost_is_stuck_in_this_process() -> None:
    with Eyes(a_load(seen_by(FailingDetector(GpuLost("Xid 79"))))) as eyes:
        assert eyes.trouble().stuck


def test_a_gpu_that_is_lost_while_loading_is_stuck_in_this_process() -> None:
    with Eyes(a_load(GpuLost("Xid 79"))) as eyes:
        assert eyes.trouble().stuck


def test_a_thread_that_died_of_one_picture_keeps_its_nets() -> None:
    detector = PlayedDetector()
    with Eyes(a_load(seen_by(detector))) as eyes:
        eyes.until(lambda: eyes.scenes() > 0)
        detector.break_with(ValueError("odd"))
        eyes.optics.mend(eyes.trouble())
        scenes = eyes.scenes()
        eyes.until(lambda: eyes.scenes() > scenes)
        left = eyes.optics.check()

    assert left == []


def test_a_thread_that_dies_of_each_picture_gets_new_nets() -> None:
    with Eyes(a_load(seen_by(FailingDetector(ValueError("broken"))), played())) as eyes:
        eyes.optics.mend(eyes.trouble())
        eyes.until(lambda: eyes.scenes() > 0)


def test_a_load_that_hangs_is_given_up_and_tried_anew() -> None:
    let_go, calls, before = threading.Event(), [], threading.enumerate()

    def load(config: Config) -> Recognition:
        calls.append(config)
        if len(calls) == 1:
            let_go.wait()
        return played()

    with Eyes(load) as eyes:
        eyes.clock.advance(WARMUP_LIMIT_S)
        eyes.optics.mend(eyes.trouble())
        eyes.until(lambda: eyes.scenes() > 0)
        let_go.set()
        wait_for(ended("warmup", before))

    assert eyes.heard.lines.count("EnginesTrusted") == 1


def test_eyes_that_rest_say_so_live_on_and_can_be_opened() -> None:
    hung = HungDetector()
    with Eyes(a_load(seen_by(hung), played()), vision=SOON) as eyes:
        trouble = eyes.trouble()
        eyes.optics.rest(trouble)
        eyes.clock.advance(60.0)
        resting = (eyes.optics.beat_s == eyes.clock.monotonic(), trouble in eyes.optics.check())
        eyes.optics.mend(trouble)
        eyes.until(lambda: "-eyes_closed" in eyes.heard.lines)
        hung.let_go.set()

    assert resting == (True, True)
    assert eyes.heard.lines.count("+eyes_closed") == 1


# -- cameras ---------------------------------------------------------------------------------------


class HungCamera(FedCamera):
    def read(self, timeout_s: float) -> Frame:
        threading.Event().wait()
        return super().read(timeout_s)


def test_a_driver_that_hangs_is_left_behind_for_a_fresh_one() -> None:
    eyes = Eyes(a_load(played()))
    eyes.optics = Optics(
        a_config(),
        eyes.clock,
        {"front": HungCamera(eyes.clock)},
        eyes.heard.mouth,
        a_load(played()),
        renew=eyes._renew,
    )
    with eyes:
        eyes.until(lambda: "+camera_lost" in eyes.heard.lines or bool(eyes.optics.check()))
        eyes.clock.advance(HUNG_S)
        trouble = eyes.trouble(Part.CAMERA)
        eyes.optics.mend(trouble)
        eyes.until(lambda: eyes.scenes() > 0)

    assert trouble == Trouble(Part.CAMERA, "capture of front: its driver hangs", "front")
    assert "-camera_lost" in eyes.heard.lines


def test_the_fault_of_a_capture_that_died_goes_with_it() -> None:
    with Eyes(a_load(played())) as eyes:
        eyes.until(lambda: eyes.scenes() > 0)
        eyes.camera.break_with(CameraLost("unplugged"))
        eyes.until(lambda: "+camera_lost" in eyes.heard.lines)
        eyes.camera.break_with(ValueError("driver"))
        eyes.optics.mend(eyes.trouble(Part.CAMERA))

    assert "-camera_lost" in eyes.heard.lines


# -- valves ----------------------------------------------------------------------------------------


def test_a_valve_clears_what_stands_and_lets_nothing_pass_afterwards() -> None:
    heard = Heard()
    valve = Valve(heard.mouth)
    valve.raised(EngineFailed("one", part="net"))
    valve.raised(CameraLost("two", part="front"))
    valve.cleared("camera_lost", "front")
    valve.shut()
    valve.shut()
    valve.raised(EngineFailed("three"))
    valve.cleared("engine_failed")

    assert heard.lines == ["+engine_failed", "+camera_lost", "-camera_lost", "-engine_failed"]


@pytest.mark.parametrize(("shut", "heard"), [(False, 1), (True, 0)])
def test_a_valve_lets_scenes_pass_until_it_is_shut(shut: bool, heard: int) -> None:
    ear = Heard()
    valve = Valve(ear.mouth)
    if shut:
        valve.shut()
    valve.post(SceneSeen("front", 0.0, 0.0, (), False, False))

    assert len(ear.messages) == heard
