"""Labels of videos."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pytest

from appliance.evaluate.tuning.labels import Labelled, read_labels
from appliance.evaluate.visits.answers import Present
from appliance.faults import VideoLabelFault


def read(folder: Path, text: str, *names: str) -> Labelled:
    file = folder / "came.csv"
    file.write_text(text, encoding="utf-8")
    return read_labels(file, [folder / name for name in names or ("gate.mp4",)])


@pytest.mark.parametrize(
    ("row", "label"),
    [
        ("gate.mp4,ab 123-cd,2,8.5", Present("AB123CD", 2.0, 8.5)),
        ("gate.mp4,AB123CD,1:02,1:10.5", Present("AB123CD", 62.0, 70.5)),
        ("gate.mp4,AB123CD,,", Present("AB123CD", -inf, inf)),
        ("gate.mp4,AB12*,0,5", Present("AB12*", 0.0, 5.0)),
        ("elsewhere/gate.mp4,AB123CD,2,8", Present("AB123CD", 2.0, 8.0)),
    ],
)
def test_a_row_is_a_vehicle(tmp_path: Path, row: str, label: Present) -> None:
    labels = read(tmp_path, f"video,plate,from_s,to_s\n{row}\n")
    assert (labels.of(tmp_path / "gate.mp4"), labels.complaints) == ([label], [])


def test_a_row_without_a_plate_says_that_nobody_comes(tmp_path: Path) -> None:
    labels = read(tmp_path, "video,plate\nrain.mp4,\ngate.mp4,AB1\n", "gate.mp4", "rain.mp4", "new.mp4")
    assert [labels.knows(tmp_path / name) for name in ("rain.mp4", "new.mp4")] == [True, False]
    assert labels.of(tmp_path / "rain.mp4") == []


def test_a_file_without_a_heading_and_one_with_semicolons_are_read(tmp_path: Path) -> None:
    bare = read(tmp_path, "gate.mp4,AB1\n").of(tmp_path / "gate.mp4")
    spread = read(tmp_path, "Video;Plate;from_s;to_s\ngate.mp4;AB1;1,5;3\n").of(tmp_path / "gate.mp4")
    assert ([one.plate for one in bare], [one.first_s for one in spread]) == (["AB1"], [1.5])


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (",AB1,1,2", "`video` is empty"),
        ("other.mp4,AB1,1,2", "other.mp4 is none of the videos"),
        ("gate.mp4,--,1,2", "no character of A-Z 0-9"),
        ("gate.mp4,AB1,5,2", "the earlier one first"),
        ("gate.mp4,AB1,5,", "both be given"),
        ("gate.mp4,AB1,soon,9", "soon is no number"),
        ("gate.mp4,AB1,-3,9", "-3 is no time"),
        ("gate.mp4,AB1,nan,9", "nan is no time"),
    ],
)
def test_a_row_that_cannot_be_used_is_a_line(tmp_path: Path, row: str, why: str) -> None:
    [line] = read(tmp_path, f"video,plate,from_s,to_s\ngate.mp4,XY9,1,2\n{row}\n").complaints
    assert (f"{tmp_path / 'came.csv'}:3: " in line, why in line) == (True, True)


def test_labels_that_name_no_video_are_refused(tmp_path: Path) -> None:
    with pytest.raises(VideoLabelFault, match=r"no label names one of the videos.*other\.mp4"):
        read(tmp_path, "video,plate\nother.mp4,AB1\n")


def test_a_file_of_pictures_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VideoLabelFault, match=r"no column `video`.*docs/tuning\.md"):
        read(tmp_path, "image,x1,y1,x2,y2,text\na.jpg,1,2,3,4,AB1\n")


@pytest.mark.parametrize(
    ("heading", "why"),
    [
        ("video,number", "no column `plate`"),
        ("film,plate", "no column `video`"),
        ("video,plate,from,to", "a column `from`; known: video, plate, from_s, to_s"),
    ],
)
def test_a_heading_with_other_words_is_refused(tmp_path: Path, heading: str, why: str) -> None:
    with pytest.raises(VideoLabelFault, match=why):
        read(tmp_path, f"{heading}\ngate.mp4,AB1\n")


def test_a_name_that_two_videos_bear_is_told_apart_by_its_folder(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    text = "video,plate\ngate.mp4,AB1\nb/gate.mp4,XY2\nc/gate.mp4,KL3\n"
    labels = read(tmp_path, text, "gate.mp4", "b/gate.mp4")
    assert [one.plate for one in labels.of(tmp_path / "b" / "gate.mp4")] == ["XY2"]
    assert "several of the videos" in labels.complaints[0]
