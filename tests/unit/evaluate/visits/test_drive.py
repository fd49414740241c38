"""Pictures through the inference loop."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.config import Config
from appliance.evaluate.labels import Label
from appliance.evaluate.visits.drive import Drive, drive
from appliance.evaluate.visits.photos import Approach, region_of, visits
from appliance.faults import EngineFailed
from appliance.sight import Box
from appliance.vision.factory import Recognition
from tests.unit.vision.makers import FakeDetector, FakeReader, plate, reading, result

PICTURES = [np.full((200, 400, 3), value, np.uint8) for value in (80, 90, 100, 110, 120)]


def nets(text: str = "AB123CD") -> Recognition:
    return Recognition(FakeDetector([plate(170.0)]), FakeReader(result(text)), "fake", ())


def driven() -> Drive:
    return drive(Config(), nets(), PICTURES, 5.0)


def test_pictures_become_votes() -> None:
    last = driven().votes[-1]
    assert (last.text, len(last.agreeing) >= 3) == ("AB123CD", True)


def test_the_first_picture_of_a_vehicle_is_not_read() -> None:
    assert min(r.frame_seq for vote in driven().votes for r in vote.agreeing) == 1


def test_every_track_ends() -> None:
    assert len(driven().tracks) == 1


def test_a_net_that_fails_ends_the_run() -> None:
    broken = Recognition(
        FakeDetector(EngineFailed("no", part="detector")), FakeReader(result("A")), "fake", ()
    )
    with pytest.raises(EngineFailed):
        drive(Config(), broken, PICTURES, 5.0)


def test_a_photograph_makes_visits_of_its_labelled_plate() -> None:
    label = Label("plate", Box(160, 70, 240, 110), "AB123CD", "")
    made = list(visits(Config(), nets(), "a.jpg", PICTURES[0], [label], Approach(visits=2)))
    assert [visit.votes[-1].text for visit in made] == ["AB123CD", "AB123CD"]


def test_votes_beside_the_labelled_plate_are_not_its_own() -> None:
    label = Label("plate", Box(10, 150, 60, 170), "AB123CD", "")
    made = list(visits(Config(), nets(), "a.jpg", PICTURES[0], [label], Approach(visits=1)))
    assert [visit.votes for visit in made] == [()]


def test_a_named_region_counts_where_the_text_fits_it() -> None:
    labels = [Label("plate", None, text, "fr") for text in ("AB123CD", "AB12")]
    assert [region_of(label, []) for label in labels] == ["fr", None]


def test_the_reader_s_guess_counts_where_none_is_named() -> None:
    assert region_of(Label("plate", None, "ABC1D23", ""), [reading("ABC1D23")]) is None
