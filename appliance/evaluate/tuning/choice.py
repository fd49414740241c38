"""The rules by which a value is chosen: nothing may be lost, and then a step back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MARGIN = 0.05
"""A threshold stays so far from what it must pass and from what it must stop."""
_LEAST = 0.1


@dataclass(frozen=True, slots=True)
class Gap:
    """The highest threshold that still passes all that is true, and the highest that lets something false
    through; None where nothing was met.
    """

    weakest_true: float | None
    strongest_false: float | None

    @property
    def parts(self) -> bool:
        """Whether some threshold tells the true from the false."""
        low, high = self.strongest_false, self.weakest_true
        return high is not None and (low is None or low < high)


def between(now: float, gap: Gap) -> float:
    """The threshold that footage asks for. One that has its margin on both sides is left as it is.

    Else it goes to the middle of the gap; where nothing bounds it below, or nothing parts the true from the
    false, only as far down as the true asks for.
    """
    low, high = gap.strongest_false, gap.weakest_true
    if high is None or (now <= high - MARGIN and (low is None or not gap.parts or now >= low + MARGIN)):
        return now
    if low is None or not gap.parts:
        return max(_LEAST, round(min(now, high - MARGIN), 2))
    return round((low + high) / 2, 2)


@dataclass(frozen=True, slots=True)
class Steps:
    """Of settings from the finest to the coarsest: the last before any loses, and the one that is taken."""

    last: int
    taken: int


def step_back(loses: Sequence[bool]) -> Steps:
    """The first of them loses nothing by definition; one step before the last good one is taken."""
    good = next((at for at, lost in enumerate(loses) if lost and at), len(loses))
    return Steps(good - 1, max(0, good - 2))
