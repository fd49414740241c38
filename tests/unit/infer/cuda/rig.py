"""A device with the real kernels, on the host's memory or a GPU's, and lanes without a net."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from appliance.config.schema import Infer
from appliance.faults import EngineFailed
from appliance.infer.cuda import compiler
from appliance.infer.gpu import BaseGpu
from appliance.infer.gpu_device import GpuDevice
from appliance.infer.gpu_lane import Buffers, GpuLane
from appliance.infer.lane import TensorSpec

HERE = Path(__file__).parent


def compiled(folder: Path) -> ctypes.CDLL:
    """The kernels' own source as a library for the processor, made in `folder`; skips without a compiler."""
    maker = shutil.which("g++")
    if maker is None:
        pytest.skip("g++ is not installed: apt-get install g++")
    library = folder / "kernels.so"
    folders = ("-I", str(HERE), "-I", str(compiler.SOURCE.parent))
    command = (maker, "-std=c++17", "-O2", "-shared", "-fPIC", *folders, "-o", str(library))
    subprocess.run((*command, str(HERE / "launch.cpp")), check=True)
    return ctypes.CDLL(str(library))


@cache
def silicon(engines: Path) -> Rig:
    """The GPU of this computer; its kernels are kept in `engines`. Skips without one."""
    try:
        # Only here: pycuda is an extra, and importing it asks for the driver.
        from appliance.infer.cuda.device import nvidia

        return Rig(*nvidia(Infer(engines=engines)))
    except (ImportError, EngineFailed) as error:
        pytest.skip(f"no GPU: {error}")


@dataclass(frozen=True)
class Rig:
    gpu: BaseGpu
    device: GpuDevice

    def lane(
        self, kind: Any = np.float32, *, inputs: tuple[str, ...] = (), **shapes: tuple[int, ...]
    ) -> GpuLane:
        """Poisoned buffers of these shapes; a run does nothing."""
        with self.gpu.current():
            buffers = Buffers(self.gpu)
            for name, shape in shapes.items():
                buffers.add(TensorSpec(name, (None,) * len(shape), np.dtype(kind)), shape)
        return GpuLane(self.gpu, self.device.queue, buffers, inputs, lambda: None)
