"""Who may pass, and which backend serves."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.config.schema import Access, Infer, Schedule
from appliance.faults import EngineFallback
from appliance.inspection.engines import served, shelf
from appliance.inspection.lists import anybody, unknown_schedules
from appliance.inspection.report import Level
from appliance.listing import Listing

from .rig import a_config, a_site, levels, put


@pytest.mark.parametrize(
    ("listed", "level"),
    [
        ([], Level.WARN),
        ([Listing("AB12CDE", allowed=False)], Level.WARN),
        ([Listing("AB12CDE")], Level.FINE),
    ],
)
def test_a_gate_that_lets_nobody_in_is_noticed(tmp_path: Path, listed: list[Listing], level: Level) -> None:
    assert levels(anybody(a_site(tmp_path), listed)) == [level]


def test_plates_of_the_configuration_count(tmp_path: Path) -> None:
    site = a_site(tmp_path, a_config(access=Access(known_plates={"AB12CDE": "Ada"})))

    assert levels(anybody(site, [])) == [Level.FINE]


def test_a_listing_whose_schedule_is_not_there_never_passes(tmp_path: Path) -> None:
    site = a_site(tmp_path, a_config(access=Access(schedules={"staff": (Schedule(),)})))
    listed = [Listing("AB12CDE", schedule="staff"), Listing("XY34ZZZ", schedule="night"), Listing("Q1")]
    (report,) = unknown_schedules(site, listed)

    assert report.text.startswith("XY34ZZZ never passes")


def test_engines_that_are_not_built_yet_are_told(tmp_path: Path) -> None:
    config = a_config("jetson-orin-nano", infer=Infer(chain=("tensorrt",), engines=tmp_path / "engines"))
    unbuilt = levels(shelf(a_site(tmp_path, config)))
    put(tmp_path, "engines/detector.plan")

    assert unbuilt == [Level.WARN]
    assert levels(shelf(a_site(tmp_path, config))) == []


def test_the_first_of_the_chain_serves(tmp_path: Path) -> None:
    assert levels(served(a_site(tmp_path), "onnxruntime", [])) == [Level.FINE]


def test_a_fallback_is_told_with_its_reason(tmp_path: Path) -> None:
    site = a_site(tmp_path, a_config(infer=Infer(chain=("openvino", "onnxruntime"))))
    told = levels(served(site, "onnxruntime", [EngineFallback("openvino is not installed")]))

    assert told == [Level.WARN, Level.FINE, Level.WARN]
