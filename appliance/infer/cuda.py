"""An NVIDIA GPU through pycuda: one primary context for all, buffers from a pool, and captured graphs."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pycuda.driver as driver

from ..faults import EngineFailed
from .gpu import BaseGpu, Graph, Region, Run

_RELAXED = 2
"""CU_STREAM_CAPTURE_MODE_RELAXED: another thread may allocate while this one captures."""


@contextmanager
def _vendor() -> Iterator[None]:
    """Turn every error of CUDA's into EngineFailed."""
    try:
        yield
    except (driver.Error, ValueError, TypeError) as error:
        first_line = str(error).partition("\n")[0]
        raise EngineFailed(f"cuda: {first_line}", part="cuda") from error


@dataclass(frozen=True, slots=True)
class _CapturedGraph(Graph):
    """A graph of the driver's. pycuda wraps no graphs, so the driver is called itself."""

    library: ctypes.CDLL
    executable: ctypes.c_void_p

    def launch(self, stream: int) -> None:
        _call(self.library, "cuGraphLaunch", self.executable, ctypes.c_void_p(stream))

    def free(self) -> None:
        _call(self.library, "cuGraphExecDestroy", self.executable)


class CudaGpu(BaseGpu):
    """The GPU `index`, in its primary context, which every user of CUDA in this process shares."""

    def __init__(self, index: int = 0) -> None:
        with _vendor():
            driver.init()
            device = driver.Device(index)
            self._context = device.retain_primary_context()
            arch = ".".join(str(part) for part in device.compute_capability())
            self.name = f"{device.name()} {arch}, driver {driver.get_driver_version()}"
        self._library = ctypes.CDLL("libcuda.so.1")
        self._idle: dict[int, list[Region]] = {}

    @contextmanager
    def current(self) -> Iterator[None]:
        with _vendor():
            self._context.push()
            try:
                yield
            finally:
                driver.Context.pop()

    def stream(self) -> driver.Stream:
        return driver.Stream()

    def take(self, size: int) -> Region:
        # Powers of two, so that regions of a net that is gone serve the next.
        size = 1 << max(8, (size - 1).bit_length())
        idle = self._idle.setdefault(size, [])
        if idle:
            return idle.pop()
        memory = driver.mem_alloc(size)
        return Region(int(memory), driver.pagelocked_empty(size, np.uint8), memory)

    def give(self, region: Region) -> None:
        self._idle[region.host.nbytes].append(region)

    def upload(self, region: Region, size: int, stream: driver.Stream) -> None:
        driver.memcpy_htod_async(region.address, region.host[:size], stream)

    def download(self, region: Region, size: int, stream: driver.Stream) -> None:
        driver.memcpy_dtoh_async(region.host[:size], region.address, stream)

    def capture(self, run: Run, stream: driver.Stream) -> Graph | None:
        handle, graph = ctypes.c_void_p(stream.handle), ctypes.c_void_p()
        executable = ctypes.c_void_p()
        _call(self._library, "cuStreamBeginCapture_v2", handle, ctypes.c_int(_RELAXED))
        failed = _failed(run)
        # Whatever happened, the stream must leave the capture, or nothing runs on it any more.
        code = self._library.cuStreamEndCapture(handle, ctypes.byref(graph))
        if failed or code or not graph:
            return None
        code = self._library.cuGraphInstantiateWithFlags(
            ctypes.byref(executable), graph, ctypes.c_ulonglong(0)
        )
        self._library.cuGraphDestroy(graph)
        return None if code else _CapturedGraph(self._library, executable)


def _failed(run: Callable[[], None]) -> bool:
    try:
        run()
    except (EngineFailed, driver.Error):
        return True
    return False


def _call(library: ctypes.CDLL, name: str, *words: object) -> None:
    code = getattr(library, name)(*words)
    if code:
        raise EngineFailed(f"cuda: {name} gives error {code}", part="cuda")
