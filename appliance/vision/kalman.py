"""A constant-velocity Kalman filter for a box: centre, width and height, each on its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..sight import Box

_POSITION_NOISE = 0.05
"""Of a measured box's side, in shares of the box's width: a text line's ends waver that much."""
_ACCELERATION = 3.0
"""Box widths a second squared: a car that brakes before a barrier."""
_START_SPEED = 4.0
"""Box widths a second: how fast a newcomer may already be."""
_SMALLEST = 1.0


class BoxFilter:
    """State of one box. Four independent (value, velocity) pairs share one gain, for equal noise."""

    def __init__(self, box: Box) -> None:
        self._value = _vector(box)
        self._speed = np.zeros(4)
        size = box.width
        self._covariance = np.diag([(_POSITION_NOISE * size) ** 2, (_START_SPEED * size) ** 2])

    @property
    def box(self) -> Box:
        x, y, width, height = self._value
        width, height = max(_SMALLEST, width), max(_SMALLEST, height)
        return Box(float(x - width / 2), float(y - height / 2), float(x + width / 2), float(y + height / 2))

    def predict(self, dt_s: float) -> None:
        """Move on by `dt_s` seconds."""
        step = np.array([[1.0, dt_s], [0.0, 1.0]])
        push = np.array([dt_s**2 / 2, dt_s]) * _ACCELERATION * self.box.width
        self._value = self._value + dt_s * self._speed
        self._covariance = step @ self._covariance @ step.T + np.outer(push, push)

    def correct(self, box: Box) -> None:
        """Take in a measured box."""
        noise = (_POSITION_NOISE * box.width) ** 2 + 1.0
        gain = self._covariance[:, 0] / (self._covariance[0, 0] + noise)
        wrong = _vector(box) - self._value
        self._value = self._value + gain[0] * wrong
        self._speed = self._speed + gain[1] * wrong
        self._covariance = self._covariance - np.outer(gain, self._covariance[0])


def _vector(box: Box) -> NDArray[np.float64]:
    x, y = box.centre
    return np.array([x, y, box.width, box.height])
