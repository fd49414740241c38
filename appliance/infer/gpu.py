"""What an engine asks of a GPU, so that it can be tested without one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .lane import Array

Run = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Region:
    """Memory of the GPU at `address`, and as much pinned memory of the host's for its copies."""

    address: int
    size: int
    host: NDArray[np.uint8]
    memory: object
    """Holds the GPU's memory for as long as the region lives."""

    def view(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """The pinned side as an array. It is written anew by the next run."""
        size = bytes_of(shape, dtype)
        return self.host[:size].view(dtype).reshape(shape)


@dataclass(frozen=True, slots=True)
class Stream:
    """A queue of work, by its `handle`; `vendor` is its owner's object for it.

    Who queues holds `turn`: what another thread queues meanwhile would land in a graph that is captured.
    """

    handle: int
    vendor: Any
    turn: Lock = field(default_factory=Lock, compare=False)

    def synchronize(self) -> None:
        """Wait until all that was queued is done. Raises the vendor's error inside `current`."""
        self.vendor.synchronize()


@dataclass(frozen=True, slots=True)
class Rows:
    """A plane of bytes in the GPU's memory, `pitch` bytes from row to row."""

    address: int
    pitch: int


@dataclass(slots=True)
class Traffic:
    """Bytes that were copied between the host and the GPU since the start."""

    up: int = 0
    down: int = 0


class Graph(ABC):
    """Work that was captured once and is launched as one."""

    @abstractmethod
    def launch(self, stream: int) -> None:
        """Queue it on a stream, by its handle. Raises EngineFailed."""

    @abstractmethod
    def free(self) -> None:
        """Give its memory back."""


class BaseGpu(ABC):
    """A GPU. All but `current` are called while it is current; vendor errors become EngineFailed there, and
    GpuLost where nothing runs any more.
    """

    name: str
    """Model, architecture and driver: what an engine is built for."""
    arch: str
    """What kernels are compiled for, such as sm_90."""
    traffic: Traffic

    @abstractmethod
    def current(self) -> AbstractContextManager[None]:
        """Makes the GPU the calling thread's."""

    @abstractmethod
    def stream(self) -> Stream:
        """A new queue of work."""

    @abstractmethod
    def take(self, size: int, *, mirrored: bool = True) -> Region:
        """At least `size` bytes, from the pool; with no memory of the host's where it is not `mirrored`."""

    @abstractmethod
    def give(self, region: Region) -> None:
        """Back to the pool. Also from a thread for which the GPU is not current."""

    @abstractmethod
    def upload(self, region: Region, size: int, stream: Stream) -> None:
        """Queue the copy of the first `size` bytes to the GPU."""

    @abstractmethod
    def download(self, region: Region, size: int, stream: Stream) -> None:
        """Queue the copy of the first `size` bytes from the GPU."""

    @abstractmethod
    def copy(self, source: Rows, target: Rows, width: int, rows: int, stream: Stream) -> None:
        """Queue the copy of `rows` rows of `width` bytes within the GPU."""

    @abstractmethod
    def clear(self, address: int, size: int, stream: Stream) -> None:
        """Queue the writing of zeros."""

    @abstractmethod
    def learn(self, kernels: bytes) -> None:
        """Load machine code, so that `launch` knows what is in it."""

    @abstractmethod
    def launch(
        self, kernel: str, threads: tuple[int, int, int], words: Sequence[Any], stream: Stream
    ) -> None:
        """Queue a kernel for at least so many threads; `words` are NumPy scalars, as in its source."""

    @abstractmethod
    def capture(self, run: Run, stream: Stream) -> Graph | None:
        """What `run` queues, as a graph; None where it cannot be captured."""


def bytes_of(shape: tuple[int, ...], dtype: np.dtype[Any]) -> int:
    return int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
