"""What an engine asks of a GPU, so that it can be tested without one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .base import Array

Run = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Region:
    """Memory of the GPU at `address`, and as much pinned memory of the host's for its copies."""

    address: int
    host: NDArray[np.uint8]
    memory: object
    """Holds the GPU's memory for as long as the region lives."""

    def view(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """The pinned side as an array. It is written anew by the next run."""
        size = bytes_of(shape, dtype)
        return self.host[:size].view(dtype).reshape(shape)


class Graph(ABC):
    """Work that was captured once and is launched as one."""

    @abstractmethod
    def launch(self, stream: int) -> None:
        """Queue it on a stream, by its handle. Raises EngineFailed."""

    @abstractmethod
    def free(self) -> None:
        """Give its memory back."""


class BaseGpu(ABC):
    """A GPU. All but `current` are called while it is current; vendor errors become EngineFailed there."""

    name: str
    """Model, architecture and driver: what an engine is built for."""

    @abstractmethod
    def current(self) -> AbstractContextManager[None]:
        """Makes the GPU the calling thread's."""

    @abstractmethod
    def stream(self) -> Any:
        """A queue of work with `handle` and `synchronize()`."""

    @abstractmethod
    def take(self, size: int) -> Region:
        """At least `size` bytes, from the pool."""

    @abstractmethod
    def give(self, region: Region) -> None:
        """Back to the pool."""

    @abstractmethod
    def upload(self, region: Region, size: int, stream: Any) -> None:
        """Queue the copy of the first `size` bytes to the GPU."""

    @abstractmethod
    def download(self, region: Region, size: int, stream: Any) -> None:
        """Queue the copy of the first `size` bytes from the GPU."""

    @abstractmethod
    def capture(self, run: Run, stream: Any) -> Graph | None:
        """What `run` queues, as a graph; None where it cannot be captured."""


def bytes_of(shape: tuple[int, ...], dtype: np.dtype[Any]) -> int:
    return int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
