"""What one more camera costs: the slope of the cost around the nth camera."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

AROUND = {2: 1, 16: 4}
"""The nth camera and how far to either side of it is looked: one camera is too little to be told from noise
where there are many."""


@dataclass(frozen=True, slots=True)
class Marginal:
    """The additional cost of a second of the nth camera."""

    nth: int
    cost: float


def counts() -> tuple[int, ...]:
    """With how many cameras to run."""
    return tuple(sorted({n + side for n, reach in AROUND.items() for side in (-reach, reach)}))


def slope(costs: Mapping[int, float], nth: int) -> Marginal:
    """(cost(n + k) - cost(n - k)) / 2k. Raises KeyError where these were not measured."""
    reach = AROUND[nth]
    return Marginal(nth, (costs[nth + reach] - costs[nth - reach]) / (2 * reach))


def ratio(costs: Mapping[int, float]) -> float | None:
    """The cost of the 16th camera over that of the 2nd; None where the 2nd cost nothing."""
    second, sixteenth = slope(costs, 2), slope(costs, 16)
    return sixteenth.cost / second.cost if second.cost > 0 else None
