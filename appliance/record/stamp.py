"""When and where a row was made: wall time with its trust, the boot it belongs to, monotonic time."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from ..clock import Clock

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Origin:
    """`boot` tells which start of the board monotonic seconds count from, `run` which start of the gate.

    Track ids are unique within a run.
    """

    boot: str
    run: str

    @classmethod
    def here(cls, path: Path = BOOT_ID, new_id: Callable[[int], str] = secrets.token_hex) -> Origin:
        """The origin of this process; a random boot id where the kernel names none."""
        try:
            boot = path.read_text().strip()
        except OSError:
            boot = new_id(16)
        return cls(boot, new_id(8))


@dataclass(frozen=True, slots=True)
class Stamp:
    """`utc` as in 2026-03-01T12:00:00.000000Z, so that text order is time order.

    `mono_us` is monotonic time in microseconds, within `boot`.
    """

    utc: str
    trusted: bool
    boot: str
    run: str
    mono_us: int


class Stamper:
    """Dates what happened at a monotonic moment by the wall clock of now."""

    def __init__(self, clock: Clock, origin: Origin) -> None:
        self._clock = clock
        self._origin = origin

    def stamp(self, at_s: float | None = None) -> Stamp:
        """The stamp of the moment `at_s`; of now where it is None or not a number."""
        now_s = self._clock.monotonic()
        then_s = at_s if at_s is not None and math.isfinite(at_s) else now_s
        wall = self._clock.wall()
        return Stamp(
            utc=utc_text(_earlier(wall.utc, now_s - then_s)),
            trusted=wall.trusted,
            boot=self._origin.boot,
            run=self._origin.run,
            mono_us=microseconds(then_s),
        )

    def trusted_now(self) -> datetime | None:
        """The time of day, None while nothing has confirmed it."""
        wall = self._clock.wall()
        return wall.utc if wall.trusted else None


def utc_text(moment: datetime) -> str:
    """The record's writing of an aware datetime."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_utc(text: str) -> datetime:
    """The datetime that `utc_text` wrote."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)


def microseconds(seconds: float) -> int:
    """Whole microseconds; 0 for what is no number."""
    return round(seconds * 1_000_000) if math.isfinite(seconds) else 0


def _earlier(utc: datetime, age_s: float) -> datetime:
    try:
        return utc - timedelta(seconds=age_s)
    except OverflowError:
        return utc
