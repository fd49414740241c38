"""A lane on a GPU: buffers at fixed addresses, and one run of a net captured as a graph."""

from __future__ import annotations

from abc import abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from threading import Lock

import numpy as np

from ..faults import EngineFailed
from .base import BaseSession
from .feeds import check_feeds
from .gpu import BaseGpu, Graph, Region, Stream, bytes_of
from .lane import Array, Arrays, Lane, TensorSpec

Shapes = tuple[tuple[str, tuple[int, ...]], ...]

LANES = 4
"""Sizes of inputs that a session keeps ready for `infer`; a gate has one a camera, and a batch or two."""


class Buffers:
    """Tensors of a lane by name, each with its address and its pinned mirror. The GPU is current."""

    def __init__(self, gpu: BaseGpu) -> None:
        self._gpu = gpu
        self._regions: dict[str, Region] = {}
        self.specs: dict[str, TensorSpec] = {}

    def add(self, spec: TensorSpec, shape: tuple[int, ...]) -> int:
        """Memory for one more tensor; its address."""
        region = self._gpu.take(bytes_of(shape, spec.dtype))
        self._regions[spec.name] = region
        self.specs[spec.name] = TensorSpec(spec.name, shape, spec.dtype)
        return region.address

    @property
    def addresses(self) -> dict[str, int]:
        return {name: region.address for name, region in self._regions.items()}

    def view(self, name: str) -> Array:
        """The pinned mirror as an array."""
        return self._regions[name].view(self._shape(name), self.specs[name].dtype)

    def upload(self, name: str, stream: Stream) -> None:
        self._gpu.upload(self._regions[name], self._size(name), stream)

    def download(self, name: str, stream: Stream) -> None:
        self._gpu.download(self._regions[name], self._size(name), stream)

    def free(self) -> None:
        while self._regions:
            self._gpu.give(self._regions.popitem()[1])

    def _size(self, name: str) -> int:
        return bytes_of(self._shape(name), self.specs[name].dtype)

    def _shape(self, name: str) -> tuple[int, ...]:
        return tuple(side or 0 for side in self.specs[name].shape)


class GpuLane(Lane):
    """Queues on one stream, that of its session's device. `execute` queues the net's own work there.

    The first run is queued piece by piece, for engines finish their set-up in it, and then captured, where
    `graphs` allows: its answer is the graph's already, so that what proves a net proves the graph. From then
    on a run is one launch.
    """

    def __init__(
        self,
        gpu: BaseGpu,
        stream: Stream,
        buffers: Buffers,
        inputs: Sequence[str],
        execute: Callable[[], None],
        *,
        graphs: bool = True,
    ) -> None:
        self._gpu, self._stream, self._buffers = gpu, stream, buffers
        self._execute, self._graphs = execute, graphs
        self.specs = buffers.specs
        self.addresses = buffers.addresses
        self.inputs = {name: buffers.view(name) for name in inputs}
        self._answers = [name for name in self.specs if name not in self.inputs]
        self._graph: Graph | None = None
        self._fresh = True

    def run(self) -> Mapping[str, Array]:
        with self._gpu.current(), self._stream.turn:
            for name in self.inputs:
                self._buffers.upload(name, self._stream)
            self._queue()
        return self.read(self._answers)

    def run_there(self, stream: int) -> None:
        if stream != self._stream.handle:
            raise EngineFailed("it runs on the stream of its device alone", part="lane")
        with self._gpu.current(), self._stream.turn:
            self._queue()

    def read(self, names: Sequence[str]) -> Mapping[str, Array]:
        with self._gpu.current():
            with self._stream.turn:
                for name in names:
                    self._buffers.download(name, self._stream)
            self._stream.synchronize()
        return {name: self._buffers.view(name) for name in names}

    def close(self) -> None:
        with self._gpu.current(), self._stream.turn:
            # What is queued still reads the buffers and calls the engine's code.
            self._stream.synchronize()
            if self._graph is not None:
                self._graph.free()
            self._graph = None
            self._execute = _closed
            self._buffers.free()
        self.inputs, self.addresses, self._answers = {}, {}, []

    def _queue(self) -> None:
        if self._fresh:
            self._fresh = False
            self._execute()
            self._graph = self._gpu.capture(self._execute, self._stream) if self._graphs else None
            if self._graph is None:
                return
        if self._graph is None:
            self._execute()
        else:
            self._graph.launch(self._stream.handle)


def _closed() -> None:
    raise EngineFailed("the lane is closed", part="lane")


class GpuSession(BaseSession):
    """A model whose lanes are on a GPU. `infer` may be called from several threads; they take turns."""

    def __init__(self, name: str, gpu: BaseGpu, stream: Stream) -> None:
        self._name, self._gpu, self._stream = name, gpu, stream
        self._turn = Lock()
        self._lanes: OrderedDict[Shapes, Lane] = OrderedDict()
        self._open = True

    def infer(self, feeds: Arrays) -> dict[str, Array]:
        check_feeds(self.inputs, feeds, self._name)
        with self._turn:
            lane = self._kept({name: array.shape for name, array in feeds.items()})
            for name, room in lane.inputs.items():
                np.copyto(room, feeds[name])
            answers = lane.run()
            return {spec.name: answers[spec.name].copy() for spec in self.outputs}

    def lane(self, shapes: Mapping[str, tuple[int, ...]]) -> Lane:
        if not self._open:
            raise EngineFailed("the session is closed", part=self._name)
        self._check(shapes)
        buffers = Buffers(self._gpu)
        # An engine that is set up meanwhile must not land in a graph that another thread captures.
        with self._gpu.current(), self._stream.turn:
            try:
                return self._made(shapes, buffers)
            except EngineFailed:
                # ONNX Runtime ends the process where an engine goes while the GPU still works for it.
                self._stream.synchronize()
                buffers.free()
                raise

    def close(self) -> None:
        with self._turn:
            self._open = False
            while self._lanes:
                self._lanes.popitem()[1].close()

    @abstractmethod
    def _made(self, shapes: Mapping[str, tuple[int, ...]], buffers: Buffers) -> Lane:
        """A new lane that owns `buffers`; the GPU is current. Raises EngineFailed where the net does not take
        the shapes.
        """

    def _check(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        """Raise EngineFailed unless the model's file allows the shapes."""
        known = {spec.name: spec for spec in self.inputs}
        if shapes.keys() != known.keys() or not all(known[one].fits(shape) for one, shape in shapes.items()):
            raise EngineFailed(f"inputs of {dict(shapes)} are not the model's", part=self._name)

    def _kept(self, shapes: Mapping[str, tuple[int, ...]]) -> Lane:
        key: Shapes = tuple((spec.name, shapes[spec.name]) for spec in self.inputs)
        lane = self._lanes.pop(key, None)
        if lane is None:
            if len(self._lanes) >= LANES:
                self._lanes.popitem(last=False)[1].close()
            lane = self.lane(shapes)
        self._lanes[key] = lane
        return lane
