"""Supply, temperatures and cooling, from readings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from appliance.config.schema import Thermal
from appliance.faults import SupplyUnread, ThermalFault
from appliance.hw.board import Board
from appliance.hw.fake import FakeThermal
from appliance.hw.vitals import BaseSupply, Supply, Trouble
from appliance.inspection.power import cooling, easing, heat, model, supply
from appliance.inspection.report import Level

from .rig import ORIN, a_config, a_site, levels, put

LOW = frozenset([Trouble.UNDERVOLTAGE])
THROTTLED = frozenset([Trouble.THROTTLED])


class Firmware(BaseSupply):
    def __init__(self, told: Supply | None) -> None:
        self._told = told

    def read(self) -> Supply:
        if self._told is None:
            raise SupplyUnread("nothing tells it", part="supply")
        return self._told


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (Supply(), [Level.FINE]),
        (Supply(LOW, LOW), [Level.WRONG]),
        (Supply(frozenset(), LOW), [Level.WARN]),
        (Supply(THROTTLED, LOW | THROTTLED), [Level.WARN, Level.WARN]),
        (None, [Level.WARN]),
    ],
)
def test_a_weak_supply_is_noticed(tmp_path: Path, told: Supply | None, expected: list[Level]) -> None:
    assert levels(supply(a_site(tmp_path), Firmware(told))) == expected


def test_an_ordinary_computer_s_supply_is_not_asked(tmp_path: Path) -> None:
    assert list(supply(a_site(tmp_path, board=Board("sim")), Firmware(None))) == []


@pytest.mark.parametrize(("celsius", "level"), [(52.0, Level.FINE), (76.0, Level.WARN), (81.0, Level.WRONG)])
def test_the_hottest_zone_counts(tmp_path: Path, celsius: float, level: Level) -> None:
    assert levels(heat(a_site(tmp_path), FakeThermal({"cpu": celsius, "gpu": 40.0}))) == [level]


def test_a_board_whose_heat_cannot_be_read_is_noticed(tmp_path: Path) -> None:
    blind = FakeThermal({}, ThermalFault("no zone"))

    assert levels(heat(a_site(tmp_path), blind)) == [Level.WARN]
    assert levels(heat(a_site(tmp_path, board=Board("sim")), blind)) == []


@pytest.mark.parametrize(("enabled", "expected"), [(True, []), (False, [Level.WARN])])
def test_a_board_that_nobody_eases_is_noticed(tmp_path: Path, enabled: bool, expected: list[Level]) -> None:
    site = a_site(tmp_path, a_config(thermal=Thermal(enabled=enabled)))

    assert levels(easing(site)) == expected


@pytest.mark.parametrize(
    ("compatible", "release", "expected"),
    [
        ("p3768-0000+p3767-0005", "# R36 (release), REVISION: 4.3, x", [Level.FINE, Level.WASTE]),
        ("p3768-0000+p3767-0005-super", "# R36 (release), REVISION: 4.3, x", [Level.FINE]),
        ("p3768-0000+p3767-0005", "# R36 (release), REVISION: 4.0, x", [Level.FINE]),
        ("p3737-0000+p3701-0000", "# R36 (release), REVISION: 4.3, x", [Level.FINE]),
    ],
)
def test_a_module_that_was_flashed_without_its_fast_modes(
    tmp_path: Path, compatible: str, release: str, expected: list[Level]
) -> None:
    board = replace(ORIN, compatible=(f"nvidia,{compatible}",), tegra_release=release)
    site = a_site(tmp_path, board=board, tools={("nvpmodel", "-q"): "NV Power Mode: 15W\n0\n"})

    assert levels(model(site)) == expected


def test_a_raspberry_pi_has_no_nvpmodel(tmp_path: Path) -> None:
    assert list(model(a_site(tmp_path, tools={("nvpmodel",): "NV Power Mode: 15W\n0\n"}))) == []


def test_a_fan_is_a_fact(tmp_path: Path) -> None:
    without = list(cooling(a_site(tmp_path)))
    put(tmp_path, "sys/class/thermal/cooling_device0/type", "pwm-fan\n")

    assert without == []
    assert levels(cooling(a_site(tmp_path))) == [Level.FINE]
