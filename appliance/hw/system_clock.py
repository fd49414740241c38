"""The computer's clock, and whether anything but this computer vouches for the time of day."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from ..clock import WallTime

TIMESYNC_MARK = Path("/run/systemd/timesync/synchronized")
RTC_ROOT = Path("/sys/class/rtc")

TIME_ERROR = 5
"""adjtimex(2): the kernel's clock is not synchronised."""
TIMEX_BYTES = 512
"""struct timex has 208 bytes on 64-bit Linux; zeroed, it asks and sets nothing."""
RTC_AGREES_S = 5.0
"""The system time came from this real-time clock when both show the same to a few seconds."""
EARLIEST = datetime(2025, 1, 1, tzinfo=timezone.utc)
"""A real-time clock without a battery restarts at 1970 or at its maker's date, before this."""

_DAY_ZERO = datetime(1970, 1, 1, tzinfo=timezone.utc)


def rest(seconds: float) -> None:
    """Let others run for at least `seconds`, often some tens of microseconds longer."""
    time.sleep(seconds)


def spin(seconds: float) -> None:
    """Wait by the processor's clock: a sleep takes longer than a pulse to come back."""
    ends_s = time.perf_counter() + seconds
    while time.perf_counter() < ends_s:
        pass


def kernel_synchronised() -> bool:
    """Whether a time service has disciplined the kernel's clock; False where it cannot be asked."""
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES))
    except (OSError, AttributeError):
        return False
    return state not in (-1, TIME_ERROR)


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass(frozen=True, slots=True)
class ClockSources:
    """What a SystemClock asks. `utc` and `monotonic` tell the time, the rest vouches for it."""

    monotonic: Callable[[], float] = time.monotonic
    utc: Callable[[], datetime] = _utc_now
    kernel: Callable[[], bool] = kernel_synchronised
    timesync_mark: Path = TIMESYNC_MARK
    rtc_root: Path = RTC_ROOT


class SystemClock:
    """A Clock. `vouched` True: the owner vouches for the time of day (`clock.trust = "always"`).

    Once confirmed the wall time stays trusted: a running clock drifts by seconds a day.
    """

    def __init__(self, *, vouched: bool = False, sources: ClockSources | None = None) -> None:
        self._sources = ClockSources() if sources is None else sources
        self._trusted = vouched

    def monotonic(self) -> float:
        return self._sources.monotonic()

    def wall(self) -> WallTime:
        utc = self._sources.utc()
        self._trusted = self._trusted or self._confirmed(utc)
        return WallTime(utc, self._trusted)

    def _confirmed(self, utc: datetime) -> bool:
        sources = self._sources
        if utc < EARLIEST:
            return False
        return sources.timesync_mark.exists() or sources.kernel() or _rtc_agrees(sources.rtc_root, utc)


def _rtc_agrees(root: Path, utc: datetime) -> bool:
    """Whether a real-time clock shows the same time."""
    return any(_agrees(device, utc) for device in sorted(root.glob("rtc*")))


def _agrees(device: Path, utc: datetime) -> bool:
    try:
        epoch_s = int((device / "since_epoch").read_text())
    except (OSError, ValueError):
        return False
    return abs((utc - _DAY_ZERO).total_seconds() - epoch_s) <= RTC_AGREES_S
