"""The barrier's arm: a motor, a travel time, two limit switches, and a way to jam."""

from __future__ import annotations

UP = 90.0
SWITCH = 1.0
"""Degrees before its end of travel at which a limit switch closes."""


class Arm:
    """An arm at `angle` degrees: 0 lies across the lane, 90 stands. It holds still without power."""

    __slots__ = ("_rate", "angle", "jammed", "motion")

    def __init__(self, travel_s: float, angle: float = 0.0) -> None:
        self._rate = UP / travel_s
        self.angle = angle
        self.jammed = False
        self.motion = 0
        """1 rises, -1 falls, 0 stands, as of the last step."""

    @property
    def at_open(self) -> bool:
        return self.angle >= UP - SWITCH

    @property
    def at_closed(self) -> bool:
        return self.angle <= SWITCH

    def step(self, seconds: float, opening: bool, closing: bool) -> None:
        """Move for `seconds` under these motor contacts; with both on the motor's relay blocks."""
        if opening == closing or self.jammed:
            self.motion = 0
            return
        before = self.angle
        travel = self._rate * seconds
        self.angle = min(UP, before + travel) if opening else max(0.0, before - travel)
        self.motion = (self.angle > before) - (self.angle < before)
