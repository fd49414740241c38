"""Exposure for plates: where the loops saw one, and which drivers can be told."""

from __future__ import annotations

import pytest

from appliance.config.schema import Camera
from appliance.events import SceneSeen
from appliance.faults import ExposureRefused
from appliance.hw.cameras.fake import FakeCamera
from appliance.hw.cameras.metered import MeteredCamera
from appliance.runtime.metering import PlateSpots, limits_of, meter
from appliance.sight import Box, Direction, Kind, Track

from .rig import a_clock

SMALL, LARGE = Box(0, 0, 40, 10), Box(100, 50, 180, 70)


def scene(captured_s: float, *plates: Box | None) -> SceneSeen:
    tracks = tuple(
        Track(n, "front", Kind.CAR, Box(0, 0, 300, 200), plate, True, Direction.UNKNOWN, 0.0, captured_s)
        for n, plate in enumerate(plates)
    )
    return SceneSeen("front", captured_s, captured_s, tracks, in_roi=True, in_zone=False)


def test_the_largest_plate_that_was_seen_lately_counts() -> None:
    clock = a_clock()
    spots = PlateSpots(clock)
    spots.note(scene(clock.monotonic(), SMALL, None, LARGE))
    spots.note(scene(clock.monotonic(), None))
    assert (spots.of("front"), spots.of("rear")) == (LARGE, None)
    clock.advance(2.1)
    assert spots.of("front") is None


@pytest.mark.parametrize(
    ("driver", "exposure", "metered", "complaints"),
    [
        ("v4l2", "plates", True, 0),
        ("v4l2", "auto", False, 0),
        ("rtsp", "plates", False, 1),
        ("file", "plates", False, 1),
        ("argus", "plates", False, 0),
    ],
)
def test_only_a_driver_that_can_be_told_is_metered_and_the_others_say_so(
    driver: str, exposure: str, metered: bool, complaints: int
) -> None:
    clock, heard = a_clock(), list[ExposureRefused]()
    settings = Camera.model_validate({"driver": driver, "exposure": exposure})
    camera = meter(FakeCamera("front", [], clock), settings, clock, PlateSpots(clock), heard.append)
    assert isinstance(camera, MeteredCamera) is metered
    assert [fault.part for fault in heard] == ["front exposure"] * complaints


def test_limits_are_the_owners_or_none() -> None:
    assert limits_of(Camera()) is None
    limits = limits_of(Camera(exposure="plates", max_shutter_s=0.001, max_gain=4.0))
    assert limits is not None
    assert (limits.shutter_s, limits.gain) == (0.001, 4.0)
