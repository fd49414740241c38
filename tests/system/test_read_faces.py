"""The real face nets on the drawn face that comes with them, cut from pictures of several sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from appliance.infer.models import SHIPPED, load_manifest
from appliance.infer.onnxruntime import OnnxRuntimeBackend
from appliance.sight import Box, Detection, Kind, Picture
from appliance.vision.own.cut import feed
from appliance.vision.own.faces import _TEMPLATE, FaceSessions, NetFaceReader

if TYPE_CHECKING:
    from appliance.sight import Image

LEFT, TOP = 150, 90
ROOM = 560
FACE = np.array([14.0, 4.0, 98.0, 112.0])
"""The drawn face's box in its aligned picture of 112 pixels."""


@pytest.fixture(scope="module")
def sessions() -> FaceSessions:
    manifest, backend = load_manifest("gatehouse"), OnnxRuntimeBackend(threads=1)
    nets = [backend.load(manifest.file(net)) for net in ("landmarks", "face", "liveness")]
    return FaceSessions(*nets)


def drawn() -> Image:
    image = cv2.imread(str(SHIPPED / "golden" / "face_aligned.png"))
    assert image is not None
    return image  # type: ignore[return-value]


def scene(scale: float) -> tuple[Picture, Detection]:
    """The drawn face somewhere in a grey picture, and where it is."""
    side = round(112 * scale)
    face = cv2.resize(drawn(), (side, side), interpolation=cv2.INTER_CUBIC)
    picture = np.full((ROOM + side, ROOM + side, 3), 114, np.uint8)
    picture[TOP : TOP + side, LEFT : LEFT + side] = face
    x1, y1, x2, y2 = (FACE * scale + (LEFT, TOP, LEFT, TOP)).tolist()
    return Picture.of(picture), Detection(Kind.FACE, 0.9, Box(x1, y1, x2, y2))


@pytest.mark.parametrize("scale", [0.7, 1.0, 1.7, 4.0, 8.0])
def test_a_face_is_aligned_alike_at_every_size(sessions: FaceSessions, scale: float) -> None:
    look = NetFaceReader(sessions).look(*scene(scale))
    expected = (_TEMPLATE + 0.5) * scale - 0.5 + (LEFT, TOP)
    assert np.abs(np.array(look.points) - expected).mean() < 3 * scale


@pytest.mark.parametrize("scale", [1.7, 4.0, 8.0])
def test_its_embedding_hardly_depends_on_the_size(sessions: FaceSessions, scale: float) -> None:
    reader = NetFaceReader(sessions)
    assert reader.look(*scene(1.0)).embedding @ reader.look(*scene(scale)).embedding > 0.98


def test_its_embedding_is_the_one_of_the_aligned_picture(sessions: FaceSessions) -> None:
    alone = sessions.face.infer({"face": feed(drawn(), (112, 112))})["embedding"][0]
    assert NetFaceReader(sessions).look(*scene(1.0)).embedding @ alone > 0.95
    assert np.linalg.norm(alone) == pytest.approx(1.0, abs=1e-3)
