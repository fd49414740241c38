"""Percentiles by nearest rank."""

from __future__ import annotations

import pytest

from appliance.bench.spread import Spread


def test_percentiles_are_times_that_were_seen() -> None:
    spread = Spread.of([n / 1000 for n in range(1, 101)])

    assert spread.as_json() == {"n": 100, "p50": 50.0, "p95": 95.0, "p99": 99.0, "max": 100.0}


def test_one_time_is_all_of_them() -> None:
    assert Spread.of([0.002]).as_json() == {"n": 1, "p50": 2.0, "p95": 2.0, "p99": 2.0, "max": 2.0}


def test_nothing_measured_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        Spread.of([])
