"""The clock, the watchdogs, the unit, and gates that run."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from appliance.clock import WallTime
from appliance.config.schema import ClockSection, Watchdog
from appliance.inspection.report import Level
from appliance.inspection.service import kept_down, other_gate, running_gates, unit
from appliance.inspection.time_of_day import network_time, real_time_clock, trust
from appliance.inspection.watchdogs import hardware, supervisor

from .rig import OWN_PID, a_config, a_site, levels, put

NOON = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)
SHOW = ("systemctl", "show", "gatehouse")
RUNTIME = ("systemctl", "show", "--property=RuntimeWatchdogUSec")


@pytest.mark.parametrize(
    ("trusted", "trust_key", "level"),
    [(True, "auto", Level.FINE), (False, "auto", Level.WARN), (False, "always", Level.FINE)],
)
def test_a_time_that_nothing_confirms_is_noticed(
    tmp_path: Path, trusted: bool, trust_key: str, level: Level
) -> None:
    site = a_site(tmp_path, a_config(clock=ClockSection.model_validate({"trust": trust_key})))

    assert levels(trust(site, WallTime(NOON, trusted))) == [level]


def test_a_board_without_a_real_time_clock_is_noticed(tmp_path: Path) -> None:
    assert levels(real_time_clock(a_site(tmp_path))) == [Level.WARN]
    put(tmp_path, "sys/class/rtc/rtc0/name", "rpi-rtc soc:rpi_rtc\n")
    (clock,) = real_time_clock(a_site(tmp_path))

    assert clock.text == "real-time clock: rpi-rtc soc:rpi_rtc"


def test_the_service_that_keeps_the_time_is_named(tmp_path: Path) -> None:
    site = a_site(tmp_path, tools={("systemctl", "is-active", "chrony"): "active\n"})

    assert [report.text for report in network_time(site)] == ["network time by chrony"]
    assert list(network_time(a_site(tmp_path))) == []


@pytest.mark.parametrize(
    ("told", "level"), [("0", Level.WARN), ("infinity", Level.WARN), ("15s", Level.FINE)]
)
def test_a_hardware_watchdog_must_be_fed(tmp_path: Path, told: str, level: Level) -> None:
    put(tmp_path, "sys/class/watchdog/watchdog0/identity", "Broadcom BCM2835 Watchdog timer")
    put(tmp_path, "sys/class/watchdog/watchdog0/timeout", "15")

    assert levels(hardware(a_site(tmp_path, tools={RUNTIME: told}))) == [level]


def test_a_board_without_a_hardware_watchdog_is_noticed(tmp_path: Path) -> None:
    assert levels(hardware(a_site(tmp_path))) == [Level.WARN]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("15s", [Level.FINE]),
        ("1min 30s", [Level.FINE]),
        ("8s", [Level.WRONG]),
        ("500ms", [Level.WRONG]),
        ("0", [Level.WARN]),
        ("soon", []),
    ],
)
def test_the_supervisor_must_outlast_the_loop_s_limit(
    tmp_path: Path, told: str, expected: list[Level]
) -> None:
    assert levels(supervisor(a_site(tmp_path, tools={SHOW: f"{told}\n"}))) == expected


def test_a_watchdog_that_is_switched_off_is_noticed(tmp_path: Path) -> None:
    site = a_site(tmp_path, a_config(watchdog=Watchdog(enabled=False)), tools={SHOW: "15s"})

    assert levels(supervisor(site)) == [Level.WARN]


def a_unit(load: str = "loaded", file: str = "enabled", active: str = "active", restarts: int = 0) -> str:
    return f"LoadState={load}\nUnitFileState={file}\nActiveState={active}\nNRestarts={restarts}\n"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (a_unit(), [Level.FINE]),
        (a_unit(load="not-found"), [Level.WARN]),
        (a_unit(file="disabled"), [Level.WARN]),
        (a_unit(active="failed"), [Level.WRONG]),
        (a_unit(restarts=3), [Level.FINE, Level.WARN]),
    ],
)
def test_a_gate_must_start_by_itself_and_stay_up(tmp_path: Path, told: str, expected: list[Level]) -> None:
    assert levels(unit(a_site(tmp_path, tools={SHOW: told}))) == expected


def test_a_gate_that_stays_down_says_why_until_one_runs(tmp_path: Path) -> None:
    (waiting,) = kept_down(a_site(tmp_path), "it ended 5 times in a day")
    put(tmp_path, "proc/77/cmdline", "/usr/bin/gatehouse\0run\0")

    assert (waiting.level, waiting.text) == (Level.WRONG, "The gate stays down: it ended 5 times in a day.")
    assert "sudo systemctl start gatehouse" in waiting.remedy
    assert list(kept_down(a_site(tmp_path), "it ended 5 times in a day")) == []


def test_a_gate_that_did_not_stay_down_has_nothing_to_say(tmp_path: Path) -> None:
    assert list(kept_down(a_site(tmp_path), "")) == []


def test_a_computer_without_systemd_has_no_unit(tmp_path: Path) -> None:
    assert list(unit(a_site(tmp_path))) == []


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        (["/usr/bin/python3", "/usr/bin/gatehouse", "run"], True),
        (["python", "-m", "appliance", "run", "--board", "pi5"], True),
        (["/usr/bin/gatehouse", "run", "--release-outputs"], False),
        (["/usr/bin/gatehouse", "check"], False),
        (["vi", "gatehouse"], False),
    ],
)
def test_another_gate_is_known_by_its_words(tmp_path: Path, words: list[str], runs: bool) -> None:
    put(tmp_path, "proc/77/cmdline", "\0".join(words) + "\0")
    site = a_site(tmp_path)

    assert (running_gates(site) == (77,)) is runs
    assert (levels(other_gate(site)) == [Level.WARN]) is runs


def test_this_process_is_no_other_gate(tmp_path: Path) -> None:
    put(tmp_path, f"proc/{OWN_PID}/cmdline", "gatehouse\0run\0")

    assert running_gates(a_site(tmp_path)) == ()
