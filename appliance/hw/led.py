"""The status LED: one of the kernel's, which blinks by itself whatever becomes of the gate."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from ..faults import StatusLedFailed
from .signs import PATTERNS, Pattern, Sign

LEDS = Path("/sys/class/leds")


class BaseStatusLed(ABC):
    """Shows a sign until the next one."""

    @abstractmethod
    def show(self, sign: Sign) -> None:
        """Raises StatusLedFailed."""


class NullStatusLed(BaseStatusLed):
    """A board without one, or whose LED is not ours."""

    def show(self, sign: Sign) -> None:
        pass


class FakeStatusLed(BaseStatusLed):
    """Keeps what was shown. While `broken` says why, nothing is."""

    def __init__(self) -> None:
        self.history: list[Sign] = []
        self.broken = ""

    def show(self, sign: Sign) -> None:
        if self.broken:
            raise StatusLedFailed(self.broken, part="fake")
        self.history.append(sign)


@dataclass(frozen=True, slots=True)
class StatusLedConfig:
    """The name that the kernel gives the LED, and where the kernel shows its LEDs."""

    name: str
    root: Path = LEDS


class KernelStatusLed(BaseStatusLed):
    """Writes to the kernel's trigger `pattern`, which etc/udev/70-gatehouse.rules has set for this LED.

    The trigger itself is root's to choose; the file that tells it what to blink is the group's.
    """

    def __init__(self, config: StatusLedConfig) -> None:
        self._name = config.name
        self._place = config.root / config.name

    def show(self, sign: Sign) -> None:
        try:
            lit = int((self._place / "max_brightness").read_text())
            # Not made where it is missing: outside /sys it would be a file that shines nowhere.
            with (self._place / "pattern").open("r+", encoding="ascii") as file:
                file.write(spelt(PATTERNS[sign], lit))
        except (OSError, ValueError) as error:
            raise StatusLedFailed(f"{self._place}: {error}", part=self._name) from error


def make_status_led(name: str) -> BaseStatusLed:
    """The kernel's LED of this name; an empty name is none."""
    return KernelStatusLed(StatusLedConfig(name)) if name else NullStatusLed()


def spelt(pattern: Pattern, lit: int) -> str:
    """As the kernel reads it (Documentation/devicetree/bindings/leds/leds-trigger-pattern.txt).

    It fades from one brightness to the next, unless that is the same and lasts no time: then it stands
    still, and changes at once. More than `lit`, its brightest, it refuses.
    """
    steps = ((lit if on else 0, ms) for on, ms in pattern)
    return " ".join(f"{level} {ms} {level} 0" for level, ms in steps)
