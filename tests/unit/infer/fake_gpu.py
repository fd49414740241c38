"""A GPU on the host's memory: addresses are real, work is done at once, and kernels are C++ or absent."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from appliance.infer.encoder import BaseEncoder
from appliance.infer.gpu import BaseGpu, Graph, Region, Rows, Run, Stream, Traffic
from appliance.infer.gpu_device import GpuDevice


class FakeQueue:
    """What the vendor would have behind a stream."""

    def synchronize(self) -> None:
        """All was done at once."""


class FakeGraph(Graph):
    def __init__(self, run: Run) -> None:
        self._run = run
        self.launches = 0
        self.freed = False

    def launch(self, stream: int) -> None:
        self.launches += 1
        self._run()

    def free(self) -> None:
        self.freed = True


class FakeGpu(BaseGpu):
    """Counts what is taken and given; refuses to work where it is not current. Fresh memory is poisoned.

    `kernels` is `launch.cpp` as a library, None where no kernel is launched.
    """

    name = "fake 8.7, driver 12040"
    arch = "sm_87"

    def __init__(self, *, graphs: bool = True, kernels: ctypes.CDLL | None = None) -> None:
        self.out, self.taken = 0, 0
        self.traffic = Traffic()
        self.graphs: list[FakeGraph] = []
        self.learnt = b""
        self._captures, self._kernels = graphs, kernels
        self._current = 0
        self._streams = 6

    @contextmanager
    def current(self) -> Iterator[None]:
        self._current += 1
        try:
            yield
        finally:
            self._current -= 1

    def stream(self) -> Stream:
        self._need()
        self._streams += 1
        return Stream(self._streams, FakeQueue())

    def take(self, size: int, *, mirrored: bool = True) -> Region:
        self._need()
        self.out, self.taken = self.out + 1, self.taken + 1
        memory = np.full(size + 64, 0xCD, np.uint8)
        # A GPU's memory is aligned.
        start = -memory.ctypes.data % 64
        return Region(memory.ctypes.data + start, size, np.zeros(size if mirrored else 0, np.uint8), memory)

    def give(self, region: Region) -> None:
        self.out -= 1

    def upload(self, region: Region, size: int, stream: Stream) -> None:
        self._need()
        self.traffic.up += size
        ctypes.memmove(region.address, region.host.ctypes.data, size)

    def download(self, region: Region, size: int, stream: Stream) -> None:
        self._need()
        self.traffic.down += size
        assert size <= region.host.nbytes
        ctypes.memmove(region.host.ctypes.data, region.address, size)

    def copy(self, source: Rows, target: Rows, width: int, rows: int, stream: Stream) -> None:
        self._need()
        for row in range(rows):
            ctypes.memmove(target.address + row * target.pitch, source.address + row * source.pitch, width)

    def clear(self, address: int, size: int, stream: Stream) -> None:
        self._need()
        ctypes.memset(address, 0, size)

    def learn(self, kernels: bytes) -> None:
        self.learnt = kernels

    def launch(
        self, kernel: str, threads: tuple[int, int, int], words: Sequence[Any], stream: Stream
    ) -> None:
        self._need()
        assert self._kernels is not None, "no kernels were given"
        block = (16, 1) if threads[1] == 1 else (8, 4)
        grid = (-(-threads[0] // block[0]), -(-threads[1] // block[1]), threads[2])
        held = [np.array(word) for word in words]
        sides = ((ctypes.c_uint * 3)(*grid), (ctypes.c_uint * 2)(*block))
        told = (ctypes.c_void_p(word.ctypes.data) for word in held)
        getattr(self._kernels, f"launch_{kernel}")(*sides, *told)

    def capture(self, run: Callable[[], None], stream: Stream) -> Graph | None:
        self._need()
        if not self._captures:
            return None
        self.graphs.append(FakeGraph(run))
        return self.graphs[-1]

    def _need(self) -> None:
        assert self._current, "the GPU is not this thread's"


class FakeEncoder(BaseEncoder):
    """A JPEG that tells what it would be of."""

    def encode(self, address: int, width: int, height: int, quality: int, stream: Stream) -> bytes:
        first = ctypes.string_at(address, 3).hex()
        return f"{width}x{height} at {quality}: {first}".encode()


def device(gpu: FakeGpu) -> GpuDevice:
    return GpuDevice(gpu, lambda stream: FakeEncoder())
