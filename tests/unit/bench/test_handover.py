"""Hand-overs between threads: every way brings every frame, and ends its threads."""

from __future__ import annotations

import threading

import numpy as np

from appliance.bench.handover import compare_ways, every_way
from appliance.hw.system_clock import SystemClock
from appliance.sight import Frame, Picture

BLACK = Picture.of(np.zeros((4, 8, 3), np.uint8))
FRAMES = [Frame("cam", seq, 0.0, BLACK) for seq in range(5)]
CLOCK = SystemClock(vouched=True)


def test_every_way_brings_every_frame() -> None:
    with every_way(CLOCK) as ways:
        took = [way.run(FRAMES) for way in ways]

    assert [len(seconds) for seconds in took] == [5, 5, 5, 5]
    assert min(min(seconds) for seconds in took) > 0.0


def test_afterwards_no_loop_is_left() -> None:
    with every_way(CLOCK):
        pass

    assert [one.name for one in threading.enumerate() if one.name.startswith("bench-")] == []


def test_ways_take_turns_and_share_the_time_by_the_frame() -> None:
    spent = iter(range(100))
    with every_way(CLOCK) as ways:
        found = compare_ways(ways, FRAMES, 2, lambda: float(next(spent)), lambda: None)

    assert [way.wall.count for way in found] == [10, 10, 10, 10]
    assert [way.cpu_ms for way in found] == [200.0, 200.0, 200.0, 200.0]
