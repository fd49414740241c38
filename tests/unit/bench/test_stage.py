"""The gate that is measured: the owner's times, nobody's pins."""

from __future__ import annotations

from pathlib import Path

from appliance.access.distance import distance
from appliance.bench.stage import ASKER, LISTED, SEEN, listings, plate, staged
from appliance.config import Config
from appliance.config.load import load_config

SIM = load_config(None, "sim", environment={}).config
PI = load_config(None, "pi5", environment={}).config


def stage(*, seeing: bool) -> Config:
    return staged(PI, SIM, Path("bench.db"), seeing=seeing)


def test_a_board_s_own_pins_are_never_touched() -> None:
    assert (PI.pin_factory, stage(seeing=False).pin_factory) == ("lgpio", "mock")


def test_the_owner_s_record_is_never_written() -> None:
    assert stage(seeing=False).record.path == Path("bench.db")


def test_what_bears_on_the_times_is_the_owner_s() -> None:
    staged_sections = stage(seeing=False)

    assert staged_sections.gate.tick_s == PI.gate.tick_s
    assert staged_sections.vision == PI.vision


def test_pictures_are_seen_only_where_asked() -> None:
    assert set(stage(seeing=False).cameras) == {ASKER}
    assert set(stage(seeing=True).cameras) == {ASKER, SEEN}


def test_no_two_plates_are_a_misread_apart() -> None:
    assert min(distance(plate(0), plate(n)) for n in range(1, LISTED)) == 2


def test_everybody_is_listed_once() -> None:
    assert len({listing.plate for listing in listings()}) == LISTED
