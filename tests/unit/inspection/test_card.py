"""What the owner left on the card, and the LED that says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.config.schema import StatusLed
from appliance.firstboot.places import Places
from appliance.inspection.card import REFUSED, refused
from appliance.inspection.report import Level
from appliance.inspection.status_led import obeys

from .rig import a_config, a_site, levels, put

LED = "sys/class/leds/ACT"


def test_a_refused_file_is_named_with_the_reason(tmp_path: Path) -> None:
    put(tmp_path, REFUSED, "/boot/config/wifi.toml: ssid: missing.\n/boot/config/x: bad.\n")

    reports = list(refused(a_site(tmp_path)))

    assert levels(reports) == [Level.WRONG, Level.WRONG]
    assert reports[0].text == "/boot/config/wifi.toml: ssid: missing."


def test_without_a_refused_file_nothing_is_said(tmp_path: Path) -> None:
    assert list(refused(a_site(tmp_path))) == []


def test_it_looks_where_the_image_writes() -> None:
    assert Path("/") / REFUSED == Places().refused


@pytest.mark.parametrize(
    ("files", "closed", "level"),
    [
        ((f"{LED}/pattern",), (), Level.FINE),
        ((f"{LED}/pattern",), (f"{LED}/pattern",), Level.WARN),
        ((f"{LED}/trigger",), (), Level.WARN),
        (("sys/class/leds/PWR/trigger",), (), Level.WARN),
        ((), (), Level.WARN),
    ],
)
def test_an_led_that_is_named_obeys_or_is_told(
    tmp_path: Path, files: tuple[str, ...], closed: tuple[str, ...], level: Level
) -> None:
    for place in files:
        put(tmp_path, place)

    assert levels(obeys(a_site(tmp_path, refused=closed))) == [level]


def test_where_none_is_named_nothing_is_said(tmp_path: Path) -> None:
    assert list(obeys(a_site(tmp_path, a_config(status_led=StatusLed())))) == []
