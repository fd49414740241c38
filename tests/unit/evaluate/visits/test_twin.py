"""The twin's visits as vehicles that were there."""

from __future__ import annotations

from datetime import datetime, timezone

from appliance.clock import ManualClock
from appliance.config.load import load_config
from appliance.config.schema import Vote as VoteSettings
from appliance.evaluate.visits.drive import Drive
from appliance.evaluate.visits.twin import twin_reads
from appliance.hw.gpio import make_factory
from appliance.hw.sim.twin import Twin


def twin(visits: int = 1) -> tuple[Twin, ManualClock]:
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=timezone.utc))
    config = load_config(None, "sim", environment={}).config
    return Twin(config, 7, visits, clock, make_factory("mock").factory), clock


def test_a_vehicle_that_was_never_told_of_is_not_found() -> None:
    world, _ = twin()
    world.advance_to(25.0)
    reads = twin_reads(Drive(), world, VoteSettings())
    assert (reads.vehicles, reads.found, reads.stray) == (1, 0, 0)


def test_before_anybody_came_nobody_is_missing() -> None:
    world, _ = twin()
    assert twin_reads(Drive(), world, VoteSettings()).vehicles == 0
