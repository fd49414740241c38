"""What to quantise, and how it is written down."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

LEVELS = 127
"""Steps on each side of zero within the calibrated range: pairs of products of these fit 16 bits."""


class Spelling(Enum):
    """How the integer tensors are written; within the calibrated ranges the numbers are the same."""

    SIGNED = "signed"
    UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to quantise and how ranges are cut.

    `share` of each tensor's absolute values lies inside its range (1.0 is the plain maximum);
    `keep_float` names nodes left in float, `rounded` tensors that become integers though no such layer
    reads them, so that the layers before them are integer kernels."""

    spelling: Spelling = Spelling.UNSIGNED
    share: float = 1.0
    keep_float: frozenset[str] = frozenset()
    operators: tuple[str, ...] = ("Conv", "Gemm")
    rounded: frozenset[str] = frozenset()
