from __future__ import annotations

import numpy as np
import pytest

from appliance.faults import EngineFailed
from appliance.sight import Box, Kind, Picture
from appliance.vision.own.detector import NetDetector, calibrated

from ..makers import frame
from .nets import finding

PICTURE = frame(0.0).picture
"""200 high, 400 wide."""
SURE_PLATE = (0.0, 0.0, 0.0, 0.0, 0.8, 0.0)
SURE_CAR = (0.8, 0.0, 0.0, 0.0, 0.0, 0.0)


def test_boxes_come_back_in_pixels_of_the_picture() -> None:
    found = NetDetector(finding([(20, 30, 60, 50)], [SURE_PLATE]), 200, 0.5).detect(PICTURE)
    assert [(d.kind, d.box) for d in found] == [(Kind.PLATE, Box(40, 60, 120, 100))]


def test_boxes_of_a_roi_come_back_in_pixels_of_the_picture() -> None:
    detector = NetDetector(finding([(20, 30, 60, 50)], [SURE_PLATE]), 400, 0.5)
    (found,) = detector.detect(PICTURE, Box(100, 48, 300, 148))
    assert found.box == Box(110, 63, 130, 73)


def test_a_roi_grows_to_where_chroma_begins() -> None:
    detector = NetDetector(finding([(0, 0, 200, 104)], [SURE_CAR]), 200, 0.5)
    (found,) = detector.detect(PICTURE, Box(102.7, 49.0, 299.2, 149.5))
    assert found.box == Box(100, 48, 300, 152)


@pytest.mark.parametrize("roi", [Box(10, 10, 20, 190), Box(-50, -50, -10, -10), Box(500, 0, 600, 100)])
def test_a_roi_smaller_than_the_net_can_see_is_the_whole_picture(roi: Box) -> None:
    session = finding([(20, 30, 60, 50)], [SURE_PLATE])
    (found,) = NetDetector(session, 400, 0.5).detect(PICTURE, roi)
    assert found.box == Box(20, 30, 60, 50)
    assert session.fed[0]["image"].shape == (1, 3, 224, 416)


def test_the_net_is_fed_rgb_on_grey_ground() -> None:
    session = finding([], [])
    picture = np.empty((200, 400, 3), np.uint8)
    picture[:] = (255, 0, 51)
    NetDetector(session, 400, 0.5).detect(Picture.of(picture))
    fed = session.fed[0]["image"][0]
    assert fed[:, 0, 0] == pytest.approx([0.2, 0.0, 1.0])
    assert fed[:, 223, 415] == pytest.approx([114 / 255] * 3)


def test_a_lower_picture_leaves_nothing_of_the_one_before() -> None:
    session = finding([], [])
    detector = NetDetector(session, 400, 0.5)
    detector.detect(Picture.of(np.full((220, 400, 3), 255, np.uint8)))
    detector.detect(Picture.of(np.full((200, 400, 3), 255, np.uint8)))
    assert session.fed[1]["image"][0, :, 210, 0] == pytest.approx([114 / 255] * 3)


def test_buffers_are_made_once_a_shape() -> None:
    session = finding([], [])
    detector = NetDetector(session, 416, 0.5)
    for roi in (None, None, Box(0, 0, 100, 100)):
        detector.detect(PICTURE, roi)
    first, second, third = (fed["image"] for fed in session.fed)
    assert first is second
    assert third.shape == (1, 3, 416, 416)


def test_of_two_boxes_on_one_plate_the_surer_stays() -> None:
    scores = [(0, 0, 0, 0, 0.6, 0), (0, 0, 0, 0, 0.9, 0)]
    found = NetDetector(finding([(20, 30, 60, 50), (21, 30, 61, 50)], scores), 400, 0.5).detect(PICTURE)
    assert [d.box.x1 for d in found] == [21]


def test_a_plate_on_a_car_is_no_second_look_at_it() -> None:
    session = finding([(20, 30, 60, 50), (18, 28, 62, 52)], [SURE_PLATE, SURE_CAR])
    found = NetDetector(session, 400, 0.5).detect(PICTURE)
    assert {d.kind for d in found} == {Kind.PLATE, Kind.CAR}


@pytest.mark.parametrize(("raw", "seen"), [(0.0, 0.0), (0.125, 0.25), (0.25, 0.5), (0.625, 0.75), (1.0, 1.0)])
def test_an_even_chance_is_a_half(raw: float, seen: float) -> None:
    assert calibrated(raw) == pytest.approx(seen)


@pytest.mark.parametrize(("raw", "count"), [(0.26, 1), (0.24, 0)])
def test_the_threshold_is_of_the_calibrated_score(raw: float, count: int) -> None:
    session = finding([(20, 30, 60, 50)], [(0, 0, 0, 0, raw, 0)])
    assert len(NetDetector(session, 400, 0.5).detect(PICTURE)) == count


def test_nothing_found_is_nothing() -> None:
    assert NetDetector(finding([], []), 400, 0.5).detect(PICTURE) == ()


def test_a_net_of_other_classes_is_refused() -> None:
    with pytest.raises(EngineFailed, match="2 classes instead of 6"):
        NetDetector(finding([(20, 30, 60, 50)], [(0.9, 0.1)]), 400, 0.5).detect(PICTURE)


def test_what_looks_like_two_kinds_of_vehicle_is_one() -> None:
    half_truck = (0.0, 0.7, 0.0, 0.0, 0.0, 0.0)
    boxes = [(20, 30, 60, 50), (21, 30, 60, 51)]
    found = NetDetector(finding(boxes, [SURE_CAR, half_truck]), 200, 0.5).detect(PICTURE)
    assert [d.kind for d in found] == [Kind.CAR]


def test_a_plate_on_a_vehicle_is_not_taken_for_it() -> None:
    boxes = [(20, 30, 60, 50), (21, 30, 60, 51)]
    found = NetDetector(finding(boxes, [SURE_CAR, SURE_PLATE]), 200, 0.5).detect(PICTURE)
    assert {d.kind for d in found} == {Kind.CAR, Kind.PLATE}
