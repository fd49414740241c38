"""Makes an approach of one photograph: nearer and nearer, shaken, blurred, noisy, compressed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from ...sight import GREY, Box

if TYPE_CHECKING:
    from ...sight import Image

Matrix = NDArray[np.float64]

# Scale of the first picture; the last is nearly the photograph's own.
_FAR = 0.7
_WOBBLE = 0.01
_DRIFT, _SHAKE = 0.03, 0.002
"""Shares of the width: how far the vehicle moves across the picture, and how much the camera shakes."""
# Degrees.
_TILT = 1.5
_GROUND = (GREY,) * 3


@dataclass(frozen=True, slots=True)
class View:
    """How one picture of an approach differs from the photograph.

    `scale` and `degrees` are about the centre; `shift` in shares of the width; `blur` is the width of the
    lens's blur and `smear` the length of the motion's, both in pixels; `gain` that of the light; `noise`
    a standard deviation in grey levels; `quality` that of JPEG; `seed` of the noise.
    """

    scale: float
    shift: tuple[float, float]
    degrees: float
    blur: float
    smear: int
    gain: float
    noise: float
    quality: int
    seed: int

    def matrix(self, width: int, height: int) -> Matrix:
        """2 x 3, from pixels of the photograph to those of the view; both have the same size."""
        turn = np.asarray(
            cv2.getRotationMatrix2D((width / 2, height / 2), self.degrees, self.scale), np.float64
        )
        turn[:, 2] += np.array(self.shift) * width
        return turn


def approach(seed: Sequence[int], count: int) -> Iterator[View]:
    """Views of one drive up, far to near. A vehicle goes its way smoothly, and the light on it stays about
    the same; what the sensor makes of it varies from picture to picture.
    """
    rng = np.random.default_rng(seed)
    light, tilt = float(rng.uniform(0.65, 1.25)), float(rng.normal(0, _TILT))
    start, end = rng.normal(0, _DRIFT, (2, 2))
    for at in range(count):
        way = at / max(1, count - 1)
        across, down = start + (end - start) * way + rng.normal(0, _SHAKE, 2)
        yield View(
            scale=(_FAR + (1.0 - _FAR) * way) * float(rng.uniform(1 - _WOBBLE, 1 + _WOBBLE)),
            shift=(float(across), float(down)),
            degrees=tilt + float(rng.normal(0, _TILT / 5)),
            blur=float(rng.uniform(0.0, 1.0)),
            smear=int(rng.integers(1, 4)),
            gain=light * float(rng.uniform(0.93, 1.07)),
            noise=float(rng.uniform(0.0, 7.0)),
            quality=int(rng.integers(55, 95)),
            seed=int(rng.integers(2**31)),
        )


def shown(image: Image, view: View) -> Image:
    """The photograph (H x W x 3, uint8, BGR) in this view, of the same size."""
    height, width = image.shape[:2]
    picture = cv2.warpAffine(image, view.matrix(width, height), (width, height), borderValue=_GROUND)
    if view.blur > 0.2:
        picture = cv2.GaussianBlur(picture, (0, 0), view.blur)
    if view.smear > 1:
        picture = cv2.blur(picture, (view.smear, 1))
    return _sensed(np.asarray(picture, np.float32), view)


def _sensed(picture: NDArray[np.float32], view: View) -> Image:
    """Light, sensor noise and compression."""
    noise = np.random.default_rng(view.seed).standard_normal(picture.shape, np.float32)
    grey = np.clip(picture * view.gain + noise * view.noise, 0, 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", grey, (cv2.IMWRITE_JPEG_QUALITY, view.quality))
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def placed(box: Box, view: View, width: int, height: int) -> Box:
    """Where a box of the photograph lies in the view: the upright box around its turned corners."""
    corners = np.array([[x, y, 1.0] for x in (box.x1, box.x2) for y in (box.y1, box.y2)])
    moved = corners @ view.matrix(width, height).T
    (x1, y1), (x2, y2) = moved.min(axis=0), moved.max(axis=0)
    return Box(float(x1), float(y1), float(x2), float(y2))
