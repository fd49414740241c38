"""systemd's units and the gate agree: numbers, paths and exit codes that both sides have."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

import pytest

from appliance.cli.run import STAYS_DOWN
from appliance.config import Config
from appliance.runtime.ladder import STAIRS, Part

UNITS = Path(__file__).parents[3] / "etc" / "systemd"


def unit(name: str) -> ConfigParser:
    """Of what a unit says more than once, the last."""
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string((UNITS / name).read_text(encoding="utf-8"))
    return parser


GATE = unit("gatehouse.service")


def test_the_gate_stays_down_by_itself_before_systemd_stops_starting_it() -> None:
    ((_, deaths),) = STAIRS[Part.GATE]

    assert deaths.most + 2 == int(GATE["Unit"]["StartLimitBurst"])


def test_systemd_leaves_down_what_stays_down() -> None:
    assert int(GATE["Service"]["RestartPreventExitStatus"]) == STAYS_DOWN


def test_systemds_watchdog_is_longer_than_the_gates_own_patience() -> None:
    config = Config()

    assert config.vision.loop_limit_s < config.watchdog.loop_limit_s < int(GATE["Service"]["WatchdogSec"])


def test_a_reboot_is_asked_for_where_systemd_waits_for_it() -> None:
    request = str(Config().recovery.request)

    assert unit("gatehouse-reboot.path")["Path"]["PathExists"] == request
    assert unit("gatehouse-reboot.service")["Service"]["ExecStartPre"].endswith(f" {request}")
    assert request.startswith(f"/run/{GATE['Service']['RuntimeDirectory']}/")


@pytest.mark.parametrize(("key", "most"), [("RuntimeWatchdogSec", 15)])
def test_the_hardware_watchdog_of_every_board_can_wait_so_long(key: str, most: int) -> None:
    assert int(unit("system.conf.d/50-gatehouse-watchdog.conf")["Manager"][key]) < most
