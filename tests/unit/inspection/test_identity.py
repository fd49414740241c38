"""The board against its profile, its memory, its carrier board and its JetPack."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from appliance.hw.board import Board
from appliance.inspection.identity import carrier, jetpack, memory, profile
from appliance.inspection.report import Level

from .rig import ORIN, PI5, a_config, a_site, levels, with_memory


@pytest.mark.parametrize(
    ("configured", "level"),
    [("pi5", Level.FINE), ("sim", Level.FINE), ("pi4", Level.WARN), ("generic", Level.WARN)],
)
def test_the_wrong_profile_is_noticed(tmp_path: Path, configured: str, level: Level) -> None:
    assert levels(profile(a_site(tmp_path, a_config(configured)))) == [level]


def test_an_unknown_board_is_told_what_to_do(tmp_path: Path) -> None:
    stranger = Board("generic", "Acme Gate Board", ("acme,gate",))
    unknown, served = profile(a_site(tmp_path, a_config("generic"), board=stranger))

    assert "not known: Acme Gate Board; acme,gate." in unknown.text
    assert "gate.armed" in unknown.remedy
    assert served.level is Level.FINE


@pytest.mark.parametrize(("memory_mb", "level"), [(430, Level.WRONG), (905, Level.FINE), (7900, Level.FINE)])
def test_a_board_needs_memory_for_the_gate(tmp_path: Path, memory_mb: int, level: Level) -> None:
    assert levels(memory(a_site(tmp_path, board=with_memory(PI5, memory_mb)))) == [level]


def test_a_stranger_s_carrier_board_is_noticed(tmp_path: Path) -> None:
    module = replace(ORIN, compatible=("acme,box+p3767-0003", "nvidia,tegra234"))

    assert levels(carrier(a_site(tmp_path, board=module))) == [Level.WARN]
    assert levels(carrier(a_site(tmp_path, board=ORIN))) == []


@pytest.mark.parametrize(
    ("release", "level"),
    [
        ("# R36 (release), REVISION: 4.3, GCID: 1", Level.FINE),
        ("# R35 (release), REVISION: 6.0, GCID: 1", Level.WRONG),
        ("# R36 (release), REVISION: 3.0, GCID: 1", Level.WRONG),
        ("# R39 (release), REVISION: 2.1, GCID: 1", Level.WARN),
        ("", Level.WARN),
    ],
)
def test_a_jetpack_must_bring_what_the_engines_need(tmp_path: Path, release: str, level: Level) -> None:
    assert levels(jetpack(a_site(tmp_path, board=replace(ORIN, tegra_release=release)))) == [level]


def test_a_raspberry_pi_has_no_jetpack(tmp_path: Path) -> None:
    assert list(jetpack(a_site(tmp_path))) == []
