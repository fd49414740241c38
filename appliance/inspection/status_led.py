"""The LED that [status_led] names."""

from __future__ import annotations

from .report import Reports, fine, warn
from .site import Site

PART = "status LED"
_LEDS = "sys/class/leds"


def obeys(site: Site) -> Reports:
    """It is there, the kernel blinks it, and this user may say what."""
    name = site.config.status_led.name
    if not name:
        return
    there = [place.name for place in site.found(f"{_LEDS}/*")]
    pattern = site.root / _LEDS / name / "pattern"
    if name not in there:
        remedy = f"Name one of: {', '.join(there)}." if there else 'Set status_led.name = "".'
        yield warn(PART, f"The kernel shows no LED {name}.", remedy)
    elif not pattern.exists():
        yield warn(
            PART,
            f"The kernel's trigger of {name} is not `pattern`.",
            "Install etc/udev/70-gatehouse.rules, and restart the board; the flashed image has it.",
        )
    elif not site.may_use(pattern):
        yield warn(PART, f"/{_LEDS}/{name}/pattern may not be written by this user.", "Run as gatehouse.")
    else:
        yield fine(PART, name)
