"""ONNX Runtime on an NVIDIA GPU: buffers stay there, and what is run again at a size is a CUDA graph."""

from __future__ import annotations

from collections import OrderedDict
from itertools import count
from threading import Lock

import numpy as np
import onnxruntime

from ..config.schema import Infer
from ..faults import EngineFailed
from .base import Array, Arrays, BaseBackend, BaseSession, ModelFile
from .feeds import blanks, check_feeds
from .files import check_hash
from .onnxruntime import OnnxRuntimeSession, session_options, vendor

PROVIDER = "CUDAExecutionProvider"
_HOST = "CPUExecutionProvider"
_LANES = 4
"""Sizes of inputs that are kept ready; a gate has one a camera, and a batch or two of the reader's."""
_NO_GRAPH = -1
_WARM = 2
"""The first run settles the buffers, the second captures: what cannot be captured shows while it loads."""
_REMEDY = "pip uninstall onnxruntime, then pip install 'gatehouse[gpu]', on a computer with NVIDIA's driver"

Shapes = tuple[tuple[int, ...], ...]


class BoundSession(BaseSession):
    """A model whose inputs and outputs stay on `device`. `infer` may be called from several threads."""

    def __init__(self, name: str, engine: onnxruntime.InferenceSession, device: str, *, graphs: bool) -> None:
        self._name, self._device, self._graphs = name, device, graphs
        plain = OnnxRuntimeSession(name, engine)
        self.inputs, self.outputs, self.metadata = plain.inputs, plain.outputs, plain.metadata
        self._engine: onnxruntime.InferenceSession | None = engine
        self._turn = Lock()
        self._numbers = count(1)
        self._lanes: OrderedDict[Shapes, _Lane] = OrderedDict()

    def infer(self, feeds: Arrays) -> dict[str, Array]:
        check_feeds(self.inputs, feeds, self._name)
        with self._turn, vendor(self._name):
            if self._engine is None:
                raise EngineFailed("the session is closed", part=self._name)
            return self._lane(self._engine, feeds).run(feeds)

    def close(self) -> None:
        with self._turn:
            self._lanes.clear()
            self._engine = None

    def _lane(self, engine: onnxruntime.InferenceSession, feeds: Arrays) -> _Lane:
        shapes = tuple(feeds[spec.name].shape for spec in self.inputs)
        lane = self._lanes.pop(shapes, None)
        if lane is None:
            number = next(self._numbers) if self._graphs else _NO_GRAPH
            lane = _Lane(engine, self._device, [spec.name for spec in self.outputs], feeds, number)
        self._lanes[shapes] = lane
        if len(self._lanes) > _LANES:
            self._lanes.popitem(last=False)
        return lane


class _Lane:
    """One size of the inputs: its buffers on the device, and the number of its graph.

    The first run tells the sizes of the outputs; from the second on all addresses stay, and the runtime
    captures, then replays.
    """

    def __init__(
        self,
        engine: onnxruntime.InferenceSession,
        device: str,
        outputs: list[str],
        feeds: Arrays,
        number: int,
    ) -> None:
        self._engine, self._outputs = engine, outputs
        self._feeds = {
            name: onnxruntime.OrtValue.ortvalue_from_shape_and_type(array.shape, array.dtype, device, 0)
            for name, array in feeds.items()
        }
        self._binding = engine.io_binding()
        for name, value in self._feeds.items():
            self._binding.bind_ortvalue_input(name, value)
        for name in outputs:
            self._binding.bind_output(name, device, 0)
        self._device, self._number = device, number
        self._answers: dict[str, onnxruntime.OrtValue] = {}

    def run(self, feeds: Arrays) -> dict[str, Array]:
        for name, value in self._feeds.items():
            value.update_inplace(np.ascontiguousarray(feeds[name]))
        first = not self._answers
        self._engine.run_with_iobinding(self._binding, _options(_NO_GRAPH if first else self._number))
        if first:
            self._settle()
        return {name: value.numpy().copy() for name, value in self._answers.items()}

    def _settle(self) -> None:
        """Keep the outputs where the first run put them."""
        self._answers = dict(zip(self._outputs, self._binding.get_outputs()))
        for name, value in self._answers.items():
            self._binding.bind_ortvalue_output(name, value)


class OnnxRuntimeCudaBackend(BaseBackend):
    """Sessions on the GPU; never silently on the processor."""

    name = "onnxruntime-cuda"
    threaded = False

    def load(self, model: ModelFile) -> BaseSession:
        check_hash(model)
        try:
            return self._session(model, graphs=True)
        except EngineFailed:
            # A net with a node that only the processor has cannot be captured whole.
            return self._session(model, graphs=False)

    def _session(self, model: ModelFile, *, graphs: bool) -> BaseSession:
        cuda = {
            "enable_cuda_graph": "1" if graphs else "0",
            # The exhaustive search takes seconds a size, and sizes change.
            "cudnn_conv_algo_search": "HEURISTIC",
            # TF32 keeps three digits of a score.
            "use_tf32": "0",
        }
        providers = [(PROVIDER, cuda), _HOST]
        with vendor(model.name):
            engine = onnxruntime.InferenceSession(str(model.path), session_options(1), providers=providers)
        serving = engine.get_providers()
        if PROVIDER not in serving:
            raise EngineFailed(
                f"the CUDA provider does not start here, {serving[0]} would serve: {_REMEDY}", part=model.name
            )
        session = BoundSession(model.name, engine, "cuda", graphs=graphs)
        for _ in range(_WARM):
            session.infer(blanks(session.inputs))
        return session


def make(infer: Infer) -> BaseBackend:
    """Raises EngineFailed where the installed ONNX Runtime is the one without CUDA."""
    if PROVIDER not in onnxruntime.get_available_providers():
        raise EngineFailed(
            f"the installed ONNX Runtime has no CUDA: {_REMEDY}", part=OnnxRuntimeCudaBackend.name
        )
    return OnnxRuntimeCudaBackend()


def _options(number: int) -> onnxruntime.RunOptions:
    options = onnxruntime.RunOptions()
    options.add_run_config_entry("gpu_graph_annotation_id", str(number))
    return options
