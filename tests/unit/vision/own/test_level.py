from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.vision.own.level import levelled

SIZE = (64, 192)


def on_a_line(slope: float, count: int = 7) -> NDArray[np.float32]:
    """Centres of characters on a line through the middle of a crop of 200 x 100, in its shares."""
    x = np.linspace(30, 170, count)
    return np.stack([x / 200, (50 + slope * (x - 100)) / 100], axis=1).astype(np.float32)


def tilted(slope: float) -> NDArray[np.uint8]:
    picture = np.zeros((100, 200, 3), np.uint8)
    ends = [(x, round(50 + slope * (x - 100))) for x in (0, 199)]
    cv2.line(picture, ends[0], ends[1], (255, 255, 255), 6)
    return picture


def rise(picture: NDArray[np.uint8]) -> float:
    """How far the white line climbs over the crop's middle, in shares of its height."""
    height, width = picture.shape[:2]
    left, right = (
        float(np.mean(np.flatnonzero(picture[:, x, 0] > 99))) for x in (width // 4, 3 * width // 4)
    )
    return float(abs(right - left) / height)


@pytest.mark.parametrize("slope", [0.25, -0.25, 0.1])
def test_a_tilted_plate_is_turned_level(slope: float) -> None:
    turned = levelled(tilted(slope), on_a_line(slope), SIZE)
    assert turned is not None
    assert turned.shape == (*SIZE, 3)
    assert rise(turned) < 0.05 < rise(tilted(slope))


def test_two_lines_of_characters_have_no_direction() -> None:
    places = np.array([[0.2, 0.3], [0.5, 0.3], [0.8, 0.3], [0.2, 0.7], [0.5, 0.7], [0.8, 0.7]], np.float32)
    assert levelled(tilted(0.0), places, SIZE) is None


def test_two_characters_have_no_direction() -> None:
    assert levelled(tilted(0.0), on_a_line(0.2, count=2), SIZE) is None


def test_characters_in_one_place_have_no_direction() -> None:
    places = np.full((5, 2), 0.5, np.float32)
    assert levelled(tilted(0.0), places, SIZE) is None
