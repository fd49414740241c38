"""Stamps: wall time of the moment, not of the writing."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.record.stamp import Origin, Stamper, parse_utc, utc_text


def test_a_moment_past_gets_the_time_it_had(clock: ManualClock, stamper: Stamper) -> None:
    clock.advance(10.0)
    stamp = stamper.stamp(104.0)
    assert (stamp.utc, stamp.mono_us) == ("2026-03-01T12:00:04.000000Z", 104_000_000)


def test_untrusted_time_says_so(clock: ManualClock, stamper: Stamper) -> None:
    clock.trusted = False
    assert not stamper.stamp().trusted
    assert stamper.trusted_now() is None


@pytest.mark.parametrize("moment", [float("nan"), float("inf"), None])
def test_what_is_no_moment_is_now(stamper: Stamper, moment: float | None) -> None:
    assert stamper.stamp(moment).mono_us == 100_000_000


def test_a_moment_before_all_time_keeps_the_wall(stamper: Stamper) -> None:
    assert stamper.stamp(-1e12).utc == "2026-03-01T12:00:00.000000Z"


def test_times_survive_text() -> None:
    moment = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=timezone.utc)
    assert parse_utc(utc_text(moment)) == moment


def test_the_boot_id_is_the_kernels(tmp_path: Path) -> None:
    (tmp_path / "boot_id").write_text("b00t\n")
    assert Origin.here(tmp_path / "boot_id", lambda size: f"random{size}") == Origin("b00t", "random8")


def test_without_a_kernel_id_it_is_random(tmp_path: Path) -> None:
    assert Origin.here(tmp_path / "none", lambda size: f"random{size}").boot == "random16"
