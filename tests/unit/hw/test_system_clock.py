"""The system clock: who vouches for the time of day."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from appliance.hw.system_clock import ClockSources, SystemClock, kernel_synchronised

NOON = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)


@pytest.fixture
def alone(tmp_path: Path) -> ClockSources:
    """A board without network and without a real-time clock."""
    return ClockSources(
        monotonic=lambda: 7.0,
        utc=lambda: NOON,
        kernel=lambda: False,
        timesync_mark=tmp_path / "synchronized",
        rtc_root=tmp_path / "rtc",
    )


def with_rtc(sources: ClockSources, text: str) -> ClockSources:
    device = sources.rtc_root / "rtc0"
    device.mkdir(parents=True)
    (device / "since_epoch").write_text(text)
    return sources


def test_times_come_from_the_sources(alone: ClockSources) -> None:
    clock = SystemClock(sources=alone)
    assert clock.monotonic() == 7.0
    assert clock.wall().utc == NOON


def test_nobody_vouches_for_a_board_alone(alone: ClockSources) -> None:
    assert not SystemClock(sources=alone).wall().trusted


def test_the_owner_vouches(alone: ClockSources) -> None:
    assert SystemClock(vouched=True, sources=alone).wall().trusted


def test_a_synchronised_kernel_vouches(alone: ClockSources) -> None:
    assert SystemClock(sources=replace(alone, kernel=lambda: True)).wall().trusted


def test_the_network_vouches_from_when_it_answered_and_stays_trusted(alone: ClockSources) -> None:
    clock = SystemClock(sources=alone)
    assert not clock.wall().trusted
    alone.timesync_mark.touch()
    assert clock.wall().trusted
    alone.timesync_mark.unlink()
    assert clock.wall().trusted


@pytest.mark.parametrize(("off_s", "trusted"), [(0, True), (-4, True), (6, False), (-3600, False)])
def test_a_real_time_clock_vouches_when_it_shows_the_same(
    alone: ClockSources, off_s: int, trusted: bool
) -> None:
    sources = with_rtc(alone, str(int(NOON.timestamp()) + off_s))
    assert SystemClock(sources=sources).wall().trusted is trusted


def test_a_real_time_clock_without_battery_does_not_vouch(alone: ClockSources) -> None:
    start = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=90)
    sources = with_rtc(replace(alone, utc=lambda: start), "90")
    assert not SystemClock(sources=sources).wall().trusted


@pytest.mark.parametrize("text", ["", "soon"])
def test_a_real_time_clock_that_does_not_answer_does_not_vouch(alone: ClockSources, text: str) -> None:
    assert not SystemClock(sources=with_rtc(alone, text)).wall().trusted


def test_an_impossible_date_is_trusted_by_nobody_but_the_owner(alone: ClockSources) -> None:
    sources = replace(alone, utc=lambda: NOON.replace(year=1999), kernel=lambda: True)
    assert not SystemClock(sources=sources).wall().trusted
    assert SystemClock(vouched=True, sources=sources).wall().trusted


def test_the_kernel_can_be_asked() -> None:
    assert kernel_synchronised() in (True, False)


def test_the_real_clock_runs() -> None:
    clock = SystemClock()
    first = clock.monotonic()
    assert clock.monotonic() >= first
    assert clock.wall().utc.tzinfo is timezone.utc
