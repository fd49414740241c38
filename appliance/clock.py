"""Clocks: monotonic seconds for every decision, wall time only with a statement of trust."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class WallTime:
    """Wall time in UTC, and whether a real-time clock or the network has confirmed it."""

    utc: datetime
    trusted: bool


class Clock(Protocol):
    """Source of time. Everything that waits, expires or is stamped takes one of these."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never goes back."""

    def wall(self) -> WallTime:
        """The time of day; untrusted until something other than this board confirmed it."""


class ManualClock:
    """A clock that moves when told: tests and the twin's virtual time."""

    def __init__(self, utc: datetime, *, start_s: float = 0.0, trusted: bool = True) -> None:
        self._origin = utc
        self._start_s = start_s
        self._now_s = start_s
        self.trusted = trusted

    def monotonic(self) -> float:
        return self._now_s

    def wall(self) -> WallTime:
        elapsed = timedelta(seconds=self._now_s - self._start_s)
        return WallTime(self._origin + elapsed, self.trusted)

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`; time never goes back."""
        if seconds < 0:
            raise ValueError(f"a clock cannot go back by {-seconds} s")
        self._now_s += seconds

    def advance_to(self, now_s: float) -> None:
        """Move on to `now_s`, or stay where that is already past."""
        self._now_s = max(self._now_s, now_s)
