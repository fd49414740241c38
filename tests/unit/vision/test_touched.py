"""Which pixels a box touches, in main memory and on a GPU alike."""

from __future__ import annotations

import pytest

from appliance.sight import Box


@pytest.mark.parametrize(
    ("box", "pixels"),
    [
        (Box(1.2, 2.0, 3.1, 4.0), (1, 2, 4, 4)),
        (Box(-5, -5, 99, 99), (0, 0, 8, 6)),
        (Box(3.0, 3.0, 3.0, 3.0), (3, 3, 4, 4)),
        (Box(50, 50, 60, 60), (7, 5, 8, 6)),
    ],
)
def test_a_box_touches_pixels_of_the_picture_and_one_at_least(
    box: Box, pixels: tuple[int, int, int, int]
) -> None:
    assert box.pixels(8, 6) == pixels
