"""What every session asks of its inputs, whatever the vendor lets pass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..faults import EngineFailed
from .lane import Array, Arrays, TensorSpec

BLANK_SIDE = 64
"""A free side of an input in the run that warms an engine up: what every net of ours takes."""


def check_feeds(specs: Sequence[TensorSpec], feeds: Arrays, part: str) -> None:
    """Raise EngineFailed unless `feeds` are the model's inputs by name, type and shape."""
    if set(feeds) != {spec.name for spec in specs}:
        raise EngineFailed(f"inputs {sorted(feeds)} are not the model's", part=part)
    for spec in specs:
        have = feeds[spec.name]
        if not spec.accepts(have):
            seen = f"{have.dtype} {have.shape}"
            raise EngineFailed(f"input {spec.name} is {seen}, not {spec.dtype} {spec.shape}", part=part)


def blank(spec: TensorSpec) -> Array:
    """Zeros that fit: one of the batch, and every other free side at BLANK_SIDE."""
    batch, *rest = spec.shape or (1,)
    sides = (batch or 1, *(BLANK_SIDE if side is None else side for side in rest))
    return np.zeros(sides if spec.shape else (), spec.dtype)


def blanks(specs: Sequence[TensorSpec]) -> dict[str, Array]:
    """Zeros for every input."""
    return {spec.name: blank(spec) for spec in specs}
