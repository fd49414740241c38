"""The twin's camera: frames at its rate, and the ways in which it fails."""

import hashlib

import numpy as np
import pytest

from appliance.faults import CameraLost
from appliance.hw.base import BaseCamera
from appliance.hw.sim.camera import SimCamera
from appliance.hw.sim.lens import Lens
from appliance.hw.sim.mishaps import CameraState
from appliance.hw.sim.plan import Mishap
from appliance.hw.sim.render import Renderer
from appliance.vision.pixels import bgr

from .rig import Rig, a_config, a_plan, a_rig, a_visit


def a_camera(mishap: Mishap | None = None) -> tuple[Rig, BaseCamera]:
    rig = a_rig(a_plan(a_visit(mishap=mishap)))
    camera = rig.twin.cameras["front"]
    camera.open()
    return rig, camera


def test_a_frame_has_the_configured_size_and_the_clocks_time() -> None:
    rig, camera = a_camera()
    rig.run(0.5)
    frame = camera.read(0.1)
    assert bgr(frame.picture).shape == (270, 480, 3)
    assert bgr(frame.picture).dtype == np.uint8
    assert (frame.camera, frame.seq, frame.captured_s) == ("front", 7, 0.5)


def test_a_read_before_the_next_frame_gives_the_last_one() -> None:
    rig, camera = a_camera()
    first = camera.read(0.1)
    rig.run(0.02)
    assert camera.read(0.1) is first
    rig.run(0.06)
    assert camera.read(0.1).seq == first.seq + 1


def test_the_picture_shows_the_vehicle() -> None:
    rig, camera = a_camera()
    empty = bgr(camera.read(0.1).picture)
    rig.until("stops at the line")
    change = np.abs(bgr(camera.read(0.1).picture).astype(int) - empty).mean()
    assert change > 15


def test_a_closed_camera_gives_nothing() -> None:
    _, camera = a_camera()
    camera.close()
    camera.close()
    with pytest.raises(CameraLost):
        camera.read(0.1)


def test_a_lost_camera_can_be_neither_read_nor_opened() -> None:
    rig, camera = a_camera(Mishap.CAMERA_LOST)
    rig.until("cable comes loose")
    with pytest.raises(CameraLost):
        camera.read(0.1)
    with pytest.raises(CameraLost):
        camera.open()


def test_a_frozen_camera_repeats_its_picture_even_after_a_restart() -> None:
    rig, camera = a_camera(Mishap.CAMERA_FROZEN)
    camera.read(0.1)
    rig.until("the camera freezes")
    still = camera.read(0.1)
    camera.close()
    camera.open()
    rig.run(1.0)
    again = camera.read(0.1)
    assert again.seq > still.seq
    assert np.array_equal(bgr(again.picture), bgr(still.picture))


def test_a_covered_lens_gives_black() -> None:
    rig, camera = a_camera(Mishap.CAMERA_DARK)
    rig.until("lens is covered")
    assert bgr(camera.read(0.1).picture).max() <= 3


def test_a_camera_works_again_when_the_fault_is_over() -> None:
    rig, camera = a_camera(Mishap.CAMERA_LOST)
    rig.until("the fault is over")
    camera.open()
    assert rig.twin.world.camera is CameraState.FINE
    assert bgr(camera.read(0.1).picture).mean() > 30


def test_with_real_time_it_waits_for_the_next_frame() -> None:
    waits: list[float] = []
    rig = a_rig(a_plan(a_visit()))
    renderer = Renderer(Lens(96, 54), 1, "ABC1234")
    section = a_config().cameras["front"]
    camera = SimCamera("front", section, rig.twin.world, renderer, rig.clock, wait=waits.append)
    camera.open()
    camera.read(0.5)
    camera.read(0.5)
    assert waits == [pytest.approx(1 / 15)]


def test_the_same_seed_gives_the_same_pictures() -> None:
    assert _digest(seed=5) == _digest(seed=5)
    assert _digest(seed=5) != _digest(seed=6)


def _digest(seed: int) -> str:
    rig = a_rig(seed=seed, visits=2)
    camera = rig.twin.cameras["front"]
    camera.open()
    pictures = hashlib.sha256()
    for _ in range(12):
        rig.run(1.0)
        pictures.update(bgr(camera.read(0.1).picture).tobytes())
    return pictures.hexdigest()
