"""systemd's units and the gate agree: numbers, paths and exit codes that both sides have."""

from __future__ import annotations

import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from appliance.cli.run import STAYS_DOWN
from appliance.config import Config
from appliance.runtime.ladder import STAIRS, Part
from appliance.update.underway import Underway

UNITS = Path(__file__).parents[3] / "etc" / "systemd"


def unit(name: str) -> ConfigParser:
    """Of what a unit says more than once, the last."""
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string((UNITS / name).read_text(encoding="utf-8"))
    return parser


GATE = unit("gatehouse.service")
JETSON = "jetson/gatehouse.service.d/50-jetson.conf"


def devices(name: str) -> set[str]:
    """What DeviceAllow= names, which a unit says once for each."""
    lines = (UNITS / name).read_text(encoding="utf-8").splitlines()
    allowed = [line.removeprefix("DeviceAllow=") for line in lines if line.startswith("DeviceAllow=")]
    return {device.removesuffix(" rw") for device in allowed}


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


def test_an_update_that_is_under_way_refuses_the_reboot(tmp_path: Path) -> None:
    asked = unit("gatehouse-reboot.service")["Service"]["ExecStart"]
    lock = asked.partition(" /usr/bin/systemctl")[0].split()
    there = Path(lock.pop())
    asks = ["flock", *lock[1:], str(tmp_path / there.name), "true"]
    with Underway(tmp_path / there.name).held():
        meanwhile = subprocess.run(asks, check=False).returncode

    assert (meanwhile, subprocess.run(asks, check=False).returncode) == (1, 0)
    assert there == Underway.beside(Config().recovery).place


@pytest.mark.parametrize(
    "name",
    [
        "gatehouse-reboot.service",
        "../../ota/systemd/gatehouse-ota-proof.service",
        "../../ota/systemd/gatehouse-ota-poll.service",
    ],
)
def test_where_updates_are_told_of_stays_when_units_end(name: str) -> None:
    service = unit(name)["Service"]

    assert service["RuntimeDirectory"] == Underway.beside(Config().recovery).place.parent.name
    assert service["RuntimeDirectoryPreserve"] == "yes"


def test_a_jetson_adds_its_devices_and_sees_the_socket_of_its_cameras() -> None:
    added = devices(JETSON)

    assert {"/dev/nvmap", "char-nvhost*", "char-nvgpu*", "char-nvidia*"} <= added
    assert not added & devices("gatehouse.service")
    assert unit(JETSON)["Service"]["PrivateTmp"] == "no"


def test_no_path_of_a_device_has_a_wildcard_which_systemd_would_not_expand() -> None:
    named = devices("gatehouse.service") | devices(JETSON)

    assert [device for device in named if device.startswith("/dev/") and "*" in device] == []


@pytest.mark.parametrize("key", ["DevicePolicy", "CapabilityBoundingSet", "NoNewPrivileges", "ProtectSystem"])
def test_a_jetson_takes_nothing_else_of_the_sandbox_away(key: str) -> None:
    assert (key in GATE["Service"], key in unit(JETSON)["Service"]) == (True, False)


@pytest.mark.parametrize(("key", "most"), [("RuntimeWatchdogSec", 15)])
def test_the_hardware_watchdog_of_every_board_can_wait_so_long(key: str, most: int) -> None:
    assert int(unit("system.conf.d/50-gatehouse-watchdog.conf")["Manager"][key]) < most
