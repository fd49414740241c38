"""Lanes: the buffers of a net for one size of its inputs, written and read in place."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..faults import EngineFailed

Array = NDArray[Any]
Arrays = Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """One input or output. A dimension of None is free."""

    name: str
    shape: tuple[int | None, ...]
    dtype: np.dtype[Any]

    def accepts(self, array: Array) -> bool:
        return self.fits(array.shape) and array.dtype == self.dtype

    def fits(self, shape: tuple[int, ...]) -> bool:
        return len(shape) == len(self.shape) and all(
            want is None or want == have for want, have in zip(self.shape, shape)
        )


def rooms(specs: Sequence[TensorSpec], shapes: Mapping[str, tuple[int, ...]], part: str) -> dict[str, Array]:
    """Zeros of these shapes for every input, in the order of `specs`. Raises EngineFailed unless they fit."""
    made = {s.name: np.zeros(shapes[s.name], s.dtype) for s in specs if s.name in shapes}
    if len(made) != len(shapes) or not all(s.name in made and s.accepts(made[s.name]) for s in specs):
        raise EngineFailed(f"inputs of {dict(shapes)} are not the model's", part=part)
    return made


class Lane(ABC):
    """One size of a net's inputs, with buffers that live as long as the lane. One thread at a time.

    Inputs are written in place and results are read in place, so that a run takes no new memory.
    """

    inputs: Mapping[str, Array]
    """What the net reads, in main memory; write here, then `run`."""
    addresses: Mapping[str, int] = {}
    """Where inputs and outputs lie in a GPU's memory; empty for a lane that has none there."""
    specs: Mapping[str, TensorSpec] = {}
    """Shape and type of what lies at `addresses`; no dimension is free."""

    @abstractmethod
    def run(self) -> Mapping[str, Array]:
        """Run on what `inputs` hold. The answers are overwritten by the next run. Raises EngineFailed."""

    def run_there(self, stream: int) -> None:
        """Queue a run on what lies at `addresses`, leave the answers there; `stream` is the GPU's queue by
        its handle. Raises EngineFailed, also where the lane is not on a GPU."""
        raise EngineFailed("its buffers are not on a GPU", part="lane")

    def read(self, names: Sequence[str]) -> Mapping[str, Array]:
        """Answers of the last `run_there`, in main memory, once they are there. They are overwritten by the
        next run. Raises EngineFailed, also where the lane is not on a GPU."""
        raise EngineFailed("its buffers are not on a GPU", part="lane")

    @abstractmethod
    def close(self) -> None:
        """Give the buffers back. May be called twice."""
