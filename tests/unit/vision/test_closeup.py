"""Large vehicles and faces are looked at closer, small ones are only told of."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.sight import Box, Detection, Guess, Kind, Looks
from appliance.vision.base import FaceLook
from appliance.vision.closeup import Closer

from .makers import FakeDescriber, FakeFaces, frame

PICTURE = frame(0.0).picture
WHITE = Looks(Guess("white", 0.9), Guess("van", 0.8))
LOOK = FaceLook(((1.0, 2.0),) * 5, 0.9, 0.8, np.zeros(128, np.float32))


def seen(kind: Kind, width: float, x: float = 0.0) -> Detection:
    return Detection(kind, 0.9, Box(x, 0, x + width, width))


@pytest.mark.parametrize(("width", "looks"), [(64.0, WHITE), (63.0, None)])
def test_a_vehicle_is_described_when_it_is_large_enough(width: float, looks: Looks | None) -> None:
    close = Closer(FakeDescriber(WHITE), None).look(PICTURE, (seen(Kind.CAR, width),), ())
    assert [vehicle.looks for vehicle in close.vehicles] == [looks]


@pytest.mark.parametrize(("width", "look"), [(24.0, LOOK), (23.0, None)])
def test_a_face_is_looked_at_when_it_is_large_enough(width: float, look: FaceLook | None) -> None:
    close = Closer(None, FakeFaces(LOOK)).look(PICTURE, (), (seen(Kind.FACE, width),))
    assert [face.look for face in close.faces] == [look]


def test_a_car_park_is_described_in_part_and_told_whole() -> None:
    park = tuple(seen(Kind.CAR, 64.0 + n, x=n) for n in range(12))
    close = Closer(FakeDescriber(WHITE), None).look(PICTURE, park, ())
    assert [v.looks for v in close.vehicles] == [None] * 4 + [WHITE] * 8
    assert tuple(v.detection for v in close.vehicles) == park


def test_without_nets_nothing_is_said_and_nothing_is_left_out() -> None:
    car, face = seen(Kind.CAR, 100), seen(Kind.FACE, 50)
    clock = iter([0.0, 0.5, 0.7])
    close = Closer(None, None).look(PICTURE, (car,), (face,), timer=clock.__next__)
    assert [close.vehicles[0].looks, close.faces[0].look] == [None, None]
    assert [close.describe_s, close.faces_s] == pytest.approx([0.5, 0.2])
