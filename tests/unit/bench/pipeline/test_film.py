"""Endless cameras: what they show, when, and what they miss."""

from __future__ import annotations

import pytest

from appliance.bench.pipeline.film import EndlessCamera
from appliance.bench.pipeline.films import cameras
from appliance.faults import CameraLost
from appliance.sight import Picture

from .rig import LENGTH, a_clock, a_film


def shade(picture: object) -> int:
    assert isinstance(picture, Picture)
    return int(picture.planes[0][0, 0, 0])


def test_footage_begins_anew_from_its_start_and_the_numbers_go_on() -> None:
    clock, opened = a_clock(), list[int]()
    with EndlessCamera("one", a_film(clock, opened), 18, None, clock) as camera:
        frames = [camera.read(0.0) for _ in range(4)]
    assert [shade(frame.picture) for frame in frames] == [18, 19, 0, 1]
    assert [frame.seq for frame in frames] == [1, 2, 3, 4]
    assert opened == [18, 0]


def test_a_picture_is_captured_when_it_is_due() -> None:
    clock = a_clock()
    with EndlessCamera("one", a_film(clock), 0, 10.0, clock) as camera:
        first = camera.read(0.0)
        clock.advance(0.125)
        second = camera.read(0.0)
    assert (first.captured_s, second.captured_s) == pytest.approx((100.0, 100.1))
    assert (camera.given, camera.missed) == (2, 0)


def test_what_comes_too_late_was_missed() -> None:
    clock = a_clock()
    with EndlessCamera("one", a_film(clock), 0, 10.0, clock) as camera:
        camera.read(0.0)
        clock.advance(0.35)
        late = camera.read(0.0)
    assert camera.missed == 2
    assert late.captured_s == pytest.approx(100.3)


def test_a_closed_camera_shows_nothing() -> None:
    clock = a_clock()
    camera = EndlessCamera("one", a_film(clock), 0, None, clock)
    with pytest.raises(CameraLost, match="one"):
        camera.read(0.0)
    camera.open()
    camera.close()
    camera.close()
    with pytest.raises(CameraLost, match="one"):
        camera.read(0.0)


def test_each_camera_is_somewhere_else_in_the_footage() -> None:
    clock, opened = a_clock(), list[int]()
    shown = cameras(5, a_film(clock, opened), LENGTH, None, clock)
    for camera in shown:
        camera.open()
    assert len(set(opened)) == 5
    assert [camera.name for camera in shown] == [f"camera{n}" for n in range(5)]
