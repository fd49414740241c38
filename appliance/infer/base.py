"""The contract of inference backends: load a model, run it, close it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..faults import EngineFailed
from ..words import Word
from .device import BaseDevice
from .lane import Array, Arrays, Lane, TensorSpec, rooms


class Precision(Word):
    FP32 = "fp32"
    FP16 = "fp16"
    INT8 = "int8"


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
