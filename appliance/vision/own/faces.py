"""Faces with the project's own nets: where eyes and mouth are, whether it lives, and who it might be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...faults import EngineFailed
from ...infer.base import BaseSession
from ...sight import AnyPicture, Box, Detection
from ..base import BaseFaceReader, FaceLook
from ..pixels import bgr, touched
from .cut import Float, feed, warp

if TYPE_CHECKING:
    from ...sight import Image

Double = NDArray[np.float64]

LANDMARK_SIDE = 64
FACE_SIDE = 112
LIVENESS_SIDE = 80
_HALF = 0.5
# The landmarks' crop is a square of this times the face's longer side.
_LANDMARK_SCALE = 1.3
# Liveness looks at what surrounds a face: the edge of a sheet, the rim of a telephone.
_LIVENESS_SCALE = 2.7
# Of live, print, replay.
_LIVE = 0
# Where the five points lie in an aligned face of 112 x 112; the usual ones of the field (ArcFace, 2019).
_TEMPLATE = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)


@dataclass(frozen=True, slots=True)
class FaceSessions:
    """The three nets that look at a face."""

    landmarks: BaseSession
    face: BaseSession
    liveness: BaseSession


@dataclass(frozen=True, slots=True)
class _Near:
    """One face and what stands around it: BGR, where its top left lies in the picture, the face in it."""

    image: Image
    corner: Double
    box: Box


class NetFaceReader(BaseFaceReader):
    """Finds the five points, turns a face upright by them, and judges it; all of a picture's at once."""

    def __init__(self, sessions: FaceSessions) -> None:
        self._nets = sessions

    def look(self, picture: AnyPicture, face: Detection) -> FaceLook:
        return self.look_many(picture, (face,))[0]

    def look_many(self, picture: AnyPicture, faces: Sequence[Detection]) -> tuple[FaceLook, ...]:
        if not faces:
            return ()
        near = [_near(picture, face.box) for face in faces]
        points, usable = self._landmarks(near)
        upright = [
            warp(one.image, similarity(five, _TEMPLATE), (FACE_SIDE, FACE_SIDE))
            for one, five in zip(near, points)
        ]
        embeddings = _run(self._nets.face, upright)["embedding"]
        surrounded = [around(one.image, one.box, _LIVENESS_SCALE) for one in near]
        kinds = _run(self._nets.liveness, surrounded, LIVENESS_SIDE)["kinds"]
        return tuple(
            FaceLook(
                points=tuple((float(x), float(y)) for x, y in points[n] + one.corner),
                usable=float(usable[n, 0]),
                live=float(kinds[n, _LIVE]),
                embedding=embeddings[n],
            )
            for n, one in enumerate(near)
        )

    def _landmarks(self, near: Sequence[_Near]) -> tuple[list[Double], Float]:
        """Five points in pixels of each image, and whether the face is fit to be recognised."""
        squares = [_square(one.box) for one in near]
        size = (LANDMARK_SIDE, LANDMARK_SIDE)
        crops = [warp(one.image, _onto(*square), size) for one, square in zip(near, squares)]
        answer = _run(self._nets.landmarks, crops)
        if answer["points"].shape[1:] != _TEMPLATE.shape:
            raise EngineFailed(f"points of shape {answer['points'].shape}", part="landmarks")
        shares = answer["points"].astype(np.float64)
        points = [share * side + corner - _HALF for share, (corner, side) in zip(shares, squares)]
        return points, answer["usable"]


def _near(picture: AnyPicture, box: Box) -> _Near:
    """As much of the picture as any of the nets may look at; only that is converted."""
    reach = _LIVENESS_SCALE * max(box.width, box.height, 1.0)
    x, y = box.centre
    part = Box(x - reach, y - reach, x + reach, y + reach)
    left, top, *_ = touched(picture, part)
    here = Box(box.x1 - left, box.y1 - top, box.x2 - left, box.y2 - top)
    return _Near(bgr(picture, part), np.array([left, top], np.float64), here)


def _square(box: Box) -> tuple[Double, float]:
    """Top left and side of what the landmarks' net looks at."""
    side = _LANDMARK_SCALE * max(box.width, box.height, 1.0)
    return np.array(box.centre) - side / 2, side


def _onto(corner: Double, side: float) -> Double:
    """The 2 x 3 matrix that brings a square onto the landmarks' crop."""
    scale = LANDMARK_SIDE / side
    # Edges of a box lie between pixels, points of a warp in their middles: half a pixel apart.
    left, top = (_HALF - corner) * scale - _HALF
    return np.array([[scale, 0.0, left], [0.0, scale, top]])


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


def _run(session: BaseSession, pictures: Sequence[Image], side: int | None = None) -> dict[str, Float]:
    """The answers to all pictures: in one run where the net takes several, else one after the other."""
    spec = session.inputs[0]
    sizes = [picture.shape[:2] if side is None else (side, side) for picture in pictures]
    fed = np.concatenate([feed(one, (size[0], size[1])) for one, size in zip(pictures, sizes)])
    step = len(fed) if spec.shape[0] is None else 1
    answers = [session.infer({spec.name: fed[first : first + step]}) for first in range(0, len(fed), step)]
    return {name: np.concatenate([answer[name] for answer in answers]) for name in answers[0]}
