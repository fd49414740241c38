"""The board's temperatures: the kernel's thermal zones, or nothing."""

from __future__ import annotations

from pathlib import Path

from ..faults import ThermalFault
from .base import BaseThermal

ZONES = Path("/sys/class/thermal")


class NullThermal(BaseThermal):
    """A board without thermometers."""

    def read(self) -> dict[str, float]:
        return {}


class SysfsThermal(BaseThermal):
    """Every zone that answers; a Jetson's zones of powered-down parts do not."""

    def __init__(self, root: Path = ZONES) -> None:
        self._root = root

    def read(self) -> dict[str, float]:
        found: dict[str, float] = {}
        failure: Exception | None = None
        for zone in sorted(self._root.glob("thermal_zone*")):
            try:
                name, celsius = _zone(zone)
            except (OSError, ValueError) as error:
                failure = error
                continue
            # Two zones of one type are told apart by their number.
            found[name if name not in found else f"{name}-{zone.name[12:]}"] = celsius
        if not found:
            raise ThermalFault("no temperature can be read", part="thermal") from failure
        return found


def _zone(zone: Path) -> tuple[str, float]:
    """Name and degrees Celsius; the kernel gives thousandths."""
    return (zone / "type").read_text().strip(), int((zone / "temp").read_text()) / 1000
