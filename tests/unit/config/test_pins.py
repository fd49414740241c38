"""One pin, however it is spelled."""

import pytest

from appliance.config.pins import canonical, pulled_up_at_reset


@pytest.mark.parametrize("name", ["GPIO17", "gpio17", "BCM17", "17", "BOARD11", "J8:11", " GPIO17 "])
def test_spellings_of_one_pin_are_the_same(name: str) -> None:
    assert canonical(name) == "GPIO17"


@pytest.mark.parametrize("name", ["GPIO18", "BOARD12", "BOARD2", "PQ.05", "170"])
def test_another_pin_stays_another(name: str) -> None:
    assert canonical(name) != "GPIO17"


@pytest.mark.parametrize(
    ("name", "up"), [("GPIO8", True), ("GPIO9", False), ("GPIO27", False), ("GPIO28", None), ("PQ.05", None)]
)
def test_the_level_at_reset_is_known_for_the_header_s_lines(name: str, up: bool | None) -> None:
    assert pulled_up_at_reset(name) is up
