"""The keeper: what it reads becomes steps, faults and modes; a whole day compared by equality."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

import pytest

from appliance.config.schema import Power, Thermal
from appliance.faults import SupplyUnread, ThermometerLost
from appliance.hw.base import PowerMode
from appliance.hw.vitals import Supply, Trouble
from appliance.sight import Easing, Effort
from appliance.upkeep.heat import Rung
from appliance.upkeep.readings import samples

from .rig import HOT, Board

Value = TypeVar("Value")


def test_a_step_eases_the_eyes_and_is_one_fault() -> None:
    board = Board()
    board.pass_s(1, 76.5)
    assert board.eyes.eased == [Easing(idle_fps=1.0)]
    assert board.heard.lines == ["+board_hot thermal.watch_less"]
    assert board.heard.details == ["76.5 degrees in cpu; watches at 1 frames/s"]


def test_a_step_back_clears_it() -> None:
    board = Board()
    board.pass_s(1, 76.0)
    board.pass_s(40, 60.0)
    assert board.eyes.eased[-1] == Easing()
    assert board.heard.lines == ["+board_hot thermal.watch_less", "-board_hot thermal.watch_less"]


def test_rest_refuses_entry_and_says_so() -> None:
    board = Board()
    board.pass_s(1, 81.0)
    assert board.eyes.eased[-1].rests
    assert board.heard.lines[-1] == "+recognition_rests thermal.rest"


def test_the_hottest_zone_counts() -> None:
    board = Board()
    board.thermal.zones["gpu"] = 90.0
    board.pass_s(1)
    assert board.keeper.readings.rung is Rung.REST


def test_a_thermometer_that_is_lost_leaves_the_rung_and_warns_until_it_is_back() -> None:
    board = Board()
    board.pass_s(1, 76.0)
    board.thermal.fault = ThermometerLost(part="thermal")
    board.pass_s(100, 20.0)
    lost = board.keeper.readings
    board.thermal.fault = None
    board.pass_s(1)
    assert (lost.rung, dict(lost.celsius)) == (Rung.WATCH_LESS, {})
    assert board.heard.lines[1:] == [
        "+thermometer_lost thermal",
        "-thermometer_lost thermal",
        "-board_hot thermal.watch_less",
    ]


LOW, SLOW = frozenset([Trouble.UNDERVOLTAGE]), frozenset([Trouble.THROTTLED, Trouble.CAPPED])


def test_a_weak_supply_is_a_fault_while_it_lasts() -> None:
    board = Board()
    for now in (LOW | SLOW, LOW | SLOW, SLOW, frozenset[Trouble]()):
        board.supply.said = Supply(now, LOW | SLOW)
        board.pass_s(1)
    assert board.heard.lines == [
        "+supply_low supply",
        "+board_throttled firmware",
        "-supply_low supply",
        "-board_throttled firmware",
    ]
    assert board.heard.details[1] == "capped, throttled"
    assert board.keeper.readings.supply.been == LOW | SLOW


def test_a_firmware_that_says_nothing_is_warned_of_once() -> None:
    board = Board()
    board.supply.said = SupplyUnread(part="supply")
    board.pass_s(3)
    board.supply.said = Supply()
    board.pass_s(1)
    assert board.heard.lines == ["+supply_unread supply", "-supply_unread supply"]


def test_a_first_sight_asks_for_full_power_without_a_round() -> None:
    board = Board()
    board.pass_s(60)
    board.keeper.notice()
    board.keeper.stir()
    assert board.switch.history == [PowerMode.FULL, PowerMode.SAVING, PowerMode.FULL]


@pytest.mark.parametrize(
    ("effort", "mode"), [(Effort.WATCH, PowerMode.SAVING), (Effort.GUARD, PowerMode.FULL)]
)
def test_a_gate_at_work_keeps_full_power(effort: Effort, mode: PowerMode) -> None:
    board = Board()
    board.eyes.effort = effort
    board.pass_s(60)
    assert board.switch.mode is mode


def test_nets_are_loaded_at_full_power() -> None:
    board = Board()
    board.eyes.sees = False
    board.pass_s(60)
    assert board.switch.history == [PowerMode.FULL]


def test_a_hot_board_is_not_given_full_power() -> None:
    board = Board()
    board.pass_s(100, 76.0)
    board.keeper.notice()
    board.keeper.stir()
    assert board.keeper.readings.rung is Rung.SLOW_DOWN
    assert board.switch.mode is PowerMode.SAVING


def test_a_switch_in_trouble_is_a_fault_until_it_is_not() -> None:
    board = Board()
    board.switch.said = "it hangs"
    board.pass_s(2)
    board.switch.said = ""
    board.pass_s(1)
    assert board.heard.lines == ["+power_mode_failed switch", "-power_mode_failed switch"]


def test_a_board_without_thermometers_and_modes_is_left_alone() -> None:
    board = Board(Power(), Thermal())
    board.thermal.zones.clear()
    board.pass_s(100)
    assert (board.eyes.eased, board.switch.history, board.heard.lines) == ([], [], [])


def test_readings_are_named_as_metrics() -> None:
    board = Board()
    board.supply.said = Supply(LOW, LOW)
    board.pass_s(1, 76.0)
    values = {(s.name, *s.labels): s.value for s in samples(board.keeper.readings)}
    assert values["gatehouse_temperature_celsius", ("zone", "cpu")] == 76.0
    assert values["gatehouse_thermal_rung",] == 1
    assert values["gatehouse_thermal_steps_total",] == 1
    assert values["gatehouse_power_mode", ("mode", "full")] == 1
    assert values["gatehouse_power_switch_seconds", ("mode", "full")] == 0.25
    assert values["gatehouse_supply_trouble", ("trouble", "undervoltage")] == 1
    assert values["gatehouse_supply_trouble_since_boot", ("trouble", "throttled")] == 0
    assert values["gatehouse_memory_resident_bytes",] == 200 << 20


def changed(values: Sequence[tuple[int, Value]]) -> list[tuple[int, Value]]:
    """The first value, and each that is unlike the one before."""
    return [values[0], *(now for before, now in pairwise(values) if now[1] != before[1])]


def air(second: int) -> float:
    """A summer's day in a box: from 55 degrees at night to 83 in the early afternoon and back."""
    hour = second / 3600
    return 55.0 + 28.0 * max(0.0, 1.0 - abs(hour - 14.0) / 7.0)


