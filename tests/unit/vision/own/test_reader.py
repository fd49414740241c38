from __future__ import annotations

import numpy as np
import pytest

from appliance.access.regions import PRESETS
from appliance.faults import EngineFailed
from appliance.sight import Box, Picture
from appliance.vision.own.cut import widened
from appliance.vision.own.reader import _REGIONS, NetReader, decode

from ..makers import frame, plate
from .nets import SLOTS, Float, look, reading, slots

PICTURE = frame(0.0).picture
PLATE = plate(100)
PLACES = np.zeros((SLOTS, 2), np.float32)


def decoded(table: Float, readable: float = 1.0) -> tuple[str, float]:
    seen = decode(table, None, readable, PLACES)
    return seen.text, seen.score


def test_padding_does_not_count() -> None:
    text, score = decoded(slots("AB1", sure=0.9, ending=1.0))
    assert text == "AB1"
    assert score == pytest.approx(0.9**3)


def test_the_slot_that_closes_the_text_counts() -> None:
    assert decoded(slots("AB1", sure=1.0, ending=0.6))[1] == pytest.approx(0.6)


def test_a_text_that_fills_every_slot_needs_no_closing() -> None:
    assert decoded(slots("ABCDEF123456", sure=1.0)) == ("ABCDEF123456", 1.0)


def test_an_unreadable_crop_is_unsure() -> None:
    assert decoded(slots("AB1", sure=1.0, ending=1.0), readable=0.2)[1] == pytest.approx(0.2)


def test_blanks_only_are_no_text() -> None:
    assert decoded(slots("")) == ("", 0.0)


def test_places_are_those_of_the_characters() -> None:
    places = np.arange(2 * SLOTS, dtype=np.float32).reshape(SLOTS, 2)
    assert decode(slots("AB1"), None, 1.0, places).places.tolist() == [[0, 1], [2, 3], [4, 5]]


def test_the_score_is_that_of_the_whole_text() -> None:
    answer = look("AB12CD", 0.95, readable=0.9)
    read = NetReader(reading(answer), (3, 10), look_twice=False).read(PICTURE, PLATE)
    assert (read.text, read.raw) == ("AB12CD", "AB12CD")
    assert read.mean_confidence == pytest.approx(0.95)
    assert read.score == pytest.approx(0.95**6 * 0.99 * 0.9, rel=1e-3)


@pytest.mark.parametrize(("text", "likely"), [("AB", False), ("AB1", True), ("AB12", True), ("AB123", False)])
def test_a_text_of_no_plates_length_is_none(text: str, likely: bool) -> None:
    read = NetReader(reading(look(text)), (3, 4), look_twice=False).read(PICTURE, PLATE)
    assert (read.text, read.shape > 0) == (text, likely)


def test_a_crop_without_text_is_an_empty_read() -> None:
    session = reading(look(""))
    read = NetReader(session, (3, 10), look_twice=True).read(PICTURE, PLATE)
    assert (read.text, read.score, len(session.fed)) == ("", 0.0, 1)


def test_every_guess_is_an_access_preset_or_nothing() -> None:
    assert {region for region in _REGIONS if region} <= PRESETS.keys()


@pytest.mark.parametrize(("guess", "region"), [(0, "us"), (2, "uk"), (5, None), (8, None)])
def test_the_region_is_the_nets_guess(guess: int, region: str | None) -> None:
    read = NetReader(reading(look("AB123", region=guess)), (3, 10), look_twice=False).read(PICTURE, PLATE)
    assert read.region == region


@pytest.mark.parametrize(
    ("sure", "twice", "looks"), [(0.999, True, 1), (0.9, True, 4), (0.4, True, 1), (0.9, False, 1)]
)
def test_only_an_unsure_photo_is_looked_at_again(sure: float, twice: bool, looks: int) -> None:
    session = reading(look("AB123", sure))
    NetReader(session, (3, 10), look_twice=twice).read(PICTURE, PLATE)
    assert len(session.fed) == looks


def test_the_text_with_the_greatest_sum_is_elected() -> None:
    session = reading(look("AB123", 0.95), look("AB128", 0.93), look("AB128", 0.92), look("X1", 0.5))
    read = NetReader(session, (3, 10), look_twice=True).read(PICTURE, PLATE)
    sums = (0.93**5 + 0.92**5) * 0.99
    assert read.text == "AB128"
    assert read.mean_confidence == pytest.approx(0.93)
    assert read.score == pytest.approx(sums / 4, rel=1e-3)


def test_looks_that_disagree_make_unsure() -> None:
    alone = NetReader(reading(look("AB123", 0.95)), (3, 10), look_twice=False).read(PICTURE, PLATE)
    session = reading(look("AB123", 0.95), look("AB128"), look("A8123"), look("X1"))
    assert NetReader(session, (3, 10), look_twice=True).read(PICTURE, PLATE).score < alone.score / 2


def test_a_net_of_another_alphabet_is_refused() -> None:
    answer = {**look("AB123"), "chars": np.zeros((1, SLOTS, 40), np.float32)}
    with pytest.raises(EngineFailed, match="40 classes instead of 37"):
        NetReader(reading(answer), (3, 10), look_twice=False).read(PICTURE, PLATE)


def test_the_net_is_fed_rgb() -> None:
    session = reading(look("AB123"))
    picture = np.empty((200, 400, 3), np.uint8)
    picture[:] = (255, 0, 51)
    NetReader(session, (3, 10), look_twice=False).read(Picture.of(picture), PLATE)
    assert session.fed[0]["crop"][0, :, 30, 90] == pytest.approx([0.2, 0.0, 1.0])


@pytest.mark.parametrize(
    ("box", "shape"),
    [
        (Box(100, 50, 200, 100), (60, 120)),
        (Box(-20, -20, 50, 50), (57, 57)),
        (Box(399, 199, 399, 199), (2, 2)),
        (Box(900, 900, 950, 920), (2, 2)),
    ],
)
def test_a_crop_stays_in_the_picture(box: Box, shape: tuple[int, ...]) -> None:
    part = widened(PICTURE, box, (0.1, 0.1))
    assert (part.height, part.width) == shape
