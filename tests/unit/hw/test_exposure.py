"""Exposure for plates: the policy on simulated light, and the camera that follows it."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.clock import ManualClock
from appliance.faults import ExposureRefused
from appliance.hw.cameras.exposure import (
    BRIGHT,
    DARK,
    BaseExposureControl,
    Exposure,
    Limits,
    PlateExposure,
    Reach,
)
from appliance.hw.cameras.fake import FakeCamera
from appliance.hw.cameras.metered import MeteredCamera, mean_luma
from appliance.sight import Box, Effort, Layout, Picture

from .camera_rig import picture
from .rig import a_clock

REACH = Reach(30e-6, 0.066, 1.0, 16.0)
LIMITS = Limits(0.002, 8.0)


def luma(light: float, exposure: Exposure) -> float:
    """What a camera writes of a plate under so much light."""
    return float(255.0 * min(1.0, light * exposure.light) ** (1 / 2.2))


def settled(light: float, policy: PlateExposure, start_s: float = 0.0) -> tuple[float, int]:
    """The luma in the end, and how often the camera was told."""
    told = 0
    for frame in range(300):
        seen = luma(light, policy.now)
        told += policy.next(seen, start_s + frame / 15) is not None
    return luma(light, policy.now), told


@pytest.mark.parametrize("light", [30.0, 100.0, 1_000.0, 5_000.0])
def test_plates_become_legible_from_dusk_to_noon(light: float) -> None:
    end, told = settled(light, PlateExposure(REACH.within(LIMITS)))
    assert DARK <= end <= BRIGHT
    assert told <= 8


@pytest.mark.parametrize("light", [0.0, 0.1, 1e9])
def test_it_never_leaves_the_owners_limits(light: float) -> None:
    policy = PlateExposure(REACH.within(LIMITS))
    settled(light, policy)
    assert 30e-6 <= policy.now.shutter_s <= 0.002
    assert 1.0 <= policy.now.gain <= 8.0
    assert policy.next(luma(light, policy.now), 1000.0) is None


def test_gain_comes_only_when_the_shutter_is_as_long_as_it_may_be() -> None:
    reach = REACH.within(LIMITS)
    assert reach.nearest(0.001) == Exposure(0.001, 1.0)
    assert reach.nearest(0.004) == Exposure(0.002, 2.0)
    assert reach.nearest(1.0) == Exposure(0.002, 8.0)


@pytest.mark.parametrize(("seen", "changes"), [(79.0, True), (81.0, False), (149.0, False), (151.0, True)])
def test_light_between_dark_and_bright_changes_nothing(seen: float, changes: bool) -> None:
    policy = PlateExposure(REACH.within(LIMITS))
    assert (policy.next(seen, 0.0) is not None) is changes


def test_it_waits_for_what_it_told_and_goes_one_stop_at_a_time() -> None:
    policy = PlateExposure(REACH.within(LIMITS))
    before = policy.now.light
    assert policy.next(255.0, 0.0) is not None
    assert policy.next(255.0, 0.3) is None
    assert policy.now.light == pytest.approx(before / 2)


def test_a_sensor_that_cannot_be_as_short_as_asked_stays_at_its_shortest() -> None:
    assert Reach(0.005, 0.1, 2.0, 4.0).within(Limits(0.002, 1.0)) == Reach(0.005, 0.005, 2.0, 2.0)


# -- the metered camera ----------------------------------------------------------------------------


class FakeControl(BaseExposureControl):
    """Remembers what it was told; refuses from the order `refuses_at` on."""

    def __init__(self, refuses_at: int = 1000) -> None:
        self.told: list[Exposure] = []
        self._left = refuses_at

    def reach(self) -> Reach:
        self._refuse()
        return REACH

    def set(self, exposure: Exposure) -> None:
        self._refuse()
        self.told.append(exposure)

    def _refuse(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise ExposureRefused("no such control", part="front exposure")


def grey(shade: int, plate: int | None = None) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    image = np.full((48, 64, 3), shade, np.uint8)
    image[20:30, 20:40] = shade if plate is None else plate
    return image


PLATE = Box(20, 20, 40, 30)


class Watched:
    """A metered camera before pictures of one kind."""

    def __init__(self, shade: int, plate: int | None, control: FakeControl, spot: Box | None) -> None:
        self.clock: ManualClock = a_clock()
        self.faults: list[ExposureRefused] = []
        self.inner = FakeCamera("front", [grey(shade, plate)] * 20, self.clock)
        self.camera = MeteredCamera(
            self.inner,
            control,
            LIMITS,
            self.clock,
            scene=Box(0, 0, 1, 1),
            spot=lambda: spot,
            complain=self.faults.append,
        )

    def run(self, frames: int = 10) -> None:
        self.camera.look(Effort.RECOGNISE)
        with self.camera:
            for _ in range(frames):
                self.camera.read(0.1)
                self.clock.advance(0.5)


@pytest.mark.parametrize(
    ("shade", "plate", "spot", "change"),
    [
        (60, 240, PLATE, -1),
        (200, 30, PLATE, 1),
        (60, 110, PLATE, 0),
        (61, None, None, 0),
        (20, None, None, 1),
        (120, None, None, -1),
        (20, None, Box(300, 300, 400, 340), 1),
    ],
)
def test_the_plate_in_sight_decides_and_the_scene_where_there_is_none(
    shade: int, plate: int | None, spot: Box | None, change: int
) -> None:
    control = FakeControl()
    Watched(shade, plate, control, spot).run(2)
    lights = [exposure.light for exposure in control.told]
    assert np.sign(lights[-1] - lights[0]) == change


@pytest.mark.parametrize("refuses_at", [0, 1, 2, 3])
def test_a_camera_that_refuses_says_so_once_and_goes_on(refuses_at: int) -> None:
    watched = Watched(10, None, FakeControl(refuses_at), None)
    watched.run()
    watched.run()
    assert len(watched.faults) == 1
    assert watched.inner.history.count("read") == 20


def test_luma_is_the_same_from_every_layout_and_range() -> None:
    box = Box(0, 0, 64, 48)
    narrow, wide = np.full((48, 64), 126, np.uint8), np.full((48, 64), 128, np.uint8)
    chroma = np.full((24, 32, 2), 128, np.uint8)
    pictures = (
        Picture(Layout.NV12, (narrow, chroma)),
        Picture(Layout.NV12, (wide, chroma), full_range=True),
        Picture.of(grey(128)),
    )
    assert [mean_luma(seen, box) for seen in pictures] == pytest.approx([128.0] * 3, abs=0.2)
    assert mean_luma(Picture.of(picture()), Box(64, 0, 70, 10)) is None
