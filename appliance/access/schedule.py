"""When a listed plate may pass: schedules by the clock on the wall, and a listing's validity.

A schedule follows local time as people read it: at the end of summer time the doubled hour counts twice, in
spring the skipped hour never comes. An end not after its start lies on the next day, and the whole
stretch belongs to the day it began.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..clock import WallTime
from ..config.schema import Access, Schedule
from ..events import RefusalReason
from ..faults import ConfigFault
from ..listing import Listing
from .objection import Objection

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_MINUTES = 24 * 60


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return 60 * int(hours) + int(minutes)


def covers(schedule: Schedule, local: datetime) -> bool:
    """True when `local` (time on the wall) lies in the schedule; the start counts, the end does not."""
    start, end = _minutes(schedule.start), _minutes(schedule.end)
    if end <= start:
        end += _DAY_MINUTES
    now = 60 * local.hour + local.minute
    yesterday = local - timedelta(days=1)
    began_today = _named(local) in schedule.days and start <= now < end
    began_yesterday = _named(yesterday) in schedule.days and now + _DAY_MINUTES < end
    return began_today or began_yesterday


def _named(day: datetime) -> str:
    return _DAYS[day.weekday()]


class Timetable:
    """The schedules of the configuration in their time zone. Raises ConfigFault for an unknown zone."""

    def __init__(self, settings: Access) -> None:
        self._schedules = settings.schedules
        try:
            self._zone = ZoneInfo(settings.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ConfigFault(
                f"access.timezone {settings.timezone!r} is no IANA name such as 'Europe/Berlin'"
            ) from error

    def objection(self, listings: Iterable[Listing], wall: WallTime) -> Objection | None:
        """Why none of these lines of one plate lets it pass now; None where one does."""
        objections = [self._to(listing, wall) for listing in listings]
        return None if None in objections else next(iter(objections), None)

    def _to(self, listing: Listing, wall: WallTime) -> Objection | None:
        if listing.schedule is None and listing.valid_from is None and listing.valid_until is None:
            return None
        if not wall.trusted:
            return Objection(
                RefusalReason.CLOCK_UNTRUSTED,
                f"{listing.plate} is listed for certain times, and the time of day is not confirmed.",
            )
        return self._validity(listing, wall.utc) or self._hours(listing, wall.utc)

    def _validity(self, listing: Listing, utc: datetime) -> Objection | None:
        if listing.valid_from is not None and utc < listing.valid_from:
            sentence = f"{listing.plate} is listed from {self._shown(listing.valid_from)} on."
            return Objection(RefusalReason.OUTSIDE_SCHEDULE, sentence)
        if listing.valid_until is not None and utc >= listing.valid_until:
            sentence = f"{listing.plate} was listed until {self._shown(listing.valid_until)}."
            return Objection(RefusalReason.EXPIRED, sentence)
        return None

    def _hours(self, listing: Listing, utc: datetime) -> Objection | None:
        name = listing.schedule
        if name is None:
            return None
        if name not in self._schedules:
            sentence = f"{listing.plate} is bound to the schedule {name!r}, which is not configured."
            return Objection(RefusalReason.OUTSIDE_SCHEDULE, sentence)
        if any(covers(schedule, utc.astimezone(self._zone)) for schedule in self._schedules[name]):
            return None
        sentence = f"{listing.plate} may pass by the schedule {name!r}, not on {self._shown(utc)}."
        return Objection(RefusalReason.OUTSIDE_SCHEDULE, sentence)

    def _shown(self, moment: datetime) -> str:
        return f"{moment.astimezone(self._zone):%a %Y-%m-%d %H:%M %Z}"
