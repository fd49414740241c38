"""The exact upper bound of a share that was counted."""

from __future__ import annotations

import pytest

from appliance.evaluate.visits.bound import upper


def test_no_event_is_about_three_over_the_trials() -> None:
    assert upper(0, 300) == pytest.approx(3 / 300, rel=0.01)


def test_published_values() -> None:
    assert [upper(1, 20), upper(5, 50)] == pytest.approx([0.2161, 0.1994], abs=1e-3)


def test_a_part_of_an_event_counts_as_one() -> None:
    assert upper(0.25, 40) == upper(1, 40)


def test_where_all_failed_nothing_is_bounded() -> None:
    assert upper(7, 7) == 1.0
