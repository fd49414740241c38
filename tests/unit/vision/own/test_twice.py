from __future__ import annotations

import pytest

from appliance.sight import Box, Detection, Kind
from appliance.vision.own.twice import TwoLooks

from ..makers import FakeDetector, frame

PICTURE = frame(0.0).picture
SURE = 0.8
WHOLE = Detection(Kind.PLATE, 0.7, Box(100, 50, 300, 150))


def seen(coarse: list[Detection], fine: list[Detection]) -> tuple[Detection, ...]:
    return TwoLooks(FakeDetector(coarse), FakeDetector(fine), SURE).detect(PICTURE)


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
    assert TwoLooks(coarse, fine, SURE).detect(PICTURE, roi) == ()
    assert (coarse.areas, fine.areas) == ([roi], [roi])


def test_a_sure_plate_saves_the_fine_look() -> None:
    plate, fine = Detection(Kind.PLATE, SURE, Box(100, 50, 300, 150)), FakeDetector([WHOLE])
    assert TwoLooks(FakeDetector([plate]), fine, SURE).detect(PICTURE) == (plate,)
    assert fine.areas == []


def test_a_sure_car_without_a_plate_is_looked_at_again() -> None:
    car, fine = Detection(Kind.CAR, 0.95, Box(0, 0, 50, 50)), FakeDetector([WHOLE])
    assert TwoLooks(FakeDetector([car]), fine, SURE).detect(PICTURE) == (car, WHOLE)
