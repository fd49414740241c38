"""An approach made of one photograph."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from appliance.evaluate.visits.approach import View, approach, placed, shown
from appliance.sight import Box

STILL = View(1.0, (0.0, 0.0), 0.0, 0.0, 1, 1.0, 0.0, 95, 1)
PICTURE = np.full((100, 200, 3), 90, np.uint8)


def test_the_vehicle_comes_nearer() -> None:
    scales = [view.scale for view in approach((1,), 6)]
    assert scales[-1] > scales[0] + 0.15


def test_the_same_seed_makes_the_same_approach() -> None:
    first, again = (tuple(approach((4,), 3)) for _ in range(2))
    assert first == again


def test_a_still_view_is_the_photograph_but_for_compression() -> None:
    assert np.abs(shown(PICTURE, STILL).astype(int) - PICTURE).max() <= 2


def test_a_view_keeps_the_size_and_takes_the_light() -> None:
    dark = shown(PICTURE, replace(STILL, gain=0.5, blur=0.8, smear=3))
    assert (dark.shape, abs(int(dark.mean()) - 45) <= 2) == (PICTURE.shape, True)


def test_noise_is_that_of_the_seed() -> None:
    noisy = replace(STILL, noise=6.0)
    assert np.array_equal(shown(PICTURE, noisy), shown(PICTURE, noisy))


def test_a_box_goes_with_the_picture() -> None:
    box = placed(Box(100, 50, 140, 60), replace(STILL, scale=0.5, shift=(0.1, 0.0)), 200, 100)
    assert (box.x1, box.y1, box.x2, box.y2) == pytest.approx((120, 50, 140, 55))
