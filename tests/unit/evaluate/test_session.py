from pathlib import Path

import numpy as np
import pytest

from appliance.evaluate.frames import Footages
from appliance.evaluate.labels import Label, Picture
from appliance.evaluate.session import Source, evaluate
from appliance.faults import InputDataFault
from appliance.sight import Box
from appliance.vision.factory import Recognition

from ..vision.makers import FakeDetector, FakeReader, plate, result

LABEL = Label("plate", Box(50, 80, 110, 100), "AB12", "")


def load(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    if path.name == "damaged.jpg":
        raise InputDataFault("damaged", part=str(path))
    return np.zeros((200, 400, 3), np.uint8)


def test_each_picture_is_judged_and_a_damaged_one_left_out() -> None:
    recognition = Recognition(FakeDetector([plate(50)]), FakeReader(result("AB12")), "fake", ())
    pictures = [Picture(Path("a.jpg"), (LABEL,)), Picture(Path("damaged.jpg"), (LABEL,))]
    steps: list[int] = []
    ticks = iter(range(100))
    done = evaluate(
        recognition,
        Source("mine", "fp32", "fake"),
        pictures,
        load,
        lambda: steps.append(1),
        timer=lambda: next(ticks),
    )
    (outcome,) = done.outcomes
    assert (outcome.width, outcome.answers[0].exact, outcome.seconds) == (400, True, (1, 1, 1))
    assert (len(done.complaints), len(steps)) == (1, 2)


def test_a_box_outside_the_picture_gets_its_line_and_does_not_count() -> None:
    recognition = Recognition(FakeDetector([plate(50)]), FakeReader(result("AB12")), "fake", ())
    outside = Label("plate", Box(50, 80, 9000, 100), "CD34", "")
    pictures = [Picture(Path("a.jpg"), (LABEL, outside))]
    done = evaluate(recognition, Source("mine", "fp32", "fake"), pictures, load, lambda: None)
    assert [answer.label for answer in done.outcomes[0].answers] == [LABEL]
    assert done.complaints == ["a.jpg: the box 50 80 9000 100 lies outside the picture of 400 x 200"]


def test_frames_for_calibration_and_for_judging_are_different_ones(drawn: Path) -> None:
    footage = Footages.of(drawn, most=10)
    halves = [[shot.path.name for shot in footage.frames(half)] for half in (0, 1)]
    assert halves == [["0.png", "2.png", "4.png"], ["1.png", "3.png", "5.png"]]


def test_no_more_frames_than_asked_for_are_taken_from_all_of_them(drawn: Path) -> None:
    footage = Footages.of(drawn, most=3)
    assert [[shot.path.name for shot in footage.frames(half)] for half in (0, 1)] == [
        ["0.png", "4.png"],
        ["2.png"],
    ]


def test_a_damaged_file_is_passed_over(drawn: Path) -> None:
    (drawn / "0.png").write_bytes(b"no picture")
    assert len([*Footages.of(drawn, most=10).frames(0)]) == 3


def test_a_folder_without_footage_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputDataFault):
        Footages.of(tmp_path, most=10)
