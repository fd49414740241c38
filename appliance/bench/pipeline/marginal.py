"""What one more camera costs: the slope of the cost around the nth camera."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import linear_regression

AROUND = {2: (1, 2, 4), 16: (12, 16, 20)}
"""The nth camera and numbers of cameras around it: one more is too little to be told from noise."""
COUNTS = tuple(sorted(count for counts in AROUND.values() for count in counts))
"""With how many cameras to run."""


def slope(costs: Mapping[int, float], nth: int) -> float:
    """The cost of a second of the nth camera: that of the straight line through the costs around it, by least
    squares. Raises KeyError where these were not measured.
    """
    counts = AROUND[nth]
    return linear_regression(counts, [costs[count] for count in counts]).slope


def ratio(costs: Mapping[int, float]) -> float | None:
    """The cost of the 16th camera over that of the 2nd; None where the 2nd cost nothing."""
    second = slope(costs, 2)
    return slope(costs, 16) / second if second > 0 else None
