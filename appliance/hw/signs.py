"""What the status LED says, each sign a pattern that the eye tells from the others on one colour."""

from __future__ import annotations

from ..words import Word

Pattern = tuple[tuple[bool, int], ...]
"""(lit, milliseconds) in turn, over and over."""

FLASH_MS = 200
"""Long enough to be counted, short enough not to be taken for light."""
PAUSE_MS = 1400
"""Between groups of flashes, so that nobody counts across two of them."""
WINK_MS = 150


class Sign(Word):
    STARTING = "starting"
    ARMED = "armed"
    UNARMED = "unarmed"
    BUTTONS_ONLY = "buttons_only"
    MOVING = "moving"
    FAULT = "fault"
    REFUSED = "refused"
    DOWN = "down"
    UPDATING = "updating"
    RESET_COUNTED = "reset_counted"
    RESET = "reset"


def _flashes(count: int) -> Pattern:
    return ((True, FLASH_MS), (False, FLASH_MS)) * (count - 1) + ((True, FLASH_MS), (False, PAUSE_MS))


def _even(half_ms: int) -> Pattern:
    return (True, half_ms), (False, half_ms)


PATTERNS: dict[Sign, Pattern] = {
    Sign.STARTING: _even(1000),
    # Lit, and yet alive: a lamp that only shines may be one of a kernel that hangs.
    Sign.ARMED: ((True, 3000), (False, WINK_MS)),
    Sign.UNARMED: _flashes(1),
    Sign.BUTTONS_ONLY: _flashes(2),
    Sign.FAULT: _flashes(3),
    Sign.REFUSED: _flashes(4),
    Sign.DOWN: _flashes(5),
    Sign.MOVING: _even(125),
    Sign.UPDATING: ((True, 1000), (False, FLASH_MS), (True, FLASH_MS), (False, FLASH_MS)),
    Sign.RESET_COUNTED: _even(50),
    Sign.RESET: ((True, 1000),),
}
