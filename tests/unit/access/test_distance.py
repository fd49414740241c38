"""Edit distance and telling characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.access.distance import distance, telling

TEXTS = st.text("AB01", max_size=7)


@pytest.mark.parametrize(
    ("one", "other", "edits", "tells"),
    [
        ("ABC", "ABC", 0, ()),
        ("ABC", "ABD", 1, (2,)),
        ("ABC", "XBZ", 2, (0, 2)),
        ("ABC", "AB", 1, (2,)),
        ("ABC", "ABCD", 1, (2,)),
        ("AC", "ABC", 1, (0, 1)),
        ("AAB", "AB", 1, (0, 1)),
        ("ABC", "CAB", 2, (0, 2)),
    ],
)
def test_edits_and_the_characters_that_tell(one: str, other: str, edits: int, tells: tuple[int, ...]) -> None:
    assert (distance(one, other), telling(one, other)) == (edits, tells)


@given(TEXTS, TEXTS, TEXTS)
def test_distance_is_a_metric(one: str, two: str, three: str) -> None:
    assert distance(one, two) == distance(two, one)
    assert (distance(one, two) == 0) == (one == two)
    assert distance(one, three) <= distance(one, two) + distance(two, three)


@given(TEXTS.filter(bool), TEXTS)
def test_something_tells_unlike_plates_apart(read: str, other: str) -> None:
    assert bool(telling(read, other)) == (read != other)
