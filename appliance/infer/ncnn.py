"""ncnn on the CPU, made for small ARM boards; what is converted for it is held to ONNX Runtime's answers."""

from __future__ import annotations

import logging
import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

import ncnn
import numpy as np

from ..config.schema import Infer
from ..faults import EngineFailed
from .base import BaseBackend, BaseSession, ModelFile
from .feeds import blanks, check_feeds
from .lane import Array, Arrays, TensorSpec
from .onnxruntime import OnnxRuntimeBackend
from .plans import PlanStore
from .pnnx import PARAM, WEIGHTS, Converted, Converter

_LOG = logging.getLogger(__name__)
_VENDOR_ERRORS = (RuntimeError, ValueError, TypeError)
_FLOAT = np.dtype(np.float32)
# Sizes of inputs that are kept ready; a gate has one a camera.
_NETS = 4
# Of the largest value of an output, between ncnn's answer and ONNX Runtime's.
_TOLERANCE = 2e-3

_Sides = tuple[tuple[int, ...], ...]
_OutShapes = dict[str, tuple[int, ...]]


@contextmanager
def _vendor(part: str) -> Iterator[None]:
    """Turn every error of ncnn's into EngineFailed."""
    try:
        yield
    except _VENDOR_ERRORS as error:
        first_line = str(error).partition("\n")[0]
        raise EngineFailed(f"ncnn: {first_line}", part=part) from error


# Layers of the detector, the reader and the landmarks, which ncnn computes as ONNX Runtime does. The face
# net's Flip or Normalize made it crash, and no exception comes back from there.
_PROVEN = frozenset(
    [
        "BinaryOp",
        "Concat",
        "Convolution",
        "ConvolutionDepthWise",
        "Crop",
        "ExpandDims",
        "Flatten",
        "Gemm",
        "GridSample",
        "InnerProduct",
        "Input",
        "Interp",
        "LayerNorm",
        "MatMul",
        "MemoryData",
        "Permute",
        "Pooling",
        "ReLU",
        "Reduction",
        "Reshape",
        "Sigmoid",
        "Slice",
        "Softmax",
        "Split",
        "Squeeze",
        "TanH",
        "UnaryOp",
    ]
)


class NcnnSession(BaseSession):
    """A net for each size of its inputs that it has met. `infer` may be called from several threads.

    ncnn knows no batches: one sample after the other. ONNX Runtime tells inputs and outputs, and answers
    beside ncnn once for every size: what differs is not used.
    """

    def __init__(self, model: ModelFile, reference: BaseSession, threads: int, converter: Converter) -> None:
        self._model, self._reference = model, reference
        self._threads, self._converter = threads, converter
        self._turn = Lock()
        self._open = True
        self._nets: OrderedDict[_Sides, _Net] = OrderedDict()
        self.inputs, self.outputs, self.metadata = reference.inputs, reference.outputs, reference.metadata
        for spec in (*self.inputs, *self.outputs):
            if spec.dtype != _FLOAT or not spec.shape:
                raise EngineFailed(f"ncnn takes no {spec.name} of {spec.dtype}", part=model.name)

    def infer(self, feeds: Arrays) -> dict[str, Array]:
        check_feeds(self.inputs, feeds, self._model.name)
        samples = {len(feeds[spec.name]) for spec in self.inputs}
        if len(samples) != 1:
            raise EngineFailed(f"inputs with {sorted(samples)} samples", part=self._model.name)
        with self._turn:
            if not self._open:
                raise EngineFailed("the session is closed", part=self._model.name)
            rows = [
                self._one({name: array[n : n + 1] for name, array in feeds.items()})
                for n in range(samples.pop())
            ]
        return {spec.name: np.concatenate([row[spec.name] for row in rows]) for spec in self.outputs}

    def close(self) -> None:
        with self._turn:
            self._open = False
            self._nets.clear()
            self._reference.close()

    def _one(self, feeds: Arrays) -> dict[str, Array]:
        sides = tuple(feeds[spec.name].shape for spec in self.inputs)
        net = self._nets.pop(sides, None) or self._made(feeds, sides)
        self._nets[sides] = net
        if len(self._nets) > _NETS:
            self._nets.popitem(last=False)
        return net.run(feeds)

    def _made(self, feeds: Arrays, sides: _Sides) -> _Net:
        """The net for this size, proven; converted first where that was not done yet, or is damaged."""
        shapes = {spec.name: side for spec, side in zip(self.inputs, sides)}
        kept = self._converter.kept(self._model, shapes)
        if kept is not None:
            try:
                return self._proven(kept, feeds)
            except EngineFailed as fault:
                _LOG.warning("%s: the kept net is converted anew: %s", self._model.name, fault.detail)
                self._converter.forget(self._model, shapes)
        converted = self._converter.convert(self._model, self.inputs, shapes)
        net = self._proven(converted, feeds)
        self._converter.keep(self._model, shapes, converted)
        return net

    def _proven(self, converted: Converted, feeds: Arrays) -> _Net:
        want = self._reference.infer(_noise(feeds))
        shapes = {spec.name: want[spec.name].shape for spec in self.outputs}
        net = _Net(self._model.name, converted, self._threads, self.inputs, shapes)
        have = net.run(_noise(feeds))
        for name, values in want.items():
            off = float(np.abs(have[name] - values).max(initial=0.0))
            if not off <= _TOLERANCE * max(1.0, float(np.abs(values).max(initial=0.0))):
                raise EngineFailed(f"{name} of ncnn is off by {off:.2g}", part=self._model.name)
        return net