def test_a_summer_s_day_in_whole() -> None:
    """Two vehicles come, one in the cool and one in the heat; every step is where it must be."""
    board = Board(limits=HOT.model_copy(update={"dwell_s": 600.0}))
    vehicles_s = (8 * 3600, 14 * 3600)
    steps: list[tuple[int, Rung]] = []
    modes: list[tuple[int, PowerMode | None]] = []
    for second in range(0, 24 * 3600, 10):
        board.clock.advance(10.0)
        board.thermal.zones["cpu"] = air(second)
        if second in vehicles_s:
            board.keeper.notice()
        board.keeper.look()
        steps += [(second, board.keeper.readings.rung)]
        modes += [(second, board.keeper.readings.mode)]
    assert changed(steps) == DAY
    assert changed(modes) == [
        (0, PowerMode.FULL),
        (20, PowerMode.SAVING),
        (8 * 3600, PowerMode.FULL),
        (8 * 3600 + 30, PowerMode.SAVING),
    ]
    assert board.heard.lines == [
        "+board_hot thermal.watch_less",
        "+board_hot thermal.look_coarser",
        "+board_hot thermal.slow_down",
        "+recognition_rests thermal.rest",
        "-recognition_rests thermal.rest",
        "-board_hot thermal.slow_down",
        "-board_hot thermal.look_coarser",
        "-board_hot thermal.watch_less",
    ]


DAY = [
    (0, Rung.COOL),
    (43200, Rung.WATCH_LESS),
    (43800, Rung.LOOK_COARSER),
    (44400, Rung.SLOW_DOWN),
    (47700, Rung.REST),
    (57610, Rung.SLOW_DOWN),
    (62110, Rung.LOOK_COARSER),
    (62710, Rung.WATCH_LESS),
    (63310, Rung.COOL),
]
