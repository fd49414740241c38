"""The service button, held from power-on: the way to a factory reset without a card or a network."""

from __future__ import annotations

from collections.abc import Callable

from ..clock import Clock
from ..hw.base import BaseInput

RESET_HOLD_S = 10.0
"""Nobody leans on a button for so long by chance, and a short press at power-on means nothing."""

_LOOK_S = 0.1


def held(
    button: BaseInput, clock: Clock, wait: Callable[[float], object], counted: Callable[[], object]
) -> bool:
    """Whether the button is pressed now and stays so; costs no time where it is not. Raises SensorLost.

    `counted` is called when it is pressed and its time begins to count.
    """
    end = clock.monotonic() + RESET_HOLD_S
    with button:
        if button.read():
            counted()
        while button.read():
            if clock.monotonic() >= end:
                return True
            wait(_LOOK_S)
    return False
