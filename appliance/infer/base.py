"""The contract of inference backends: load a model, run it, close it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..faults import EngineFailed
from ..words import Word

if TYPE_CHECKING:
    from .device import BaseDevice

Array = NDArray[Any]
Arrays = Mapping[str, Array]


class Precision(Word):
    FP32 = "fp32"
    FP16 = "fp16"
    INT8 = "int8"


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


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model on disk and the hash that its manifest promises (hex SHA-256, empty: unchecked)."""

    name: str
    path: Path
    sha256: str = ""
    precision: Precision = Precision.FP32
    side: int = 0
    """Long side of the pictures that it will mostly be shown, where it takes any; 0: nobody knows yet."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a net as its backend runs it, and the milliseconds of one run of it."""

    name: str
    kind: str
    ms: float


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


class BaseSession(ABC):
    """A loaded model."""

    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    metadata: Mapping[str, str] = {}
    """What the model file says of itself, such as the alphabet of a reader; often empty."""

    @abstractmethod
    def infer(self, feeds: Arrays) -> dict[str, Array]:
        """Run once. Raises EngineFailed on a wrong input and on any error of the vendor's."""

    def lane(self, shapes: Mapping[str, tuple[int, ...]]) -> Lane:
        """Buffers for inputs of these shapes. Raises EngineFailed where the net does not take them."""
        return _CopyingLane(self, rooms(self.inputs, shapes, "lane"))

    @abstractmethod
    def close(self) -> None:
        """Free the engine. May be called twice."""


class _CopyingLane(Lane):
    """For engines that take any array: the inputs stay, the answers are theirs."""

    def __init__(self, session: BaseSession, inputs: Mapping[str, Array]) -> None:
        self._session = session
        self.inputs = inputs

    def run(self) -> Mapping[str, Array]:
        return self._session.infer(self.inputs)

    def close(self) -> None:
        self.inputs = {}


class BaseBackend(ABC):
    """A maker of sessions on one kind of device."""

    name: str
    threaded: bool = True
    """Whether `infer.threads` counts: it does on a processor."""
    device: BaseDevice | None = None
    """Where pictures lie on a GPU beside this backend's nets; None on a processor."""
    most: int = 1
    """How many pictures its nets like in one run: on a processor two take as long as one and one."""

    @abstractmethod
    def load(self, model: ModelFile) -> BaseSession:
        """Load, check hash and shapes, warm up. Raises EngineFailed."""

    def layers(self, model: ModelFile, feeds: Arrays, runs: int) -> tuple[Layer, ...]:
        """What each layer takes, over `runs` runs. Raises EngineFailed, also where it cannot tell."""
        raise EngineFailed(f"{self.name} tells no times by layer", part=model.name)
