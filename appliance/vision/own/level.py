"""Turns a plate level by where its characters stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ...sight import Image

Float = NDArray[np.float32]

_LEAST_CHARACTERS = 3
# Of the crop's width: characters closer together give no direction.
_LEAST_LENGTH = 0.1
# Of the crop's height: characters further off one line stand in two.
_OFF_LINE = 0.12


def levelled(picture: Image, places: Float, size: tuple[int, int]) -> Image | None:
    """The crop turned so that its characters stand level, at `size` (height, width); None where they
    form no single line. `places` (n, 2) are their centres in shares of the crop.
    """
    height, width = picture.shape[:2]
    points = places * np.array([width, height], np.float32)
    line = _line(points, width, height)
    if line is None:
        return None
    corners = _corners(line, width, height)
    target = np.array([[0, 0], [size[1], 0], [size[1], size[0]], [0, size[0]]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    turned = cv2.warpPerspective(picture, matrix, (size[1], size[0]), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8)


def _line(points: Float, width: int, height: int) -> float | None:
    """The slope of the one line that the characters stand on."""
    if len(points) < _LEAST_CHARACTERS or float(np.ptp(points[:, 0])) < _LEAST_LENGTH * width:
        return None
    slope, start = np.polyfit(points[:, 0], points[:, 1], 1)
    off = np.abs(points[:, 1] - (slope * points[:, 0] + start)).max()
    return None if off > _OFF_LINE * height else float(slope)


def _corners(slope: float, width: int, height: int) -> Float:
    """Corners of the plate inside its upright box, which a turned plate fills from corner to corner."""
    angle = np.arctan(slope)
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    half_h = max(0.35 * height, height - abs(slope) * width * 0.9) / 2
    half_w = (width - abs(sin) * 2 * half_h) / max(cos, 0.5) / 2
    upright = np.array([[-half_w, -half_h], [half_w, -half_h], [half_w, half_h], [-half_w, half_h]])
    turned = upright @ np.array([[cos, sin], [-sin, cos]]) + [width / 2, height / 2]
    return np.asarray(turned, np.float32)
