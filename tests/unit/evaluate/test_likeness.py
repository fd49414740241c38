from dataclasses import replace

import numpy as np
import pytest

from appliance.evaluate.likeness import BODIES, COLOURS, EMBEDDINGS, LIVE, POINTS, same_looks
from appliance.sight import Box, Detection, Guess, Kind, Looks
from appliance.vision.base import FaceLook
from appliance.vision.closeup import Closeup, FaceSeen, VehicleSeen

CAR = Detection(Kind.CAR, 0.9, Box(0, 0, 200, 100))
FACE = Detection(Kind.FACE, 0.9, Box(0, 0, 40, 40))
WHITE_VAN = Looks(Guess("white", 0.9), Guess("van", 0.5))
ALIVE = FaceLook(((10.0, 10.0),) * 5, 0.9, 0.9, np.array([1.0, 0.0], np.float32))


def car(looks: Looks | None, box: Box = CAR.box) -> Closeup:
    return Closeup((VehicleSeen(replace(CAR, box=box), looks),), (), 0.0, 0.0)


def face(look: FaceLook | None) -> Closeup:
    return Closeup((), (FaceSeen(FACE, look),), 0.0, 0.0)


def test_sure_words_alone_are_compared() -> None:
    assert list(same_looks(car(WHITE_VAN), car(WHITE_VAN))) == [(COLOURS, True)]
    assert BODIES not in dict(same_looks(car(WHITE_VAN), car(None)))


@pytest.mark.parametrize(
    "new",
    [
        car(None),
        car(replace(WHITE_VAN, colour=Guess("black", 0.9))),
        car(WHITE_VAN, Box(300, 0, 500, 100)),
    ],
)
def test_another_word_or_none_is_lost(new: Closeup) -> None:
    assert list(same_looks(car(WHITE_VAN), new)) == [(COLOURS, False)]


@pytest.mark.parametrize(
    ("new", "lost"),
    [
        (ALIVE, []),
        (replace(ALIVE, points=((10.0, 13.0),) * 5), [POINTS]),
        (replace(ALIVE, embedding=np.array([0.0, 1.0], np.float32)), [EMBEDDINGS]),
        (replace(ALIVE, live=0.4), [LIVE]),
        (None, [POINTS, EMBEDDINGS, LIVE]),
    ],
)
def test_what_a_face_shows_is_compared(new: FaceLook | None, lost: list[str]) -> None:
    assert [name for name, same in same_looks(face(ALIVE), face(new)) if not same] == lost


def test_a_face_that_nobody_could_recognise_says_nothing() -> None:
    assert list(same_looks(face(replace(ALIVE, usable=0.3)), face(None))) == []