class _Net:
    """ncnn's net for one size. pnnx calls its inputs in0, in1 ... and its outputs out0, out1 ..."""

    def __init__(
        self,
        part: str,
        converted: Converted,
        threads: int,
        inputs: tuple[TensorSpec, ...],
        shapes: _OutShapes,
    ) -> None:
        self._part, self._shapes = part, shapes
        self._inputs = tuple(spec.name for spec in inputs)
        self._net = ncnn.Net()
        _set(self._net.opt, threads)
        with TemporaryDirectory(prefix="gatehouse-ncnn-") as name, _vendor(part):
            converted.unpack(Path(name))
            _check_layers(Path(name) / PARAM, part)
            bad = self._net.load_param(f"{name}/{PARAM}") or self._net.load_model(f"{name}/{WEIGHTS}")
            known = {*self._net.input_names(), *self._net.output_names()}
        wanted = {f"in{n}" for n in range(len(inputs))} | {f"out{n}" for n in range(len(shapes))}
        if bad or not wanted <= known:
            raise EngineFailed("ncnn lacks an operator of it", part=part)

    def run(self, feeds: Arrays) -> dict[str, Array]:
        answers = {}
        with _vendor(self._part), self._net.create_extractor() as extractor:
            # The mats lend the arrays' memory, so these live until the run is over.
            rows = [np.ascontiguousarray(feeds[name][0]) for name in self._inputs]
            for index, row in enumerate(rows):
                # A copy of ncnn's own has the channels aligned as its kernels want them.
                extractor.input(f"in{index}", ncnn.Mat(row).clone())
            for index, (name, shape) in enumerate(self._shapes.items()):
                code, mat = extractor.extract(f"out{index}")
                values = np.array(mat, np.float32)
                if code or values.size != int(np.prod(shape)):
                    raise EngineFailed(f"ncnn cannot compute {name}", part=self._part)
                answers[name] = values.reshape(shape)
        return answers


class NcnnBackend(BaseBackend):
    """Sessions on the CPU in FP32; 0 threads are as many as there are processors."""

    name = "ncnn"

    def __init__(self, threads: int, converter: Converter) -> None:
        self._threads = threads or os.cpu_count() or 1
        self._converter = converter

    def load(self, model: ModelFile) -> BaseSession:
        reference = OnnxRuntimeBackend(self._threads).load(model)
        session = NcnnSession(model, reference, self._threads, self._converter)
        if all(None not in spec.shape[1:] for spec in session.inputs):
            # Where one size is all, it is made ready now.
            session.infer(blanks(session.inputs))
        return session


def make(infer: Infer) -> BaseBackend:
    return NcnnBackend(infer.threads, Converter(PlanStore(infer.engines), infer.build_limit_s))


def _check_layers(param: Path, part: str) -> None:
    """Raise EngineFailed for layers that no shipped net has proven: a wrong one ends the process."""
    layers = {line.split()[0] for line in param.read_text(encoding="utf-8").splitlines()[2:]}
    unknown = sorted(layers - _PROVEN)
    if unknown:
        raise EngineFailed(f"ncnn is not proven on {', '.join(unknown)}", part=part)


def _set(option: ncnn.Option, threads: int) -> None:
    option.num_threads = threads
    # Workers that spin between frames take the cores that capture and the machine need.
    option.openmp_blocktime = 0
    option.use_vulkan_compute = False
    # Half-sized numbers are its default on ARM; the tolerances here are those of FP32.
    option.use_fp16_packed = option.use_fp16_storage = option.use_fp16_arithmetic = False
    option.use_bf16_storage = False


def _noise(feeds: Arrays) -> dict[str, Array]:
    """The same numbers from 0 to 1 each time, in the sizes of `feeds`."""
    random = np.random.default_rng(7)
    return {name: random.random(array.shape, np.float32) for name, array in feeds.items()}
