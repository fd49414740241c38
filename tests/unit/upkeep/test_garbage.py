"""Collections: what is frozen is not searched, and the rest is timed."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest

from appliance.upkeep.garbage import Garbage, Pauses
from appliance.upkeep.readings import resident_bytes


@pytest.fixture
def garbage() -> Iterator[Garbage]:
    """On a clock that moves on by 5 ms with each look."""
    ticks = itertools.count()
    keeper = Garbage(lambda: 0.005 * next(ticks))
    keeper.begin()
    yield keeper
    keeper.end()


def test_each_collection_is_counted_and_timed(garbage: Garbage) -> None:
    gc.collect()
    gc.collect()
    assert garbage.pauses.count >= 2
    assert garbage.pauses.longest_s == pytest.approx(0.005)


def test_what_is_settled_is_not_searched_and_the_count_begins_anew(garbage: Garbage) -> None:
    gc.collect()
    heap = [[number] for number in range(10_000)]
    garbage.settle()
    assert replace(garbage.pauses, frozen=0) == Pauses()
    assert garbage.pauses.frozen > len(heap)
    assert len(gc.get_objects()) < len(heap)


def test_at_the_end_python_has_its_way_again(garbage: Garbage) -> None:
    garbage.end()
    garbage.end()
    assert gc.get_freeze_count() == 0


def test_memory_is_told_in_bytes(tmp_path_factory: pytest.TempPathFactory) -> None:
    own = resident_bytes()
    assert own is not None
    assert 1 << 20 < own < 1 << 40
    assert resident_bytes(tmp_path_factory.mktemp("proc") / "statm") is None
