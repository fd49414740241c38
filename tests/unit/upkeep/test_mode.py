"""Which power mode is wanted: full from the first sight on, saving after a quiet time."""

from __future__ import annotations

import pytest

from appliance.config.schema import Power
from appliance.hw.base import PowerMode
from appliance.sight import Effort
from appliance.upkeep.mode import stirs, wanted

FULL, SAVING = PowerMode.FULL, PowerMode.SAVING


@pytest.mark.parametrize(
    ("mode", "quiet_s", "hot", "then"),
    [
        ("auto", 0.0, False, FULL),
        ("auto", 29.9, False, FULL),
        ("auto", 30.0, False, SAVING),
        ("auto", 0.0, True, SAVING),
        ("full", 99.0, False, FULL),
        ("full", 0.0, True, SAVING),
        ("saving", 0.0, False, SAVING),
        ("off", 0.0, False, None),
    ],
)
def test_the_mode(mode: str, quiet_s: float, hot: bool, then: PowerMode | None) -> None:
    power = Power.model_validate({"mode": mode, "driver": "cpufreq", "quiet_s": 30.0})
    assert wanted(power, 100.0, 100.0 + quiet_s, hot=hot) is then


def test_without_a_driver_the_board_is_left_as_it_is() -> None:
    assert wanted(Power(mode="full"), 0.0, 0.0, hot=False) is None


def test_only_watching_lets_the_board_rest() -> None:
    assert [effort for effort in Effort if not stirs(effort)] == [Effort.WATCH]
