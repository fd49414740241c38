"""A row of times as the numbers that matter: the middle, the tail, the worst."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

Number = int | float


@dataclass(frozen=True, slots=True)
class Spread:
    """Percentiles in milliseconds, by nearest rank: each is a time that was really seen."""

    count: int
    p50: float
    p95: float
    p99: float
    most: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Spread:
        """The spread of some times. Raises ValueError for none."""
        if not seconds:
            raise ValueError("nothing was measured")
        ordered = sorted(1000.0 * s for s in seconds)
        return cls(len(ordered), *(_rank(ordered, share) for share in (0.50, 0.95, 0.99, 1.0)))

    def as_json(self) -> dict[str, Number]:
        return {
            "n": self.count,
            "p50": round(self.p50, 3),
            "p95": round(self.p95, 3),
            "p99": round(self.p99, 3),
            "max": round(self.most, 3),
        }


def _rank(ordered: Sequence[float], share: float) -> float:
    return ordered[max(0, ceil(share * len(ordered)) - 1)]
