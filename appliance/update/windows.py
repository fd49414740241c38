"""When updates may be installed and tried: the owner's windows of maintenance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ..clock import WallTime
from ..config.schema import Schedule

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def closed(windows: Sequence[Schedule], wall: WallTime, timezone: str) -> str:
    """Why updates wait; empty while they may go on. A window that ends before it starts runs past midnight.

    Without windows any time is right. With them, a clock that nobody has confirmed opens none (law 1).
    """
    if not windows:
        return ""
    if not wall.trusted:
        return "the time of day is not confirmed, and updates wait for a window"
    local = wall.utc.astimezone(ZoneInfo(timezone))
    return "" if any(_open(one, local) for one in windows) else "no window for updates is open"


def _open(window: Schedule, local: datetime) -> bool:
    now, today = local.strftime("%H:%M"), _DAYS[local.weekday()]
    if window.start < window.end:
        return today in window.days and window.start <= now < window.end
    yesterday = _DAYS[(local - timedelta(days=1)).weekday()]
    return (today in window.days and now >= window.start) or (yesterday in window.days and now < window.end)
