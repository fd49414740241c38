"""What an engine of TensorRT is built from, and for which sizes of its inputs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

Sides = tuple[int, ...]

BATCH = (1, 1, 8)
"""Fewest, usual and most crops at a time."""
SIDE = (32, 416, 1280)
"""Least, usual and greatest free side of a picture, pixels: boards look at 416, 640 or 1280."""
NO_DLA = -1


@dataclass(frozen=True, slots=True)
class Order:
    """One engine to build. `dla` is a core of the deep learning accelerator, NO_DLA for the GPU."""

    model: str
    plan: str
    timing: str
    dla: int = NO_DLA
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


def ranges(shape: Sequence[int], fixed: bool) -> tuple[Sides, Sides, Sides]:
    """Least, usual and greatest sides for an input whose free sides are -1.

    `fixed` allows only the usual ones: the DLA knows no others.
    """
    rows = [_range(index, side) for index, side in enumerate(shape)]
    least, usual, greatest = (tuple(row[n] for row in rows) for n in range(3))
    return (usual, usual, usual) if fixed else (least, usual, greatest)


def shape_text(dla: int) -> str:
    """For the key of an engine: what `ranges` would say."""
    return f"batch {BATCH} side {SIDE} dla {dla}"


def _range(index: int, side: int) -> tuple[int, int, int]:
    if side >= 0:
        return (side, side, side)
    return BATCH if index == 0 else SIDE
