"""What one more camera costs: the slope at the nth camera of a curve through the costs of several numbers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

COUNTS = (1, 2, 4, 8, 12, 16)
"""With how many cameras to run."""
_BEND = 2
"""The curve's degree: a straight line would have every camera cost the same."""


def slope(costs: Mapping[int, float], nth: int) -> float:
    """The cost of a second of the nth camera. Least squares over all numbers of cameras: the difference of
    two of them is too little to be told from noise. Raises ValueError for fewer than three.
    """
    if len(costs) <= _BEND:
        raise ValueError(f"{len(costs)} numbers of cameras are no curve")
    curve = np.polynomial.Polynomial.fit(list(costs), list(costs.values()), _BEND)
    return float(curve.deriv()(nth))


def ratio(costs: Mapping[int, float]) -> float | None:
    """The cost of the 16th camera over that of the 2nd; None where the 2nd cost nothing."""
    second = slope(costs, 2)
    return slope(costs, 16) / second if second > 0 else None
