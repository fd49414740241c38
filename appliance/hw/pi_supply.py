"""A Raspberry Pi's supply, from its firmware: undervoltage, capped clock, throttling, soft limit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..faults import PowerModeFailed, SupplyUnread
from .tools import run_tool
from .vitals import BaseSupply, Supply, Trouble

SYS = Path("/sys")
# The path depends on the device tree: soc/soc:firmware on a Pi 4, soc@107c000000/... on a 5.
_FIRMWARE = ("devices/platform/soc*/*firmware/get_throttled", "devices/platform/*firmware/get_throttled")
_HWMON = "class/hwmon/hwmon*"
# What has happened since the start stands so many bits above what is now (vcgencmd(1)).
_HAS_BEEN = 16
_TOOL_LIMIT_S = 2.0

_BITS = {Trouble.UNDERVOLTAGE: 0, Trouble.CAPPED: 1, Trouble.THROTTLED: 2, Trouble.SOFT_LIMIT: 3}


@dataclass(frozen=True, slots=True)
class PiConfig:
    """Where the kernel's files are, and the firmware's own tool for kernels that have none."""

    sys: Path = SYS
    tool: str = "vcgencmd"


class PiSupply(BaseSupply):
    """Asks the kernel's file, else the firmware's tool, else the voltage alarm, which knows only that."""

    def __init__(self, config: PiConfig) -> None:
        self._config = config

    def read(self) -> Supply:
        for path in self._files(*_FIRMWARE):
            return decode(_text(path), str(path))
        try:
            said = run_tool((self._config.tool, "get_throttled"), _TOOL_LIMIT_S).must()
        except PowerModeFailed as failure:
            return self._alarm(failure)
        return decode(said.partition("=")[2], self._config.tool)

    def _alarm(self, failure: PowerModeFailed) -> Supply:
        for monitor in self._files(_HWMON):
            if _text(monitor / "name", default="") == "rpi_volt":
                low = _text(monitor / "in0_lcrit_alarm") == "1"
                troubles = frozenset([Trouble.UNDERVOLTAGE] if low else [])
                return Supply(troubles, troubles)
        raise SupplyUnread(f"no get_throttled, no rpi_volt; {failure.part}: {failure.detail}", part="supply")

    def _files(self, *patterns: str) -> list[Path]:
        return [path for pattern in patterns for path in sorted(self._config.sys.glob(pattern))]


def decode(text: str, source: str) -> Supply:
    """The firmware's word, in hexadecimal with or without 0x. Raises SupplyUnread where it is none."""
    try:
        word = int(text, 16)
    except ValueError as error:
        raise SupplyUnread(f'{source} says "{text}"', part="supply") from error
    return Supply(_troubles(word), _troubles(word >> _HAS_BEEN))


def _troubles(word: int) -> frozenset[Trouble]:
    return frozenset(trouble for trouble, bit in _BITS.items() if word >> bit & 1)


def _text(path: Path, default: str | None = None) -> str:
    try:
        return path.read_text().strip()
    except OSError as error:
        if default is not None:
            return default
        raise SupplyUnread(f"{path}: {error.strerror}", part="supply") from error
