"""A camera looked through: rate, size, light, sharpness and time stamps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from appliance.clock import ManualClock
from appliance.config.schema import Camera
from appliance.hw.base import BaseCamera
from appliance.hw.cameras.fake import FakeCamera
from appliance.inspection.cameras import FRAMES, View, judge, look, luma, measure, sharpness
from appliance.inspection.report import Level
from appliance.sight import Frame, Layout, Picture
from tests.unit.hw.rig import a_clock

from .rig import a_config, a_site, levels

if TYPE_CHECKING:
    from appliance.sight import Image

GOOD = View(1280, 720, 15.0, 110.0, 300.0, (0.03, 0.04), in_order=True, frozen=False)
SETTINGS = Camera()


def noise(seed: int, mean: int = 110) -> Image:
    return np.random.default_rng(seed).integers(mean - 30, mean + 30, (72, 128, 3)).astype(np.uint8)


class Paced(FakeCamera):
    """A camera whose frames come `step_s` apart."""

    def __init__(self, images: Iterator[Image], clock: ManualClock, step_s: float) -> None:
        super().__init__("front", images, clock)
        self._hand, self._step_s = clock, step_s

    def read(self, timeout_s: float) -> Frame:
        self._hand.advance(self._step_s)
        return super().read(timeout_s)


def seen(tmp_path: Path, build: Callable[[], BaseCamera], clock: ManualClock, **keys: object) -> list[Level]:
    camera = Camera.model_validate({"width": 128, "height": 72, **keys})
    return levels(look(a_site(tmp_path, a_config(cameras={"front": camera})), "front", build, clock))


def test_a_good_camera_is_fine(tmp_path: Path) -> None:
    clock = a_clock()
    camera = Paced((noise(seed) for seed in range(FRAMES)), clock, 1 / 15)

    assert seen(tmp_path, lambda: camera, clock) == [Level.FINE]
    assert camera.history[0] == "open"
    assert camera.history[-1] == "close"


def test_a_camera_that_is_gone_is_wrong(tmp_path: Path) -> None:
    clock = a_clock()
    camera = FakeCamera("front", [], clock)

    assert seen(tmp_path, lambda: camera, clock) == [Level.WRONG]


def test_a_frozen_camera_is_wrong(tmp_path: Path) -> None:
    clock = a_clock()
    camera = Paced((noise(1) for _ in range(FRAMES)), clock, 1 / 15)

    assert seen(tmp_path, lambda: camera, clock) == [Level.FINE, Level.WRONG]


def test_a_camera_that_is_finer_than_the_detector_wastes(tmp_path: Path) -> None:
    clock = a_clock()
    camera = Paced((np.tile(noise(n), (1, 30, 1)) for n in range(FRAMES)), clock, 1 / 15)

    assert seen(tmp_path, lambda: camera, clock, driver="rtsp", width=1280) == [Level.FINE, Level.WASTE]


def test_the_twin_needs_no_camera(tmp_path: Path) -> None:
    clock = a_clock()

    assert seen(tmp_path, lambda: FakeCamera("front", [], clock), clock, driver="sim") == [Level.FINE]


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (GOOD, []),
        (replace(GOOD, width=640), [Level.WARN]),
        (replace(GOOD, fps=11.9), [Level.WARN]),
        (replace(GOOD, fps=12.1), []),
        (replace(GOOD, brightness=12.0), [Level.WARN]),
        (replace(GOOD, brightness=240.0), [Level.WARN]),
        (replace(GOOD, sharpness=4.0), [Level.WARN]),
        (replace(GOOD, frozen=True), [Level.WRONG]),
        (replace(GOOD, in_order=False), [Level.WRONG]),
        (replace(GOOD, ages_s=(0.1, -0.2)), [Level.WRONG]),
        (replace(GOOD, ages_s=(1.4, 1.6)), [Level.WARN]),
        (replace(GOOD, ages_s=(1.4, 0.1)), []),
    ],
)
def test_what_would_harm_recognition_is_told(view: View, expected: list[Level]) -> None:
    assert levels(judge("camera front", SETTINGS, view)) == expected


def test_rate_and_ages_are_of_the_frames() -> None:
    frames = [Frame("front", n, n * 0.1, Picture.of(noise(n))) for n in range(5)]
    view = measure(frames, [n * 0.1 + 0.03 for n in range(5)])

    assert (view.width, view.height, view.in_order, view.frozen) == (128, 72, True, False)
    assert view.fps == pytest.approx(10.0)
    assert view.ages_s == pytest.approx((0.03,) * 5)


def test_time_stamps_that_stand_still_are_noticed() -> None:
    frames = [Frame("front", n, 1.0, Picture.of(noise(n))) for n in range(5)]

    assert measure(frames, [1.0 + n * 0.1 for n in range(5)]).in_order is False


def test_a_blurred_picture_is_less_sharp() -> None:
    sharp = luma(Picture.of(noise(1)))
    blurred = (sharp[:-1, :-1] + sharp[1:, :-1] + sharp[:-1, 1:] + sharp[1:, 1:]) / 4

    assert sharpness(blurred) < sharpness(sharp) / 4


def test_a_flat_picture_has_no_detail() -> None:
    assert sharpness(np.full((20, 20), 90.0, dtype=np.float32)) == 0.0


def test_luma_is_the_first_plane_of_yuv_and_weighed_from_bgr() -> None:
    plane = np.full((4, 4), 77, dtype=np.uint8)
    chroma = np.full((2, 4), 128, dtype=np.uint8)
    green = np.zeros((2, 2, 3), dtype=np.uint8)
    green[:, :, 1] = 100

    assert luma(Picture(Layout.NV12, (plane, chroma))).tolist() == [[77.0] * 4] * 4
    assert luma(Picture.of(green)) == pytest.approx(np.full((2, 2), 58.7))
