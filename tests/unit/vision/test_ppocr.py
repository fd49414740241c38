from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.faults import EngineFailed
from appliance.infer.base import BaseSession, ModelFile
from appliance.infer.fake import FakeBackend, Net
from appliance.infer.lane import Arrays, TensorSpec
from appliance.sight import Box
from appliance.vision.ppocr.alphabet import Alphabet, folded, normalised
from appliance.vision.ppocr.detector import PHOTO, Scale, TextDetector
from appliance.vision.ppocr.lines import TextLine, groups, without_small_print
from appliance.vision.ppocr.reader import LineReader
from appliance.vision.ppocr.shape import ShapeRules, plate_shape

from .makers import frame, plate

RULES = ShapeRules(3, 10)
PICTURE = frame(0.0).picture


def session(net: Net, alphabet: str = "") -> BaseSession:
    spec = TensorSpec("x", (None, 3, None, None), np.dtype(np.float32))
    return FakeBackend({"net": net}, (spec,), {"character": alphabet}).load(ModelFile("net", Path("n")))


def line(x: float, y: float, width: float, height: float) -> TextLine:
    corners = [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]
    return TextLine(np.array(corners, np.float32), 0.9)


def columns(classes: int, *chosen: int) -> NDArray[np.float32]:
    table = np.full((len(chosen), classes), 0.001, np.float32)
    table[np.arange(len(chosen)), chosen] = 0.9
    return table


@pytest.mark.parametrize(
    ("raw", "aspect", "likely"),
    [
        ("AB12 CDE", 5.0, True),
        ("粤B·12345", 4.0, True),
        ("7TRX563", 2.0, True),
        ("12:34", 3.0, False),
        ("2024-05-06", 5.0, False),
        ("Talisman", 4.0, False),
        ("CALIFORNIA", 6.0, False),
        ("AB", 1.5, False),
        ("ABCDEF123456", 8.0, False),
    ],
)
def test_shape(raw: str, aspect: float, likely: bool) -> None:
    assert (plate_shape(raw, aspect, RULES) >= 0.5) is likely


def test_folding_keeps_plate_characters_only() -> None:
    assert normalised("äb-12 Ð沪·x") == "AB12X"
    assert (folded("В"), folded("ß"), folded("５")) == ("B", "", "5")


def test_repeats_collapse_blanks_part_and_case_adds_up() -> None:
    alphabet = Alphabet(["A", "a", "1", "-"])
    table = columns(len(alphabet), 1, 1, 0, 1, 3, 4)
    table[0, 1], table[0, 2] = 0.5, 0.4
    decoded = alphabet.decode(table)
    assert ("".join(c for c, _ in decoded.characters), decoded.raw) == ("AA1", "AA1-")
    assert decoded.characters[0][1] == pytest.approx(0.901)


def test_padding_gives_no_characters() -> None:
    alphabet = Alphabet(["A"])
    assert alphabet.decode(columns(len(alphabet), 0, 0, 2)).characters == ()


@pytest.mark.parametrize(
    ("scale", "size", "wanted"),
    [
        (Scale(640), (960, 540), (640, 352)),
        (Scale(640), (320, 320), (320, 320)),
        (PHOTO, (704, 500), (1024, 736)),
        (PHOTO, (4000, 3000), (1984, 1504)),
        (Scale(640), (8, 8), (32, 32)),
    ],
)
def test_input_size(scale: Scale, size: tuple[int, int], wanted: tuple[int, int]) -> None:
    assert scale.size(*size) == wanted


def test_a_bar_on_the_heat_map_is_a_plate_in_the_frame() -> None:
    def bar(feeds: Arrays) -> dict[str, NDArray[np.float32]]:
        heat = np.zeros((1, 1, *feeds["x"].shape[2:]), np.float32)
        heat[0, 0, 40:50, 30:90] = 0.9
        return {"y": heat}

    roi = Box(100, 50, 300, 150)
    found = TextDetector(session(bar), Scale(192)).detect(PICTURE, roi)
    assert len(found) == 1
    assert found[0].box.centre == pytest.approx((162, 97), abs=3)
    assert len(found[0].corners) == 4


def test_nothing_hot_is_nothing_found() -> None:
    def cold(feeds: Arrays) -> dict[str, NDArray[np.float32]]:
        return {"y": np.zeros((1, 1, *feeds["x"].shape[2:]), np.float32)}

    assert TextDetector(session(cold), Scale(192)).detect(PICTURE) == ()


def test_the_reader_reads_a_box_without_lines() -> None:
    def ab1(feeds: Arrays) -> dict[str, NDArray[np.float32]]:
        return {"y": columns(5, 1, 2, 3)[np.newaxis]}

    read = LineReader(session(ab1, "A\nB\n1"), RULES).read(PICTURE, plate(50))
    assert (read.text, read.raw, read.shape) == ("AB1", "AB1", 1.0)


def test_an_alphabet_that_does_not_fit_is_refused() -> None:
    def ab1(feeds: Arrays) -> dict[str, NDArray[np.float32]]:
        return {"y": columns(9, 1, 2)[np.newaxis]}

    with pytest.raises(EngineFailed, match="9 classes"):
        LineReader(session(ab1, "A\nB\n1"), RULES).read(PICTURE, plate(50))


def test_lines_of_one_plate_are_one_group() -> None:
    upper, lower, far = line(10, 10, 60, 20), line(12, 34, 56, 20), line(300, 10, 60, 20)
    assert sorted(len(group) for group in groups([upper, lower, far])) == [1, 2]


def test_small_print_is_dropped_and_a_small_plate_alone_stays() -> None:
    number, slogan, other = line(10, 30, 100, 30), line(20, 18, 60, 10), line(300, 30, 30, 10)
    assert without_small_print([number, slogan, other]) == [number, other]
