"""The board's temperatures: the kernel's thermal zones, or nothing."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from ..faults import ThermometerLost
from .base import BaseThermal

ZONES = Path("/sys/class/thermal")


class NullThermal(BaseThermal):
    """A board without thermometers."""

    def read(self) -> dict[str, float]:
        return {}


class SysfsThermal(BaseThermal):
    """Every zone that answers but those of `ignore`; a Jetson's zones of powered-down parts do not.

    Some zones answer with a constant: PMIC-Die of a Jetson says 50 or 100 degrees for ever.
    """

    def __init__(self, root: Path = ZONES, ignore: Collection[str] = ()) -> None:
        self._root = root
        self._ignore = frozenset(ignore)

    def read(self) -> dict[str, float]:
        found: dict[str, float] = {}
        failure: Exception | None = None
        for zone in sorted(self._root.glob("thermal_zone*")):
            try:
                name, celsius = _zone(zone)
            except (OSError, ValueError) as error:
                failure = error
                continue
            if name in self._ignore:
                continue
            # Two zones of one type are told apart by their number.
            found[name if name not in found else f"{name}-{zone.name[12:]}"] = celsius
        if not found:
            raise ThermometerLost("no temperature can be read", part="thermal") from failure
        return found


def _zone(zone: Path) -> tuple[str, float]:
    """Name and degrees Celsius; the kernel gives thousandths."""
    return (zone / "type").read_text().strip(), int((zone / "temp").read_text()) / 1000
