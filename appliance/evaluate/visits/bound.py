"""How bad a share may be that was measured on few: the upper end of the exact binomial interval."""

from __future__ import annotations

from math import ceil, exp, lgamma, log

LEVEL = 0.95
_STEPS = 50


def upper(events: float, trials: int, level: float = LEVEL) -> float:
    """Clopper and Pearson (1934), one-sided: the share that gives at most `events` in `trials` with a
    probability of 1 - `level`. Parts of events count as whole ones. Without events it is about 3 / `trials`.
    """
    count = ceil(events - 1e-9)
    if count >= trials:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(count, trials, middle) > 1 - level else (low, middle)
    return high


def _at_most(count: int, trials: int, share: float) -> float:
    """Probability of at most `count` events, each of probability `share`."""
    return sum(
        exp(_log_ways(trials, k) + _logs(k, share) + _logs(trials - k, 1 - share)) for k in range(count + 1)
    )


def _log_ways(trials: int, count: int) -> float:
    return lgamma(trials + 1) - lgamma(count + 1) - lgamma(trials - count + 1)


def _logs(times: int, share: float) -> float:
    return times * log(max(share, 1e-300)) if times else 0.0
