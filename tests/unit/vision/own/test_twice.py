from __future__ import annotations

import pytest

from appliance.sight import Box, Detection, Kind
from appliance.vision.own.twice import TwoLooks

from ..makers import FakeDetector, frame

PICTURE = frame(0.0).image
WHOLE = Detection(Kind.PLATE, 0.8, Box(100, 50, 300, 150))


def seen(coarse: list[Detection], fine: list[Detection]) -> tuple[Detection, ...]:
    return TwoLooks(FakeDetector(coarse), FakeDetector(fine)).detect(PICTURE)


@pytest.mark.parametrize("box", [Box(100, 50, 200, 150), Box(90, 50, 150, 150), Box(100, 50, 300, 150)])
def test_a_part_of_what_the_coarse_look_saw_is_no_second_thing(box: Box) -> None:
    assert seen([WHOLE], [Detection(Kind.PLATE, 0.9, box)]) == (WHOLE,)


@pytest.mark.parametrize(
    "other",
    [
        Detection(Kind.PLATE, 0.6, Box(10, 10, 40, 20)),
        Detection(Kind.PLATE, 0.6, Box(60, 50, 130, 150)),
        Detection(Kind.FACE, 0.6, Box(110, 60, 130, 80)),
    ],
)
def test_what_only_the_fine_look_sees_is_added(other: Detection) -> None:
    assert seen([WHOLE], [other]) == (WHOLE, other)


def test_both_looks_keep_to_the_roi() -> None:
    coarse, fine, roi = FakeDetector([]), FakeDetector([]), Box(0, 0, 50, 50)
    assert TwoLooks(coarse, fine).detect(PICTURE, roi) == ()
    assert (coarse.areas, fine.areas) == ([roi], [roi])
