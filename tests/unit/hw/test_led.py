"""The status LED: what the kernel is told to blink, and what a missing LED says."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from appliance.faults import StatusLedFailed
from appliance.hw.led import (
    FakeStatusLed,
    KernelStatusLed,
    NullStatusLed,
    StatusLedConfig,
    make_status_led,
    spelt,
)
from appliance.hw.signs import PATTERNS, Pattern, Sign


def kernel(root: Path, name: str = "ACT") -> KernelStatusLed:
    """An LED that is lit or not, whose trigger is `pattern`."""
    (root / name).mkdir()
    (root / name / "max_brightness").write_text("1\n")
    (root / name / "pattern").touch()
    return KernelStatusLed(StatusLedConfig(name, root))


def flashes(pattern: Pattern) -> int:
    return sum(lit for lit, _ in pattern)


def test_the_kernel_is_told_to_change_at_once_and_not_to_fade() -> None:
    assert spelt(((True, 200), (False, 1400)), 255) == "255 200 255 0 0 1400 0 0"


def test_a_sign_is_written_to_the_kernel_s_pattern(tmp_path: Path) -> None:
    kernel(tmp_path).show(Sign.UNARMED)

    assert (tmp_path / "ACT" / "pattern").read_text() == spelt(PATTERNS[Sign.UNARMED], 1)


def test_an_led_without_the_trigger_is_a_fault_and_no_file_is_made(tmp_path: Path) -> None:
    led = kernel(tmp_path)
    (tmp_path / "ACT" / "pattern").unlink()
    with pytest.raises(StatusLedFailed, match="No such file"):
        led.show(Sign.ARMED)

    assert not (tmp_path / "ACT" / "pattern").exists()


def test_a_name_gives_the_kernel_s_led_and_no_name_none() -> None:
    assert isinstance(make_status_led("ACT"), KernelStatusLed)
    assert isinstance(make_status_led(""), NullStatusLed)


@pytest.mark.parametrize("sign", Sign)
def test_every_led_takes_every_sign(tmp_path: Path, sign: Sign) -> None:
    for led in (NullStatusLed(), FakeStatusLed(), kernel(tmp_path)):
        led.show(sign)


def test_every_sign_has_a_pattern_of_its_own() -> None:
    assert set(PATTERNS) == set(Sign)
    assert [(a, b) for a, b in combinations(Sign, 2) if PATTERNS[a] == PATTERNS[b]] == []


def test_what_needs_a_person_is_told_by_the_number_of_flashes() -> None:
    counted = (Sign.UNARMED, Sign.BUTTONS_ONLY, Sign.FAULT, Sign.REFUSED, Sign.DOWN)

    assert [flashes(PATTERNS[sign]) for sign in counted] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("pattern", PATTERNS.values())
def test_the_kernel_s_timer_can_follow(pattern: Pattern) -> None:
    assert all(50 <= ms <= 3000 for _, ms in pattern)
