"""Pictures through the inference loop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from appliance.config import Config
from appliance.evaluate.labels import Label, Picture
from appliance.evaluate.visits.costs import costs, usable
from appliance.evaluate.visits.drive import Drive, drive
from appliance.evaluate.visits.photos import Approach, region_of, visits
from appliance.faults import EngineFailed, InputDataFault, LabelFault
from appliance.sight import Box
from appliance.vision.factory import Recognition
from tests.unit.vision.makers import FakeDetector, FakeReader, plate, reading, result

if TYPE_CHECKING:
    from appliance.sight import Image

HERE = Box(160, 70, 240, 110)
PICTURES = [np.full((200, 400, 3), value, np.uint8) for value in (80, 90, 100, 110, 120)]


def nets(text: str = "AB123CD") -> Recognition:
    return Recognition(FakeDetector([plate(170.0)]), FakeReader(result(text)), "fake", ())


def load(path: Path) -> Image:
    if path.stem == "broken":
        raise InputDataFault("cut off", part=str(path))
    return PICTURES[0]


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


def test_pictures_without_a_whole_label_are_refused() -> None:
    with pytest.raises(LabelFault, match="both its box and its text"):
        usable([Picture(Path("a.jpg"), (Label("plate", None, "AB1", ""), Label("car", HERE, "", "")))])


def test_a_folder_comes_to_costs_and_says_what_was_left_out() -> None:
    pictures = [
        Picture(Path(name), (Label("plate", HERE, "AB123CD", ""),)) for name in ("a.jpg", "broken.jpg")
    ]
    found, complaints = costs(
        Config(), nets(), pictures, load, how=Approach(visits=1), draws=1, driven=int, tried=int
    )
    assert (found.configured.plates, [line.startswith("broken.jpg") for line in complaints]) == (1, [True])
    assert found.configured.points[0].opened["1000"] == 1.0


def test_pictures_that_cannot_be_read_are_refused() -> None:
    broken = [Picture(Path("broken.jpg"), (Label("plate", HERE, "AB123CD", ""),))] * 2
    with pytest.raises(InputDataFault, match=r"^broken\.jpg: [^:]*; none of 2 can be used\)"):
        costs(Config(), nets(), broken, load, how=Approach(visits=1), draws=1, driven=int, tried=int)
