"""An engine of TensorRT at work: a lane of its own for each size of the inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..faults import EngineFailed
from .gpu import BaseGpu, Stream
from .gpu_lane import Buffers, GpuLane, GpuSession
from .lane import Lane, TensorSpec


class TensorRtSession(GpuSession):
    """`trt` is NVIDIA's module."""

    def __init__(self, name: str, trt: Any, engine: Any, gpu: BaseGpu, stream: Stream) -> None:
        super().__init__(name, gpu, stream)
        self._engine: Any = engine
        names = [engine.get_tensor_name(index) for index in range(engine.num_io_tensors)]
        taken = {one for one in names if engine.get_tensor_mode(one) == trt.TensorIOMode.INPUT}
        self.inputs = tuple(_spec(trt, engine, one) for one in names if one in taken)
        self.outputs = tuple(_spec(trt, engine, one) for one in names if one not in taken)

    def warm_up(self) -> None:
        """One run at the sizes that the engine was built for most."""
        usual = {spec.name: self._engine.get_tensor_profile_shape(spec.name, 0)[1] for spec in self.inputs}
        self.infer({spec.name: np.zeros(tuple(usual[spec.name]), spec.dtype) for spec in self.inputs})

    def close(self) -> None:
        super().close()
        with self._gpu.current():
            self._engine = None

    def _made(self, shapes: Mapping[str, tuple[int, ...]], buffers: Buffers) -> Lane:
        self._check_sizes(shapes)
        # A captured graph belongs to one context, so each lane has its own.
        context = self._engine.create_execution_context()
        if context is None:
            raise EngineFailed("the GPU has no memory left for it", part=self._name)
        for spec in self.inputs:
            shape = shapes[spec.name]
            self._must(context.set_input_shape(spec.name, shape), f"input {spec.name} as {shape}")
        missing = context.infer_shapes()
        self._must(not missing, f"shapes without {', '.join(missing)}")
        for spec in (*self.inputs, *self.outputs):
            self._bind(context, buffers, spec)

        def execute() -> None:
            self._must(context.execute_async_v3(self._stream.handle), "the run")

        return GpuLane(self._gpu, self._stream, buffers, [spec.name for spec in self.inputs], execute)

    def _check_sizes(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        """An engine is built for a range of sizes, the file for any."""
        for spec in self.inputs:
            least, _, most = self._engine.get_tensor_profile_shape(spec.name, 0)
            have = shapes[spec.name]
            if any(not low <= side <= high for low, side, high in zip(least, have, most)):
                raise EngineFailed(
                    f"input {spec.name} is {have}; the engine serves {tuple(least)} to {tuple(most)}",
                    part=self._name,
                )

    def _bind(self, context: Any, buffers: Buffers, spec: TensorSpec) -> None:
        shape = tuple(context.get_tensor_shape(spec.name))
        self._must(min(shape, default=0) >= 0, f"output {spec.name}, whose size depends on what it sees")
        address = buffers.add(spec, shape)
        self._must(context.set_tensor_address(spec.name, address), f"memory for {spec.name}")

    def _must(self, held: bool, what: str) -> None:
        if not held:
            raise EngineFailed(f"TensorRT refuses {what}; its log says why", part=self._name)


def _spec(trt: Any, engine: Any, name: str) -> TensorSpec:
    sides = [side if side >= 0 else None for side in engine.get_tensor_shape(name)]
    if engine.get_tensor_mode(name) == trt.TensorIOMode.INPUT and None in sides:
        # Free in the file and not in the engine: one for the DLA was built for a single size.
        least, _, most = engine.get_tensor_profile_shape(name, 0)
        sides = [low if low == high else None for low, high in zip(least, most)]
    return TensorSpec(name, tuple(sides), np.dtype(trt.nptype(engine.get_tensor_dtype(name))))
