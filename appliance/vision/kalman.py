"""A constant-velocity Kalman filter for a box: centre, width and height, each on its own."""

from __future__ import annotations

from ..sight import Box

# Of a measured box's side, in shares of the box's width: a text line's ends waver that much.
_POSITION_NOISE = 0.05
# Box widths a second squared: a car that brakes before a barrier.
_ACCELERATION = 3.0
# Box widths a second: how fast a newcomer may already be.
_START_SPEED = 4.0
_SMALLEST = 1.0

# Centre, width and height.
_Four = tuple[float, float, float, float]


class BoxFilter:
    """State of one box. Four independent (value, velocity) pairs share one gain, for equal noise.

    In plain numbers: on four of them an array library's calls would cost ten times the sums.
    """

    box: Box
    """Where the box is by now."""

    def __init__(self, box: Box) -> None:
        size = box.width
        self._speed: _Four = (0.0, 0.0, 0.0, 0.0)
        # The shared covariance: of the value, of value and velocity, of the velocity.
        self._covariance = ((_POSITION_NOISE * size) ** 2, 0.0, (_START_SPEED * size) ** 2)
        self._move(_four(box))

    def predict(self, dt_s: float) -> None:
        """Move on by `dt_s` seconds."""
        of_speed = dt_s * _ACCELERATION * self.box.width
        of_value = of_speed * dt_s / 2
        value, both, speed = self._covariance
        self._covariance = (
            value + 2 * dt_s * both + dt_s * dt_s * speed + of_value * of_value,
            both + dt_s * speed + of_value * of_speed,
            speed + of_speed * of_speed,
        )
        self._move(_moved(self._value, dt_s, self._speed))

    def correct(self, box: Box) -> None:
        """Take in a measured box."""
        noise = (_POSITION_NOISE * box.width) ** 2 + 1.0
        value, both, speed = self._covariance
        gain, pull = value / (value + noise), both / (value + noise)
        wrong = _moved(_four(box), -1.0, self._value)
        self._speed = _moved(self._speed, pull, wrong)
        self._covariance = (value - gain * value, both - gain * both, speed - pull * both)
        self._move(_moved(self._value, gain, wrong))

    def _move(self, to: _Four) -> None:
        self._value = x, y, width, height = to
        width, height = max(_SMALLEST, width), max(_SMALLEST, height)
        self.box = Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _four(box: Box) -> _Four:
    x, y = box.centre
    return x, y, box.width, box.height


def _moved(of: _Four, share: float, by: _Four) -> _Four:
    """`of` and `share` times `by`."""
    a, b, c, d = of
    e, f, g, h = by
    return a + share * e, b + share * f, c + share * g, d + share * h
