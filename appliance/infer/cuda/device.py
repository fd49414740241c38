"""The NVIDIA GPU of this computer, ready for pictures."""

from __future__ import annotations

from ...config.schema import Infer
from ..gpu_device import GpuDevice
from ..nvjpeg import NvJpeg
from ..plans import PlanStore
from .compiler import kernels
from .gpu import CudaGpu


def nvidia(infer: Infer, *, graphs: bool = True) -> tuple[CudaGpu, GpuDevice]:
    """The GPU and its pictures. Raises EngineFailed where there is none, or nothing compiles its kernels."""
    gpu = CudaGpu(graphs=graphs)
    with gpu.current():
        gpu.learn(kernels(PlanStore(infer.engines), gpu.arch))
    return gpu, GpuDevice(gpu, NvJpeg)
