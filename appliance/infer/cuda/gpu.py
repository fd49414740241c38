"""An NVIDIA GPU through pycuda: one primary context for all, buffers from a pool, and captured graphs."""

from __future__ import annotations

import ctypes
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pycuda.driver as driver

from ...faults import EngineFailed, GpuLost
from ..gpu import BaseGpu, Graph, Region, Rows, Run, Stream, Traffic
from .graphs import stays_there
from .lost import lost

# CU_STREAM_CAPTURE_MODE_RELAXED: another thread may allocate while this one captures.
_RELAXED = 2
# CU_CTX_SCHED_BLOCKING_SYNC: who waits for the GPU sleeps, where the driver would spin on a core.
_BLOCKING = 4
# CU_STREAM_NON_BLOCKING: no waiting for work that others queue on the default stream.
_APART = 1
_ROW, _TILE = (256, 1), (32, 8)
"""Threads of a block for work in a row and in a plane; neighbours of a warp read neighbours."""


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
    """The GPU `index`, in its primary context, which every user of CUDA in this process shares.

    Without `graphs` nothing is captured: to find out what that gains.
    """

    def __init__(self, index: int = 0, *, graphs: bool = True) -> None:
        self.traffic = Traffic()
        self._graphs = graphs
        self._library = _driver()
        with _vendor():
            driver.init()
            device = driver.Device(index)
            # Refused where the context is in use already; then its first user chose.
            self._library.cuDevicePrimaryCtxSetFlags_v2(index, _BLOCKING)
            self._context = device.retain_primary_context()
            major, minor = device.compute_capability()
            self.arch = f"sm_{major}{minor}"
            self.name = f"{device.name()} {major}.{minor}, driver {driver.get_driver_version()}"
        self._idle: defaultdict[tuple[int, bool], list[Region]] = defaultdict(list)
        self._kernels: Any = None

    @contextmanager
    def current(self) -> Iterator[None]:
        with _vendor():
            self._context.push()
            try:
                yield
            except (driver.Error, EngineFailed) as error:
                if lost(self._library):
                    raise GpuLost(str(error).partition("\n")[0], part="cuda") from error
                raise
            finally:
                driver.Context.pop()

    def stream(self) -> Stream:
        stream = driver.Stream(_APART)
        return Stream(int(stream.handle), stream)

    def take(self, size: int, *, mirrored: bool = True) -> Region:
        # Powers of two, so that regions of a net that is gone serve the next.
        size = 1 << max(8, (size - 1).bit_length())
        try:
            return self._idle[size, mirrored].pop()
        except IndexError:
            memory = driver.mem_alloc(size)
            host = driver.pagelocked_empty(size, np.uint8) if mirrored else np.empty(0, np.uint8)
            return Region(int(memory), size, host, memory)

    def give(self, region: Region) -> None:
        self._idle[region.size, region.host.nbytes > 0].append(region)

    def upload(self, region: Region, size: int, stream: Stream) -> None:
        self.traffic.up += size
        driver.memcpy_htod_async(region.address, region.host[:size], stream.vendor)

    def download(self, region: Region, size: int, stream: Stream) -> None:
        self.traffic.down += size
        driver.memcpy_dtoh_async(region.host[:size], region.address, stream.vendor)

    def copy(self, source: Rows, target: Rows, width: int, rows: int, stream: Stream) -> None:
        copy = driver.Memcpy2D()
        copy.set_src_device(source.address)
        copy.set_dst_device(target.address)
        copy.src_pitch, copy.dst_pitch = source.pitch, target.pitch
        copy.width_in_bytes, copy.height = width, rows
        copy(stream.vendor)

    def clear(self, address: int, size: int, stream: Stream) -> None:
        driver.memset_d8_async(address, 0, size, stream.vendor)

    def learn(self, kernels: bytes) -> None:
        self._kernels = driver.module_from_buffer(kernels)

    def launch(
        self, kernel: str, threads: tuple[int, int, int], words: Sequence[Any], stream: Stream
    ) -> None:
        block = _ROW if threads[1] == 1 else _TILE
        grid = (-(-threads[0] // block[0]), -(-threads[1] // block[1]), threads[2])
        function = self._kernels.get_function(kernel)
        function(*words, block=(*block, 1), grid=grid, stream=stream.vendor)

    def capture(self, run: Run, stream: Stream) -> Graph | None:
        if not self._graphs:
            return None
        handle, graph = ctypes.c_void_p(stream.handle), ctypes.c_void_p()
        executable = ctypes.c_void_p()
        _call(self._library, "cuStreamBeginCapture_v2", handle, ctypes.c_int(_RELAXED))
        failed = _failed(run)
        # Whatever happened, the stream must leave the capture, or nothing runs on it any more.
        code = self._library.cuStreamEndCapture(handle, ctypes.byref(graph))
        if failed or code or not graph:
            return None
        whole = stays_there(self._library, graph)
        if whole:
            code = self._library.cuGraphInstantiateWithFlags(
                ctypes.byref(executable), graph, ctypes.c_ulonglong(0)
            )
        self._library.cuGraphDestroy(graph)
        return _CapturedGraph(self._library, executable) if whole and not code else None


def _driver() -> ctypes.CDLL:
    try:
        return ctypes.CDLL("libcuda.so.1")
    except OSError as error:
        raise EngineFailed("NVIDIA's driver is not installed", part="cuda") from error


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
