import pytest

from appliance.evaluate.outcome import Found, detections, judge
from appliance.sight import Box, Detection, Kind
from appliance.vision.scene import PlateSeen, Scene

from ..vision.makers import plate as plate_seen
from ..vision.makers import result
from .makers import plate, plate_label, vehicle, vehicle_label


def test_a_label_takes_the_detection_that_overlaps_most() -> None:
    answers, strays = judge([plate_label(0), plate_label(500)], [plate(30), plate(5), plate(900)])
    assert [answer.found for answer in answers] == [plate(5), None]
    assert strays == (plate(30), plate(900))


def test_a_detection_stands_for_one_label_only() -> None:
    answers, _ = judge([plate_label(0), plate_label(10)], [plate(9)])
    assert [answer.found for answer in answers] == [None, plate(9)]


def test_a_vehicle_of_another_type_is_found_but_a_plate_is_no_vehicle() -> None:
    answers, strays = judge([vehicle_label(0, "truck")], [plate(0, width=400), vehicle(5)])
    assert [answer.found for answer in answers] == [vehicle(5)]
    assert strays == (plate(0, width=400),)


def test_the_line_of_text_in_a_plate_reads_it_without_finding_it() -> None:
    answers, strays = judge([plate_label(0, "AB12")], [plate(30, "AB12", width=40)])
    assert [(a.exact, a.located) for a in answers] == [(True, False)]
    assert strays == ()


def test_texts_without_boxes_are_held_against_the_likeliest_plates() -> None:
    likeliest_first = [plate(0, "XY99"), plate(200, "AB12"), plate(400, "CD34")]
    answers, strays = judge([plate_label(None, "AB12"), plate_label(None, "CD34")], likeliest_first)
    assert [answer.text for answer in answers] == ["AB12", "XY99"]
    assert strays == (plate(400, "CD34"),)


@pytest.mark.parametrize(
    ("text", "exact", "folded", "edits"),
    [
        ("AO12", True, True, 0),
        ("A0I2", False, True, 0),
        ("A012X", False, False, 1),
        ("A", False, False, 3),
        ("", False, False, 4),
        ("XXXXXXXX", False, False, 4),
    ],
)
def test_a_read_is_measured(text: str, exact: bool, folded: bool, edits: int) -> None:
    (answer,), _ = judge([plate_label(0, "AO12")], [plate(0, text)])
    assert (answer.exact, answer.folded, answer.edits) == (exact, folded, edits)


def test_a_plate_that_was_not_found_is_all_wrong() -> None:
    (answer,), _ = judge([plate_label(0, "AB12")], [])
    assert (answer.text, answer.score, answer.located, answer.edits) == ("", 0.0, False, 4)


def test_a_scene_becomes_what_it_claims() -> None:
    seen = plate_seen(50)
    car = Detection(Kind.CAR, 0.8, Box(0, 0, 9, 9))
    scene = Scene((car,), (PlateSeen(seen, result("AB12")),), (), 0.0, 0.0)
    read, other = detections(scene)
    assert (read.family, read.text) == ("plate", "AB12")
    assert read.text_score == pytest.approx(0.9)
    assert other == Found("vehicle", "car", car.box, 0.8)
