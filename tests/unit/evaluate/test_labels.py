from pathlib import Path

import pytest

from appliance.evaluate.labels import Label, labels_if_any, misplaced, plain, read_labels
from appliance.faults import LabelFault
from appliance.sight import Box

HEAD = "image,x1,y1,x2,y2,class,text,region\n"
BOX = Box(1, 2, 30, 12)


def folder(path: Path, *files: str, **texts: str) -> Path:
    """Empty pictures, and text files whose names have _ for a dot."""
    for name in files:
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).touch()
    for name, text in texts.items():
        (path / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return path


def labels(path: Path) -> list[Label]:
    return [label for picture in read_labels(path).pictures for label in picture.labels]


def test_a_sheet_with_boxes_is_read(tmp_path: Path) -> None:
    text = HEAD + "a.jpg,1,2,30,12,plate,ab-12 c,uk\na.jpg,1,2,30,12,Car,,\n"
    found = labels(folder(tmp_path, "a.jpg", labels_csv=text))
    assert found == [Label("plate", BOX, "AB12C", "uk"), Label("car", BOX, "", "")]


def test_annotations_with_more_columns_are_read(tmp_path: Path) -> None:
    text = "image,width,height,x1,y1,x2,y2,class,text,origin\nb/a.png,300,300,1,2,30,12,plate,,gt\n"
    assert labels(folder(tmp_path, "b/a.png", annotations_csv=text)) == [Label("plate", BOX, "", "")]


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("a.jpg,AB12\n", ""),
        ("a.jpg,AB12,eu\n", "eu"),
        ("image,text\na.jpg,AB12\n", ""),
        ("file,text\na.jpg,AB12", ""),
        ("image;text;region\na.jpg;AB12;eu\n", "eu"),
        ('image,text\n"a.jpg","AB\n12"\n', ""),
    ],
)
def test_a_sheet_of_texts_alone_is_read(tmp_path: Path, text: str, region: str) -> None:
    found = labels(folder(tmp_path, "a.jpg", mine_csv=text))
    assert found == [Label("plate", None, "AB12", region)]


@pytest.mark.parametrize("line", ["a.jpg\t1\t2\t29\t10\tAB 12\n", "a.jpg 1 2 29 10 AB 12\n\n"])
def test_a_file_beside_each_picture_is_read(tmp_path: Path, line: str) -> None:
    folder(tmp_path, "eu/a.jpg", "eu/unlabelled.jpg")
    (tmp_path / "eu" / "a.txt").write_text(line)
    assert labels(tmp_path) == [Label("plate", BOX, "AB12", "eu")]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("b.jpg,1,2,30,12,plate,,", "there is no picture"),
        ("a.gif,1,2,30,12,plate,,", "is no picture"),
        ("a.jpg,1,2,x,12,plate,,", "no number: x"),
        ("a.jpg,1,2,,12,plate,,", "a side of the box is empty"),
        ("a.jpg,1,2,nan,12,plate,,", "not finite: nan"),
        (",1,2,30,12,plate,,", "the column `image` is empty"),
        ("a.jpg,30,2,1,12,plate,,", "has no size"),
        ("a.jpg,,,,,car,,", "a car needs x1, y1, x2 and y2"),
        ("a.jpg,,,,,plate,?,", "neither a box nor a text"),
    ],
)
def test_a_bad_label_gets_its_line_and_the_others_are_kept(tmp_path: Path, row: str, said: str) -> None:
    labelled = read_labels(folder(tmp_path, "a.jpg", labels_csv=f"{HEAD}{row}\na.jpg,1,2,30,12,face,,\n"))
    (complaint,) = labelled.complaints
    assert said in complaint
    assert f"{tmp_path / 'labels.csv'}:2: " in complaint
    assert [len(picture.labels) for picture in labelled.pictures] == [1]


@pytest.mark.parametrize("line", ["a.jpg 1 2 3", "a.jpg 1 2 x 10 AB12", "a.jpg 1 2 0 10 AB12"])
def test_a_bad_line_beside_a_picture_gets_its_line(tmp_path: Path, line: str) -> None:
    labelled = read_labels(folder(tmp_path, "a.jpg", a_txt=f"{line}\na.jpg 1 2 29 10 AB12\n"))
    (complaint,) = labelled.complaints
    assert complaint.startswith(f"{tmp_path / 'a.txt'}:1: ")
    assert [len(picture.labels) for picture in labelled.pictures] == [1]


def test_classes_that_no_net_looks_for_are_counted(tmp_path: Path) -> None:
    text = HEAD + "a.jpg,1,2,30,12,person,,\n" * 2 + "a.jpg,1,2,30,12,plate,,\n"
    assert read_labels(folder(tmp_path, "a.jpg", labels_csv=text)).passed_over == {"person": 2}


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({}, "neither labels.csv nor"),
        ({"labels_csv": ""}, "is empty"),
        ({"labels_csv": "a.jpg,1,2,30\n"}, "names no column `image`"),
        ({"labels_csv": HEAD + "b.jpg,1,2,30,12,plate,,\n"}, "there is no picture"),
        ({"labels_csv": HEAD + 'a.jpg,1,2,30,12,plate,,\na.jpg,1,2,30,12,"plate,,\n'}, "line 3: a quote"),
        ({"one_csv": "", "two_csv": ""}, "name one with --labels"),
    ],
)
def test_a_folder_without_labels_is_refused(tmp_path: Path, texts: dict[str, str], said: str) -> None:
    with pytest.raises(LabelFault, match=said):
        read_labels(folder(tmp_path, "a.jpg", **texts))


def test_pictures_that_nobody_labelled_may_be_asked_for(tmp_path: Path) -> None:
    assert labels_if_any(folder(tmp_path, "a.jpg")).pictures == []


@pytest.mark.parametrize("text", ["", "a.jpg,1,2,30\n", HEAD + "b.jpg,1,2,30,12,plate,,\n"])
def test_labels_that_are_broken_are_not_none(tmp_path: Path, text: str) -> None:
    with pytest.raises(LabelFault):
        labels_if_any(folder(tmp_path, "a.jpg", labels_csv=text))


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabelFault, match="no such folder"):
        read_labels(tmp_path / "none")


def test_only_letters_and_digits_count() -> None:
    assert plain("ab-12 \N{LATIN SMALL LETTER O WITH DIAERESIS}c") == "AB12C"


def test_decimal_commas_of_a_spreadsheet_are_read(tmp_path: Path) -> None:
    text = "image;x1;y1;x2;y2\na.jpg;1,0;2,0;30,0;12,0\n"
    assert [one.box for one in labels(folder(tmp_path, "a.jpg", labels_csv=text))] == [BOX]


@pytest.mark.parametrize(
    ("name", "file", "said"),
    [
        ("a.csv", None, "name its folder, and the file with --labels"),
        ("", Path("none.csv"), "none.csv: .*cannot be read: No such file"),
        ("x" * 300, None, "cannot be read: File name too long"),
    ],
)
def test_places_that_cannot_be_read_are_refused(
    tmp_path: Path, name: str, file: Path | None, said: str
) -> None:
    folder(tmp_path, "a.jpg", a_csv="a.jpg,AB12\n")
    with pytest.raises(LabelFault, match=said):
        read_labels(tmp_path / name, file)


def test_a_box_outside_its_picture_is_misplaced() -> None:
    inside, outside = Label("plate", BOX, "", ""), Label("plate", Box(90, 0, 900, 12), "", "")
    assert misplaced([inside, outside], 100, 50) == {
        outside: "the box 90 0 900 12 lies outside the picture of 100 x 50"
    }
