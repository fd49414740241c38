"""Verification figures of face embeddings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
DRAWS, FOLDS = 10, 10


@dataclass(frozen=True)
class Pairs:
    """Similarities of all pairs of the same person and of all pairs of different ones, the latter
    from the most alike."""

    same: Float
    other: Float


@dataclass(frozen=True)
class AtRate:
    """The least similarity that at most `false_accepts` of the strangers' pairs exceed, and the share
    of genuine pairs above it."""

    false_accepts: float
    threshold: float
    accepted: float


def pairs(embeddings: Float, names: NDArray[np.int64]) -> Pairs:
    """All pairs of embeddings (N, D) of length 1."""
    one, two = np.triu_indices(len(embeddings), 1)
    alike = (embeddings @ embeddings.T)[one, two]
    same = names[one] == names[two]
    return Pairs(alike[same], np.sort(alike[~same])[::-1])


def at_rate(given: Pairs, false_accepts: float) -> AtRate:
    """The working point for a rate of accepted strangers."""
    threshold = float(given.other[int(false_accepts * len(given.other))])
    return AtRate(false_accepts, threshold, float((given.same > threshold).mean()))


def _best_threshold(same: Float, other: Float) -> float:
    values = np.concatenate([same, other])
    labels = np.concatenate([np.ones(len(same)), -np.ones(len(other))])
    order = np.argsort(-values)
    return float(values[order[int(labels[order].cumsum().argmax())]])


def accuracy(given: Pairs, seed: int = 0) -> float:
    """Share of balanced pairs told apart; the threshold of each tenth comes from the other nine, as
    LFW's protocol does; mean over ten draws of the strangers."""
    rng = np.random.RandomState(seed)
    right = []
    for _ in range(DRAWS):
        other = rng.choice(given.other, len(given.same), replace=False)
        fold_same, fold_other = (rng.permutation(len(given.same)) % FOLDS for _ in range(2))
        for fold in range(FOLDS):
            limit = _best_threshold(given.same[fold_same != fold], other[fold_other != fold])
            right += [given.same[fold_same == fold] >= limit, other[fold_other == fold] < limit]
    return float(np.concatenate(right).mean())


def summary(embeddings: Float, names: NDArray[np.int64]) -> dict[str, float]:
    """Accuracy, share of genuine pairs accepted at one stranger in 1,000 and in 10,000, thresholds."""
    given = pairs(embeddings, names)
    thousand, ten_thousand = at_rate(given, 1e-3), at_rate(given, 1e-4)
    return {
        "pairs": round(accuracy(given), 4),
        "at_1e-3": round(thousand.accepted, 4),
        "at_1e-4": round(ten_thousand.accepted, 4),
        "threshold_1e-4": round(ten_thousand.threshold, 4),
        "same": round(float(given.same.mean()), 4),
        "other_spread": round(float(given.other.std()), 4),
    }


def at_threshold(embeddings: Float, names: NDArray[np.int64], threshold: float) -> dict[str, float]:
    """What a fixed threshold lets through: of genuine pairs and of strangers', and how many there are."""
    given = pairs(embeddings, names)
    return {
        "threshold": threshold,
        "accepted": round(float((given.same > threshold).mean()), 4),
        "false_accepts": round(float((given.other > threshold).mean()), 7),
        "genuine_pairs": len(given.same),
        "strangers_pairs": len(given.other),
    }
