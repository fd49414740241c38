"""What an engine of TensorRT is built from, and for which sizes of its inputs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

Sides = tuple[int, ...]

BATCH = (1, 1, 8)
"""Fewest, usual and most crops at a time."""
LEAST_SIDE = 32
"""Of a picture, pixels: a step of the detector's."""
USUAL_SIDE = 416
"""Where nobody says how large the pictures are."""
PHOTO_SIDE = 704
"""What `gatehouse read` looks at; so much every engine serves. Memory for the activations of a whole batch
at the greatest side is taken when an engine is loaded, so that it is no more than the board looks at."""
NO_DLA = -1


@dataclass(frozen=True, slots=True)
class Order:
    """One engine to build. `dla` is a core of the deep learning accelerator, NO_DLA for the GPU; `side` is
    that of the pictures that it will mostly be shown, 0 where nobody knows."""

    model: str
    plan: str
    timing: str
    dla: int = NO_DLA
    side: int = 0
    workspace_mb: int = 512

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def of_json(cls, text: str) -> Order:
        told = json.loads(text)
        return cls(**{field.name: told[field.name] for field in fields(cls)})

    @property
    def model_path(self) -> Path:
        return Path(self.model)


def ranges(shape: Sequence[int], fixed: bool, side: int = 0) -> tuple[Sides, Sides, Sides]:
    """Least, usual and greatest sides for an input whose free sides are -1, for pictures of `side`.

    `fixed` allows only the usual ones: the DLA knows no others.
    """
    sides = _sides(side)
    rows = [_range(index, length, sides) for index, length in enumerate(shape)]
    least, usual, greatest = (tuple(row[n] for row in rows) for n in range(3))
    return (usual, usual, usual) if fixed else (least, usual, greatest)


def shape_text(dla: int, side: int = 0) -> str:
    """For the key of an engine: what `ranges` would say."""
    return f"batch {BATCH} side {_sides(side)} dla {dla}"


def _sides(side: int) -> tuple[int, int, int]:
    """Least, usual and greatest free side: nets take multiples of the least."""
    usual = -(-(side or USUAL_SIDE) // LEAST_SIDE) * LEAST_SIDE
    return (LEAST_SIDE, usual, max(PHOTO_SIDE, usual))


def _range(index: int, length: int, sides: tuple[int, int, int]) -> tuple[int, int, int]:
    if length >= 0:
        return (length, length, length)
    return BATCH if index == 0 else sides
