"""Plates: valid texts, near misses, looks."""

import numpy as np
import pytest

from appliance.hw.sim.plates import LAYOUTS, Region, distance, draw_text, neighbour_of, paint_plate, spaced


@pytest.mark.parametrize("region", list(Region))
def test_a_drawn_text_fits_a_form_of_its_region(region: Region) -> None:
    text = draw_text(np.random.default_rng(1), region)
    shape = "".join("9" if c.isdigit() else "A" for c in text)
    assert shape in [form.replace(" ", "") for form in LAYOUTS[region].forms]


@pytest.mark.parametrize(
    ("a", "b", "edits"),
    [("", "", 0), ("ABC", "ABC", 0), ("ABC", "ABD", 1), ("ABC", "AC", 1), ("AB", "CDE", 3)],
)
def test_distance_counts_edits(a: str, b: str, edits: int) -> None:
    assert distance(a, b) == edits


def test_a_neighbour_keeps_the_form() -> None:
    near = neighbour_of(np.random.default_rng(1), "AB12CDE", Region.UK, known=())
    assert distance(near, "AB12CDE") == 1
    assert spaced(near, Region.UK)[4] == " "


def test_a_text_of_no_form_is_left_as_it_is() -> None:
    assert spaced("X1", Region.UK) == "X1"


@pytest.mark.parametrize("region", list(Region))
def test_a_plate_has_its_regions_size_and_dark_ink(region: Region) -> None:
    rng = np.random.default_rng(1)
    face = paint_plate(draw_text(rng, region), region, 400.0, rng, 0.0)
    layout = LAYOUTS[region]
    assert face.shape == (round(layout.height_m * 400), round(layout.width_m * 400), 3)
    assert face.min() < 100
    assert face.max() > 200


def test_dirt_darkens_a_plate() -> None:
    clean = paint_plate("AB12CDE", Region.UK, 400.0, np.random.default_rng(1), 0.0)
    dirty = paint_plate("AB12CDE", Region.UK, 400.0, np.random.default_rng(1), 1.0)
    assert dirty.mean() < clean.mean() - 5
