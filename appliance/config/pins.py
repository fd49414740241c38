"""Names of the pins of the 40-pin header that Raspberry Pi and Jetson boards share."""

from __future__ import annotations

import re

# Header position to line, as in the Raspberry Pi documentation; Jetson.GPIO numbers lines alike.
HEADER = {
    3: 2, 5: 3, 7: 4, 8: 14, 10: 15, 11: 17, 12: 18, 13: 27, 15: 22, 16: 23, 18: 24, 19: 10, 21: 9,
    22: 25, 23: 11, 24: 8, 26: 7, 27: 0, 28: 1, 29: 5, 31: 6, 32: 12, 33: 13, 35: 19, 36: 16, 37: 26,
    38: 20, 40: 21,
}  # fmt: skip

_LINE = re.compile(r"(?:GPIO|BCM)?(\d+)$")
_POSITION = re.compile(r"(?:BOARD|J8:)(\d+)$")


def canonical(pin: str) -> str:
    """One spelling for one pin: "17", "BCM17", "BOARD11" and "J8:11" are all "GPIO17".

    A name that belongs to no header is given back in upper case.
    """
    name = pin.strip().upper()
    if line := _LINE.match(name):
        return f"GPIO{int(line[1])}"
    position = _POSITION.match(name)
    if position and int(position[1]) in HEADER:
        return f"GPIO{HEADER[int(position[1])]}"
    return name


def pulled_up_at_reset(pin: str) -> bool | None:
    """Whether a Raspberry Pi pulls the pin up (True) or down at reset; None for an unknown pin.

    Source: BCM2835 ARM Peripherals, table 6-31: lines 0 to 8 are pulled up, 9 to 27 down.
    """
    name = canonical(pin)
    if not name.startswith("GPIO"):
        return None
    line = int(name.removeprefix("GPIO"))
    return line <= 8 if line <= 27 else None
