"""A Jetson's meters, as `tegrastats` shows them: power by rail, the GPU's load, and over-current events.

They are the kernel's own files. The `jetson-stats` package reads the same ones in a service that runs as
root, and is not needed for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..faults import SupplyUnread
from .vitals import BaseGauges, BaseSupply, Gauges, Rail, Supply, Trouble

SYS = Path("/sys")
_HWMON = "class/hwmon/hwmon*"
_METER = "ina3221"
_CHANNELS = (1, 2, 3)
# JetPack 5, JetPack 6, and the older ones; thousandths.
_GPU_LOADS = (
    "devices/platform/gpu.0/load",
    "devices/platform/*/*.gpu/load",
    "devices/platform/*.gpu/load",
    "devices/gpu.0/load",
)


class JetsonGauges(BaseGauges):
    """The INA3221 meters on the module and its carrier, and the GPU's load."""

    def __init__(self, sys: Path = SYS) -> None:
        self._sys = sys

    def read(self) -> Gauges:
        return Gauges(dict(self._rails()), self._gpu_load())

    def _rails(self) -> Iterator[tuple[str, Rail]]:
        for monitor in _monitors(self._sys, _METER):
            for channel in _CHANNELS:
                label = _text(monitor / f"in{channel}_label")
                millivolts = _number(monitor / f"in{channel}_input")
                milliamperes = _number(monitor / f"curr{channel}_input")
                if label is not None and millivolts is not None and milliamperes is not None:
                    yield label, Rail(millivolts / 1000, milliamperes / 1000)

    def _gpu_load(self) -> float | None:
        for pattern in _GPU_LOADS:
            for path in sorted(self._sys.glob(pattern)):
                load = _number(path)
                if load is not None:
                    return load / 1000
        return None


class JetsonSupply(BaseSupply):
    """Over-current events, which the module answers with a lower clock. The kernel only counts them."""

    def __init__(self, sys: Path = SYS) -> None:
        self._sys = sys
        self._last: int | None = None

    def read(self) -> Supply:
        """THROTTLED now where an event came since the last call. Raises SupplyUnread without counters."""
        counts = [
            count
            for monitor in _monitors(self._sys, "soctherm_oc")
            for path in sorted(monitor.glob("oc*_event_cnt"))
            if (count := _number(path)) is not None
        ]
        if not counts:
            raise SupplyUnread("the kernel shows no over-current counters (soctherm_oc)", part="supply")
        total = sum(counts)
        now = self._last is not None and total > self._last
        self._last = total
        throttled = frozenset([Trouble.THROTTLED])
        return Supply(throttled if now else frozenset(), throttled if total else frozenset())


def _monitors(sys: Path, name: str) -> list[Path]:
    return [path for path in sorted(sys.glob(_HWMON)) if _text(path / "name") == name]


def _text(path: Path) -> str | None:
    try:
        return path.read_text().strip() or None
    except OSError:
        return None


def _number(path: Path) -> int | None:
    text = _text(path)
    return int(text) if text is not None and text.lstrip("-").isdecimal() else None
