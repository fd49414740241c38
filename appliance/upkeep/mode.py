"""Which power mode the gate wants: pure, from what stirred it last."""

from __future__ import annotations

from ..config.schema import Power
from ..hw.base import PowerMode
from ..sight import Effort


def wanted(power: Power, stirred_s: float, now_s: float, *, hot: bool) -> PowerMode | None:
    """The mode for now; None leaves the board as it is.

    Something new was seen, or the gate recognised or moved, at `stirred_s`. What only stands there, as a car
    that is parked in view, stirs it once.
    """
    if power.mode == "off" or power.driver == "none":
        return None
    if power.mode == "auto":
        busy = now_s - stirred_s < power.quiet_s
        return PowerMode.FULL if busy and not hot else PowerMode.SAVING
    return PowerMode.SAVING if hot else PowerMode(power.mode)


def stirs(effort: Effort) -> bool:
    """Whether the gate itself is at work, as against watching."""
    return effort is not Effort.WATCH
