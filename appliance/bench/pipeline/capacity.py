"""How many cameras keep up: the largest number that holds latency and loss under a limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """What still counts as keeping up: the 95th percentile from capture to being seen, and frames lost."""

    latency_p95_ms: float = 100.0
    lost_share: float = 0.01


@dataclass(frozen=True, slots=True)
class Trial:
    """How a number of cameras did."""

    cameras: int
    latency_p95_ms: float | None
    lost_share: float

    def holds(self, limits: Limits) -> bool:
        seen = self.latency_p95_ms is not None and self.latency_p95_ms <= limits.latency_p95_ms
        return seen and self.lost_share < limits.lost_share


@dataclass(slots=True)
class Search:
    """Doubles until it is too many, then halves the gap; `most` bounds it, `gap` is close enough."""

    attempt: Callable[[int], Trial]
    limits: Limits
    most: int
    gap: Callable[[int], int] = lambda held: max(1, held // 16)
    trials: list[Trial] = field(default_factory=list)

    def find(self, first: int) -> int:
        """The largest number that was seen to hold, 0 where not even one does."""
        held, failed, cameras = 0, self.most + 1, min(first, self.most)
        while failed - held > self.gap(held) and cameras:
            if self._holds(cameras):
                held = cameras
            else:
                failed = cameras
            ahead = 2 * held if failed > self.most else (held + failed) // 2
            cameras = min(max(ahead, held + 1), failed - 1)
        return held

    def _holds(self, cameras: int) -> bool:
        trial = self.attempt(cameras)
        self.trials.append(trial)
        return trial.holds(self.limits)
