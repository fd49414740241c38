"""An engine of TensorRT at work: a lane of its own for each size of the inputs."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

import numpy as np

from ..faults import EngineFailed
from .base import Array, Arrays, BaseSession, TensorSpec
from .feeds import check_feeds
from .gpu import BaseGpu, Graph, Region, bytes_of

Shapes = tuple[tuple[str, tuple[int, ...]], ...]

LANES = 4
"""Sizes of inputs that are kept ready; a gate has one a camera, and a batch or two of the reader's."""


class TensorRtSession(BaseSession):
    """`trt` is NVIDIA's module. `infer` may be called from several threads; they take turns."""

    def __init__(self, name: str, trt: Any, engine: Any, gpu: BaseGpu) -> None:
        self._name = name
        self._engine: Any = engine
        self._gpu = gpu
        self._turn = Lock()
        self._lanes: OrderedDict[Shapes, _Lane] = OrderedDict()
        names = [engine.get_tensor_name(index) for index in range(engine.num_io_tensors)]
        taken = {one for one in names if engine.get_tensor_mode(one) == trt.TensorIOMode.INPUT}
        self.inputs = tuple(_spec(trt, engine, one) for one in names if one in taken)
        self.outputs = tuple(_spec(trt, engine, one) for one in names if one not in taken)
        with gpu.current():
            self._stream: Any = gpu.stream()

    def infer(self, feeds: Arrays) -> dict[str, Array]:
        check_feeds(self.inputs, feeds, self._name)
        with self._turn:
            if self._engine is None:
                raise EngineFailed("the session is closed", part=self._name)
            self._check_sizes(feeds)
            with self._gpu.current():
                return self._lane(feeds).run(feeds)

    def warm_up(self) -> None:
        """One run at the sizes that the engine was built for most."""
        usual = {spec.name: self._engine.get_tensor_profile_shape(spec.name, 0)[1] for spec in self.inputs}
        self.infer({spec.name: np.zeros(tuple(usual[spec.name]), spec.dtype) for spec in self.inputs})

    def close(self) -> None:
        with self._turn:
            if self._engine is None:
                return
            with self._gpu.current():
                for lane in self._lanes.values():
                    lane.close()
            self._lanes.clear()
            self._engine = self._stream = None

    def _check_sizes(self, feeds: Arrays) -> None:
        """An engine is built for a range of sizes, the file for any."""
        for spec in self.inputs:
            least, _, most = self._engine.get_tensor_profile_shape(spec.name, 0)
            have = feeds[spec.name].shape
            if any(not low <= side <= high for low, side, high in zip(least, have, most)):
                raise EngineFailed(
                    f"input {spec.name} is {have}; the engine serves {tuple(least)} to {tuple(most)}",
                    part=self._name,
                )

    def _lane(self, feeds: Arrays) -> _Lane:
        shapes: Shapes = tuple((spec.name, feeds[spec.name].shape) for spec in self.inputs)
        lane = self._lanes.pop(shapes, None)
        if lane is None:
            if len(self._lanes) >= LANES:
                self._lanes.popitem(last=False)[1].close()
            lane = _Lane(self._name, self._engine, self._gpu, self._stream, self.inputs, self.outputs, shapes)
        self._lanes[shapes] = lane
        return lane


class _Lane:
    """One size of the inputs: its context (a captured graph belongs to one), its buffers and its graph.

    The first run is queued piece by piece, for TensorRT finishes its set-up in it; the second is captured.
    """

    def __init__(
        self,
        name: str,
        engine: Any,
        gpu: BaseGpu,
        stream: Any,
        inputs: tuple[TensorSpec, ...],
        outputs: tuple[TensorSpec, ...],
        shapes: Shapes,
    ) -> None:
        self._name, self._gpu, self._stream = name, gpu, stream
        self._inputs, self._outputs = inputs, outputs
        self._context: Any = engine.create_execution_context()
        self._regions: dict[str, Region] = {}
        self._shapes: dict[str, tuple[int, ...]] = dict(shapes)
        self._runs = 0
        self._graph: Graph | None = None
        if self._context is None:
            raise EngineFailed("the GPU has no memory left for it", part=name)
        for one, shape in shapes:
            self._must(self._context.set_input_shape(one, shape), f"input {one} as {shape}")
        missing = self._context.infer_shapes()
        self._must(not missing, f"shapes without {', '.join(missing)}")
        for spec in (*inputs, *outputs):
            self._bind(spec)

    def run(self, feeds: Arrays) -> dict[str, Array]:
        for spec in self._inputs:
            np.copyto(self._view(spec), feeds[spec.name])
        if self._runs == 1:
            self._graph = self._gpu.capture(self._queue, self._stream)
        if self._graph is None:
            self._queue()
        else:
            self._graph.launch(self._stream.handle)
        self._stream.synchronize()
        self._runs += 1
        return {spec.name: self._view(spec).copy() for spec in self._outputs}

    def close(self) -> None:
        if self._graph is not None:
            self._graph.free()
        # The context goes before its memory does.
        self._graph = self._context = None
        for region in self._regions.values():
            self._gpu.give(region)
        self._regions.clear()

    def _bind(self, spec: TensorSpec) -> None:
        shape = tuple(self._context.get_tensor_shape(spec.name))
        self._must(min(shape, default=0) >= 0, f"output {spec.name}, whose size depends on what it sees")
        self._shapes[spec.name] = shape
        region = self._gpu.take(bytes_of(shape, spec.dtype))
        self._regions[spec.name] = region
        self._must(self._context.set_tensor_address(spec.name, region.address), f"memory for {spec.name}")

    def _queue(self) -> None:
        for spec in self._inputs:
            self._gpu.upload(self._regions[spec.name], self._size(spec), self._stream)
        self._must(self._context.execute_async_v3(self._stream.handle), "the run")
        for spec in self._outputs:
            self._gpu.download(self._regions[spec.name], self._size(spec), self._stream)

    def _view(self, spec: TensorSpec) -> Array:
        return self._regions[spec.name].view(self._shapes[spec.name], spec.dtype)

    def _size(self, spec: TensorSpec) -> int:
        return bytes_of(self._shapes[spec.name], spec.dtype)

    def _must(self, held: bool, what: str) -> None:
        if not held:
            raise EngineFailed(f"TensorRT refuses {what}; its log says why", part=self._name)


def _spec(trt: Any, engine: Any, name: str) -> TensorSpec:
    sides = tuple(side if side >= 0 else None for side in engine.get_tensor_shape(name))
    return TensorSpec(name, sides, np.dtype(trt.nptype(engine.get_tensor_dtype(name))))
