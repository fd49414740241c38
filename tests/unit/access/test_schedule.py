"""Schedules, validity, time zones and untrusted clocks."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from appliance.access.schedule import Timetable, covers
from appliance.clock import WallTime
from appliance.config import schema
from appliance.events import RefusalReason
from appliance.faults import ConfigFault
from appliance.listing import Listing

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
WORK = {"days": WEEKDAYS, "start": "08:00", "end": "17:00"}
NIGHT = {"days": ("fri",), "start": "22:00", "end": "06:00"}
OUTSIDE = RefusalReason.OUTSIDE_SCHEDULE


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def timetable(zone: str = "UTC", **schedules: object) -> Timetable:
    return Timetable(schema.Access.model_validate({"timezone": zone, "schedules": schedules}))


def refusal(table: Timetable, when: str, *listings: Listing, trusted: bool = True) -> RefusalReason | None:
    objection = table.objection(listings, WallTime(utc(when), trusted))
    return None if objection is None else objection.reason


# 2026-07-15 is a Wednesday.
@pytest.mark.parametrize(
    ("when", "inside"),
    [
        ("2026-07-15T07:59:59", False),
        ("2026-07-15T08:00:00", True),
        ("2026-07-15T16:59:59", True),
        ("2026-07-15T17:00:00", False),
        ("2026-07-18T12:00:00", False),
    ],
)
def test_a_schedule_counts_its_start_and_not_its_end(when: str, inside: bool) -> None:
    assert covers(schema.Schedule.model_validate(WORK), utc(when)) is inside


@pytest.mark.parametrize(
    ("when", "inside"),
    [
        ("2026-07-17T21:59:00", False),
        ("2026-07-17T22:00:00", True),
        ("2026-07-18T05:59:00", True),
        ("2026-07-18T06:00:00", False),
        ("2026-07-18T22:00:00", False),
        ("2026-07-17T05:00:00", False),
    ],
)
def test_a_night_belongs_to_the_day_it_began(when: str, inside: bool) -> None:
    assert covers(schema.Schedule.model_validate(NIGHT), utc(when)) is inside


@pytest.mark.parametrize(("start", "end"), [("00:00", "24:00"), ("00:00", "00:00")])
def test_a_whole_day_ends_at_midnight(start: str, end: str) -> None:
    whole = schema.Schedule(days=("wed",), start=start, end=end)
    assert [covers(whole, utc(f"2026-07-{day}T{hour}")) for day, hour in _AROUND] == [
        False,
        True,
        True,
        False,
    ]


_AROUND = (("14", "23:59"), ("15", "00:00"), ("15", "23:59"), ("16", "00:00"))


def test_equal_start_and_end_last_a_whole_day() -> None:
    turn = schema.Schedule(days=("wed",), start="08:00", end="08:00")
    assert covers(turn, utc("2026-07-16T07:59"))
    assert not covers(turn, utc("2026-07-16T08:00"))


def test_a_listing_without_times_passes_even_by_an_untrusted_clock() -> None:
    assert refusal(timetable(), "2026-07-15T03:00:00", Listing("A1"), trusted=False) is None


@pytest.mark.parametrize(
    "listing",
    [
        Listing("A1", schedule="work"),
        Listing("A1", valid_from=utc("2020-01-01")),
        Listing("A1", valid_until=utc("2030-01-01")),
    ],
)
def test_a_listing_with_times_needs_a_trusted_clock(listing: Listing) -> None:
    table = timetable(work=[WORK])
    assert refusal(table, "2026-07-15T12:00:00", listing) is None
    assert refusal(table, "2026-07-15T12:00:00", listing, trusted=False) is RefusalReason.CLOCK_UNTRUSTED


def test_a_listing_is_valid_from_its_first_to_before_its_last_moment() -> None:
    listing = Listing("A1", valid_from=utc("2026-07-15T08:00"), valid_until=utc("2026-07-15T10:00"))
    found = [
        refusal(timetable(), f"2026-07-15T{hour}", listing) for hour in ("07:59", "08:00", "09:59", "10:00")
    ]
    assert found == [OUTSIDE, None, None, RefusalReason.EXPIRED]


def test_any_stretch_of_a_schedule_will_do() -> None:
    table = timetable(work=[WORK, {"days": ("sat",), "start": "09:00", "end": "12:00"}])
    listing = Listing("A1", schedule="work")
    assert refusal(table, "2026-07-18T10:00:00", listing) is None
    assert refusal(table, "2026-07-18T13:00:00", listing) is OUTSIDE


def test_any_line_of_a_plate_that_lets_it_pass_will_do() -> None:
    early = Listing("A1", valid_until=utc("2026-01-01"))
    assert refusal(timetable(work=[WORK]), "2026-07-15T12:00", early, Listing("A1", schedule="work")) is None
    assert refusal(timetable(work=[WORK]), "2026-07-15T20:00", early, Listing("A1", schedule="work")) is (
        RefusalReason.EXPIRED
    )


def test_a_schedule_that_is_not_configured_never_passes() -> None:
    assert refusal(timetable(), "2026-07-15T12:00:00", Listing("A1", schedule="gone")) is OUTSIDE


def test_a_schedule_follows_its_time_zone() -> None:
    table = timetable("America/Chicago", work=[WORK])
    assert refusal(table, "2026-07-15T12:59:00", Listing("A1", schedule="work")) is OUTSIDE
    assert refusal(table, "2026-07-15T13:00:00", Listing("A1", schedule="work")) is None


def test_a_day_of_the_schedule_is_a_day_of_its_time_zone() -> None:
    table = timetable("Pacific/Auckland", week=[{"days": ("thu",), "start": "00:00", "end": "24:00"}])
    assert refusal(table, "2026-07-15T13:00:00", Listing("A1", schedule="week")) is None
    assert refusal(table, "2026-07-16T13:00:00", Listing("A1", schedule="week")) is OUTSIDE


def minutes_inside(table: Timetable, first: str, hours: int) -> int:
    start = utc(first)
    moments = (start + timedelta(minutes=at) for at in range(60 * hours))
    listing = (Listing("A1", schedule="night"),)
    return sum(table.objection(listing, WallTime(moment, True)) is None for moment in moments)


@pytest.mark.parametrize(
    ("first", "minutes"),
    [("2026-03-28T12:00:00", 7 * 60), ("2026-10-24T12:00:00", 9 * 60), ("2026-07-18T12:00:00", 8 * 60)],
)
def test_a_night_is_as_long_as_the_clock_on_the_wall_makes_it(first: str, minutes: int) -> None:
    """Berlin skips 02:00 to 03:00 on 29 March 2026 and doubles it on 25 October."""
    table = timetable("Europe/Berlin", night=[{"days": ("sat",), "start": "22:00", "end": "06:00"}])
    assert minutes_inside(table, first, 24) == minutes


def test_a_skipped_hour_never_comes_and_a_doubled_one_counts_twice() -> None:
    table = timetable("Europe/Berlin", night=[{"days": ("sun",), "start": "02:00", "end": "03:00"}])
    assert minutes_inside(table, "2026-03-28T20:00:00", 24) == 0
    assert minutes_inside(table, "2026-10-24T20:00:00", 24) == 120


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", ""])
def test_an_unknown_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(ConfigFault, match=r"access\.timezone"):
        timetable(zone)
