"""ONNX Runtime on an NVIDIA GPU: pictures and answers stay there, and what is run again is a CUDA graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import onnxruntime

from ..config.schema import Infer
from ..faults import EngineFailed
from .base import BaseBackend, BaseSession, ModelFile
from .feeds import blanks
from .files import check_hash
from .gpu import BaseGpu, Stream
from .gpu_device import GpuDevice
from .gpu_lane import Buffers, GpuLane, GpuSession
from .lane import Lane, TensorSpec
from .onnxruntime import OnnxRuntimeSession, session_options, vendor

Engine = Any
"""An onnxruntime.InferenceSession."""

PROVIDER = "CUDAExecutionProvider"
_HOST = "CPUExecutionProvider"
_REMEDY = "pip uninstall onnxruntime, then pip install 'gatehouse[gpu]', on a computer with NVIDIA's driver"


class BoundSession(GpuSession):
    """A model whose inputs and outputs lie in the memory of `place`, "cuda" or what behaves as one.

    `open_engine` loads it, once for each lane: a layer of cuDNN's has one plan in a session, for the size
    that ran last, and a graph captured at another size would call code that went with the old plan.
    """

    def __init__(
        self, name: str, open_engine: Callable[[], Engine], gpu: BaseGpu, stream: Stream, place: str
    ) -> None:
        super().__init__(name, gpu, stream)
        first = open_engine()
        plain = OnnxRuntimeSession(name, first)
        self.inputs, self.outputs, self.metadata = plain.inputs, plain.outputs, plain.metadata
        self._open_engine, self._place = open_engine, place
        self._unused: Engine | None = first

    def _made(self, shapes: Mapping[str, tuple[int, ...]], buffers: Buffers) -> Lane:
        name, options = self._name, _queued()
        engine = self._unused or self._open_engine()
        self._unused = None
        binding = engine.io_binding()
        for spec in self.inputs:
            self._bound(binding.bind_input, buffers, spec, shapes[spec.name])
        for spec in self.outputs:
            binding.bind_output(spec.name, self._place, 0)
        # Nobody knows the sizes of answers before a first run.
        with vendor(name):
            engine.run_with_iobinding(binding)
            answers = dict(zip((spec.name for spec in self.outputs), binding.get_outputs()))
        for spec in self.outputs:
            shape = tuple(answers[spec.name].shape())
            self._bound(binding.bind_output, buffers, spec, shape)

        def execute() -> None:
            with vendor(name):
                engine.run_with_iobinding(binding, options)

        return GpuLane(self._gpu, self._stream, buffers, [spec.name for spec in self.inputs], execute)

    def close(self) -> None:
        super().close()
        self._unused = None

    def _bound(
        self, bind: Callable[..., None], buffers: Buffers, spec: TensorSpec, shape: tuple[int, ...]
    ) -> None:
        with vendor(self._name):
            bind(spec.name, self._place, 0, spec.dtype, shape, buffers.add(spec, shape))


class OnnxRuntimeCudaBackend(BaseBackend):
    """Sessions on the GPU; never silently on the processor. `tf32` trades digits of a score for time."""

    name = "onnxruntime-cuda"
    threaded = False
    most = 16
    """A GPU is no faster a picture with more, and all of them wait for the last."""
    device: GpuDevice
    _place = "cuda"

    def __init__(self, gpu: BaseGpu, device: GpuDevice, *, tf32: bool = False) -> None:
        self._gpu, self._stream, self.device = gpu, device.queue, device
        self._tf32 = tf32

    def load(self, model: ModelFile) -> BaseSession:
        check_hash(model)
        with self._gpu.current(), self._stream.turn:
            session = BoundSession(
                model.name, partial(self._opened, model), self._gpu, self._stream, self._place
            )
        try:
            session.infer(blanks(session.inputs))
        except EngineFailed:
            session.close()
            raise
        return session

    def _opened(self, model: ModelFile) -> Engine:
        with vendor(model.name):
            return self._engine(model)

    def _engine(self, model: ModelFile) -> Engine:
        cuda = {
            # Kernels, nets and what picks the answers follow each other on one stream, without waiting.
            "user_compute_stream": str(self._stream.handle),
            # The exhaustive search takes seconds a size, and sizes change.
            "cudnn_conv_algo_search": "HEURISTIC",
            # TF32 keeps three digits of a score.
            "use_tf32": str(int(self._tf32)),
        }
        providers = [(PROVIDER, cuda), _HOST]
        engine = onnxruntime.InferenceSession(str(model.path), session_options(1), providers=providers)
        serving = engine.get_providers()
        if PROVIDER not in serving:
            raise EngineFailed(
                f"the CUDA provider does not start here, {serving[0]} would serve: {_REMEDY}", part=model.name
            )
        return engine


def make(infer: Infer) -> BaseBackend:
    """Raises EngineFailed where the installed ONNX Runtime is the one without CUDA."""
    if PROVIDER not in onnxruntime.get_available_providers():
        raise EngineFailed(
            f"the installed ONNX Runtime has no CUDA: {_REMEDY}", part=OnnxRuntimeCudaBackend.name
        )
    try:
        # Only here: the provider's wheel comes without pycuda, and its absence has a remedy of its own.
        from .cuda.device import nvidia
    except ImportError as error:
        raise EngineFailed("pycuda is not installed: pip install 'gatehouse[gpu]'", part="cuda") from error
    return OnnxRuntimeCudaBackend(*nvidia(infer))


def _queued() -> onnxruntime.RunOptions:
    """For runs that return while the GPU still works: who wants the answers waits for the stream."""
    options = onnxruntime.RunOptions()
    options.add_run_config_entry("disable_synchronize_execution_providers", "1")
    return options
