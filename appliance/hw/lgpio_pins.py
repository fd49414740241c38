"""lgpio pins that take their direction and their level in one request to the kernel.

gpiozero's own lgpio pin becomes an output first, which is low, and gets its level after: an
active-low relay would pull in for that moment.
"""

from __future__ import annotations

import lgpio
from gpiozero.exc import GPIOZeroError
from gpiozero.pins.lgpio import LGPIOFactory, LGPIOPin

from ..faults import OutputFailed


class LevelPin(LGPIOPin):  # type: ignore[misc]
    """A pin that never shows a level it was not asked for."""

    def output_with_state(self, state: bool) -> None:
        lgpio.gpio_claim_output(self.factory._handle, self._number, int(state))


def open_pins() -> tuple[LGPIOFactory, tuple[type[Exception], ...]]:
    """The factory of this board's GPIO chip and lgpio's own error. Raises OutputFailed."""
    try:
        factory = LGPIOFactory()
    except (lgpio.error, GPIOZeroError, OSError) as error:
        raise OutputFailed(f"the GPIO chip cannot be opened: {error}", part="gpio") from error
    factory.pin_class = LevelPin
    return factory, (lgpio.error,)
