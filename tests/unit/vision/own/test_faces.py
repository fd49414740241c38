"""The face reader: what each net is shown, and where its points come back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.faults import EngineFailed
from appliance.infer.fake import FakeSession
from appliance.infer.lane import Array, Arrays, TensorSpec
from appliance.sight import Box, Detection, Kind, Layout, Picture
from appliance.vision.own.cut import feed
from appliance.vision.own.faces import _TEMPLATE, FaceSessions, NetFaceReader, around, similarity
from appliance.vision.pixels import bgr

from ..makers import frame
from ..reference import picture

PICTURE = frame(0.0).picture
FACE = Detection(Kind.FACE, 0.9, Box(100, 50, 140, 100))


FLOAT = np.dtype(np.float32)


def repeated(name: str, width: int, side: int) -> FakeSession:
    """A net that answers the same to each of several crops."""
    spec = TensorSpec("face", (None, 3, side, side), FLOAT)
    return FakeSession(name, lambda feeds: {name: np.ones((len(feeds["face"]), width), FLOAT)}, (spec,), {})


class Nets:
    """Three scripted nets that remember what they were shown."""

    def __init__(self, points: NDArray[np.float32]) -> None:
        self.shown: dict[str, Array] = {}
        self.sessions = FaceSessions(
            self._net("landmarks", "crop", 64, {"points": points[None], "usable": np.array([[0.7]])}),
            self._net("face", "face", 112, {"embedding": np.eye(128, dtype=np.float32)[:1]}),
            self._net("liveness", "face", 80, {"kinds": np.array([[0.6, 0.3, 0.1]])}),
        )

    def _net(self, name: str, tensor: str, side: int, answer: dict[str, Array]) -> FakeSession:
        def infer(feeds: Arrays) -> dict[str, Array]:
            self.shown[name] = feeds[tensor]
            return answer

        spec = TensorSpec(tensor, (None, 3, side, side), np.dtype(np.float32))
        return FakeSession(name, infer, (spec,), {})


def test_points_come_back_in_pixels_of_the_picture() -> None:
    nets = Nets(np.full((5, 2), 0.5, np.float32))
    seen = NetFaceReader(nets.sessions).look(PICTURE, FACE)
    assert seen.points == ((119.5, 74.5),) * 5
    assert [seen.usable, seen.live] == pytest.approx([0.7, 0.6])
    assert seen.embedding.tolist() == [1.0] + [0.0] * 127


def test_each_net_gets_its_size() -> None:
    nets = Nets((_TEMPLATE / 112).astype(np.float32))
    NetFaceReader(nets.sessions).look(PICTURE, FACE)
    shapes = {name: shown.shape for name, shown in nets.shown.items()}
    assert shapes == {"landmarks": (1, 3, 64, 64), "face": (1, 3, 112, 112), "liveness": (1, 3, 80, 80)}


def test_points_of_another_shape_are_refused() -> None:
    nets = Nets(np.zeros((4, 2), np.float32))
    with pytest.raises(EngineFailed, match="points of shape"):
        NetFaceReader(nets.sessions).look(PICTURE, FACE)


def test_a_turned_and_scaled_face_is_set_upright() -> None:
    turn = np.array([[0.0, -2.0], [2.0, 0.0]])
    moved = _TEMPLATE @ turn.T + [30.0, 40.0]
    matrix = similarity(moved, _TEMPLATE)
    assert np.allclose(moved @ matrix[:, :2].T + matrix[:, 2], _TEMPLATE)


def test_points_in_one_place_give_a_matrix_all_the_same() -> None:
    assert np.isfinite(similarity(np.ones((5, 2)), _TEMPLATE)).all()


def test_the_surroundings_are_shifted_back_into_the_picture() -> None:
    assert around(bgr(PICTURE), Box(0, 0, 40, 40), 2.5).shape == (100, 100, 3)


def test_the_surroundings_shrink_where_the_picture_ends() -> None:
    cut = around(bgr(PICTURE), Box(100, 10, 200, 190), 2.7)
    assert cut.shape == (200, 111, 3)


def test_faces_of_a_picture_are_one_run_of_each_net() -> None:
    def points(feeds: Arrays) -> dict[str, Array]:
        count = len(feeds["crop"])
        return {
            "points": np.full((count, 5, 2), 0.5, np.float32),
            "usable": np.linspace(0, 1, count)[:, None],
        }

    nets, spec = Nets(np.zeros((5, 2), np.float32)), TensorSpec("crop", (None, 3, 64, 64), FLOAT)
    several = replace(nets.sessions, landmarks=FakeSession("landmarks", points, (spec,), {}))
    several = replace(several, face=repeated("embedding", 128, 112), liveness=repeated("kinds", 3, 80))
    faces = (FACE, replace(FACE, box=Box(200, 60, 220, 80)))
    one, other = NetFaceReader(several).look_many(PICTURE, faces)
    assert (one.points[0], other.points[0]) == ((119.5, 74.5), (209.5, 69.5))
    assert (one.usable, other.usable) == (0.0, 1.0)


def test_no_face_is_no_run() -> None:
    nets = Nets(np.zeros((5, 2), np.float32))
    assert NetFaceReader(nets.sessions).look_many(PICTURE, ()) == ()
    assert nets.shown == {}


@pytest.mark.parametrize("box", [Box(100, 50, 140, 100), Box(0, 0, 30, 60), Box(350, 150, 399, 199)])
@pytest.mark.parametrize("layout", [Layout.BGR, Layout.NV12])
def test_the_part_around_a_face_shows_all_that_the_nets_look_at(layout: Layout, box: Box) -> None:
    seen = picture(layout, size=(400, 200))
    nets, again = Nets((_TEMPLATE / 112).astype(np.float32)), Nets((_TEMPLATE / 112).astype(np.float32))
    NetFaceReader(nets.sessions).look(seen, Detection(Kind.FACE, 0.9, box))
    whole = Picture.of(np.ascontiguousarray(bgr(seen)))
    NetFaceReader(again.sessions).look(whole, Detection(Kind.FACE, 0.9, box))
    for name, shown in nets.shown.items():
        np.testing.assert_allclose(shown, again.shown[name], atol=1.01 / 255)
    surrounded = feed(around(bgr(seen), box, 2.7), (80, 80))
    np.testing.assert_allclose(nets.shown["liveness"], surrounded, atol=1e-6)
