"""A device on the host's memory with the real kernels, and lanes without a net."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from appliance.infer.base import TensorSpec
from appliance.infer.gpu_device import GpuDevice
from appliance.infer.gpu_lane import Buffers, GpuLane

from ..fake_gpu import FakeGpu


@dataclass(frozen=True)
class Rig:
    gpu: FakeGpu
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
