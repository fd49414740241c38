"""Faces with the project's own nets: where eyes and mouth are, whether it lives, and who it might be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...faults import EngineFailed
from ...infer.base import BaseSession
from ...sight import AnyPicture, Box, Detection
from ..base import BaseFaceReader, FaceLook
from ..pixels import bgr
from .cut import Float, feed, warp

if TYPE_CHECKING:
    from ...sight import Image

Double = NDArray[np.float64]

LANDMARK_SIDE = 64
FACE_SIDE = 112
LIVENESS_SIDE = 80
_HALF = 0.5
_LANDMARK_SCALE = 1.3
"""The landmarks' crop is a square of this times the face's longer side."""
_LIVENESS_SCALE = 2.7
"""Liveness looks at what surrounds a face: the edge of a sheet, the rim of a telephone."""
_LIVE = 0
"""Of live, print, replay."""
_TEMPLATE = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)
"""Where the five points lie in an aligned face of 112 x 112; the usual ones of the field (ArcFace, 2019)."""


@dataclass(frozen=True, slots=True)
class FaceSessions:
    """The three nets that look at a face."""

    landmarks: BaseSession
    face: BaseSession
    liveness: BaseSession


class NetFaceReader(BaseFaceReader):
    """Finds the five points, turns the face upright by them, and judges it."""

    def __init__(self, sessions: FaceSessions) -> None:
        self._nets = sessions

    def look(self, picture: AnyPicture, face: Detection) -> FaceLook:
        image = bgr(picture)
        points, usable = self._landmarks(image, face.box)
        aligned = warp(image, similarity(points, _TEMPLATE), (FACE_SIDE, FACE_SIDE))
        embedding = _run(self._nets.face, aligned)["embedding"][0]
        surrounded = around(image, face.box, _LIVENESS_SCALE)
        kinds = _run(self._nets.liveness, surrounded, LIVENESS_SIDE)["kinds"][0]
        return FaceLook(
            points=tuple((float(x), float(y)) for x, y in points),
            usable=usable,
            live=float(kinds[_LIVE]),
            embedding=embedding,
        )

    def _landmarks(self, image: Image, box: Box) -> tuple[Double, float]:
        """Five points in pixels of the image, and whether the face is fit to be recognised."""
        side = _LANDMARK_SCALE * max(box.width, box.height, 1.0)
        scale = LANDMARK_SIDE / side
        corner = np.array(box.centre) - side / 2
        # Edges of a box lie between pixels, points of a warp in their middles: half a pixel apart.
        left, top = (_HALF - corner) * scale - _HALF
        matrix = np.array([[scale, 0.0, left], [0.0, scale, top]])
        answer = _run(self._nets.landmarks, warp(image, matrix, (LANDMARK_SIDE, LANDMARK_SIDE)))
        if answer["points"].shape[1:] != _TEMPLATE.shape:
            raise EngineFailed(f"points of shape {answer['points'].shape}", part="landmarks")
        points = answer["points"][0].astype(np.float64) * side + corner - _HALF
        return points, float(answer["usable"][0, 0])


def similarity(points: Double, target: Double) -> Double:
    """The 2 x 3 matrix of turn, scale and shift that brings `points` (n, 2) nearest to `target`.

    Least squares: in the complex plane it is one multiplication and one addition.
    """
    here, there = (p[:, 0] + 1j * p[:, 1] for p in (points, target))
    spread, goal = here - here.mean(), there - there.mean()
    turn = np.vdot(spread, goal) / max(np.vdot(spread, spread).real, 1e-9)
    shift = there.mean() - turn * here.mean()
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def around(image: Image, box: Box, scale: float) -> Image:
    """The box scaled about its centre, made smaller where the picture is, and shifted back into it."""
    height, width = image.shape[:2]
    room = min(scale, width / max(box.width, 1.0), height / max(box.height, 1.0))
    across, down = box.width * room, box.height * room
    x, y = box.centre
    x1 = int(min(max(0.0, x - across / 2), max(0.0, width - across)))
    y1 = int(min(max(0.0, y - down / 2), max(0.0, height - down)))
    return image[y1 : y1 + max(2, round(down)), x1 : x1 + max(2, round(across))]


def _run(session: BaseSession, picture: Image, side: int | None = None) -> dict[str, Float]:
    size = picture.shape[:2] if side is None else (side, side)
    return session.infer({session.inputs[0].name: feed(picture, (size[0], size[1]))})
