"""Supply, temperatures and cooling, from readings."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.faults import SupplyUnread, ThermalFault
from appliance.hw.board import Board
from appliance.hw.fake import FakeThermal
from appliance.hw.vitals import BaseSupply, Supply, Trouble
from appliance.inspection.power import cooling, heat, supply
from appliance.inspection.report import Level

from .rig import a_site, levels, put

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


def test_a_fan_is_a_fact(tmp_path: Path) -> None:
    without = list(cooling(a_site(tmp_path)))
    put(tmp_path, "sys/class/thermal/cooling_device0/type", "pwm-fan\n")

    assert without == []
    assert levels(cooling(a_site(tmp_path))) == [Level.FINE]
