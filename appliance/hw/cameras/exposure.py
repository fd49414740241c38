"""Exposure for plates: a short shutter that freezes a vehicle, and gain for what light is missing then."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

TARGET = 110.0
"""Mean luma of a plate, 0 to 255: white ground below clipping, dark characters above the noise."""
DARK, BRIGHT = 80.0, 150.0
"""Within these nothing is changed: half a stop to either side, so that a passing cloud moves nothing."""
# Cameras write light raised to 1/2.2 (ITU-R BT.709 and sRGB, nearly).
_GAMMA = 2.2
# One stop at a time: headlamps that sweep over the plate must not darken it for the frames after.
_LONGEST_STEP = 2.0
# A sensor takes a new setting three or four frames later; asked earlier, one judges the old one again.
_EVERY_S = 0.4
# Sensors expose by whole lines and gain by coarse steps.
_LEAST_CHANGE = 1.05


@dataclass(frozen=True, slots=True)
class Limits:
    """The owner's: the longest shutter that freezes a vehicle, the most gain that leaves plates legible."""

    shutter_s: float
    gain: float


@dataclass(frozen=True, slots=True)
class Exposure:
    """Shutter in seconds and gain as a factor, 1 for none."""

    shutter_s: float
    gain: float

    @property
    def light(self) -> float:
        """What the picture's brightness goes with."""
        return self.shutter_s * self.gain


@dataclass(frozen=True, slots=True)
class Reach:
    """What the camera can do."""

    shortest_s: float
    longest_s: float
    least_gain: float
    most_gain: float

    def within(self, limits: Limits) -> Reach:
        """What of it the owner allows. A camera whose shortest is longer than that has only its shortest."""
        longest_s = max(self.shortest_s, min(self.longest_s, limits.shutter_s))
        most_gain = max(self.least_gain, min(self.most_gain, limits.gain))
        return Reach(self.shortest_s, longest_s, self.least_gain, most_gain)

    def nearest(self, light: float) -> Exposure:
        """As much light by the shutter as there may be, the rest by gain: gain brings noise."""
        shutter_s = min(self.longest_s, max(self.shortest_s, light / self.least_gain))
        gain = min(self.most_gain, max(self.least_gain, light / shutter_s))
        return Exposure(shutter_s, gain)


def exposure_part(name: str) -> str:
    """The part that an ExposureRefused names: not the camera, whose frames are not in doubt."""
    return f"{name} exposure"


class BaseExposureControl(ABC):
    """A camera's own exposure, where it lets others set it."""

    @abstractmethod
    def reach(self) -> Reach:
        """What it can do; the camera is open. Raises ExposureRefused where it can be told nothing."""

    @abstractmethod
    def set(self, exposure: Exposure) -> None:
        """Expose like this from one of the next frames on, by hand. Raises ExposureRefused."""


class PlateExposure:
    """Says how to expose next, from the luma that plates had lately. Time is the caller's."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        # In between: from there a bright day and a night are equally far.
        darkest, brightest = reach.nearest(0.0).light, reach.nearest(float("inf")).light
        self.now = reach.nearest((darkest * brightest) ** 0.5)
        self._told_s = float("-inf")

    def next(self, luma: float, now_s: float) -> Exposure | None:
        """The exposure to set, None to leave it: too soon, bright enough, or at the end of its reach."""
        if now_s - self._told_s < _EVERY_S or DARK <= luma <= BRIGHT:
            return None
        wanted = (TARGET / max(luma, 1.0)) ** _GAMMA
        step = min(_LONGEST_STEP, max(1.0 / _LONGEST_STEP, wanted))
        chosen = self._reach.nearest(self.now.light * step)
        change = chosen.light / self.now.light
        if 1.0 / _LEAST_CHANGE < change < _LEAST_CHANGE:
            return None
        self.now, self._told_s = chosen, now_s
        return chosen
