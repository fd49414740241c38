"""OpenVINO on the CPU, x86 or ARM."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock

import numpy as np

from ..config.schema import Infer
from ..faults import EngineFailed
from .base import BaseBackend, BaseSession, Layer, ModelFile
from .feeds import blanks, check_feeds
from .files import check_hash
from .lane import Array, Arrays, Lane, TensorSpec, rooms

# Importing openvino reports that to Google Analytics unless its telemetry package is out of reach, and
# then it takes its own stub instead. A gate reports to nobody.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]

import openvino  # noqa: E402

_DEVICE = "CPU"
# First runs at a new size allocate.
_WARM = 3
# pybind's translations; OpenVINO's own exceptions are RuntimeErrors.
_VENDOR_ERRORS = (RuntimeError, ValueError, TypeError, OverflowError)
_SERVED = frozenset(np.dtype(kind) for kind in ("f4", "f2", "u1", "i1", "i4", "i8"))


@contextmanager
def _vendor(part: str) -> Iterator[None]:
    """Turn every error of OpenVINO's into EngineFailed."""
    try:
        yield
    except _VENDOR_ERRORS as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        # The last line says what; those before it name source files of the vendor's.
        raise EngineFailed(f"openvino: {lines[-1] if lines else 'no reason given'}", part=part) from error


class OpenVinoSession(BaseSession):
    """A compiled model. `infer` may be called from several threads; they take turns."""

    def __init__(self, name: str, model: openvino.Model, compiled: openvino.CompiledModel) -> None:
        self._name = name
        self._turn = Lock()
        self.inputs = tuple(_spec(port, _parameter_name(port), name) for port in compiled.inputs)
        results = zip(compiled.outputs, model.get_results())
        self.outputs = tuple(_spec(port, _result_name(result), name) for port, result in results)
        self.metadata = _metadata(model)
        self._compiled: openvino.CompiledModel | None = compiled
        self._request = compiled.create_infer_request()

    def infer(self, feeds: Arrays) -> dict[str, Array]:
        check_feeds(self.inputs, feeds, self._name)
        with self._turn, _vendor(self._name):
            if self._compiled is None:
                raise EngineFailed("the session is closed", part=self._name)
            answers = self._request.infer(dict(feeds), share_inputs=True).to_tuple()
        return {spec.name: np.asarray(answer) for spec, answer in zip(self.outputs, answers)}

    def lane(self, shapes: Mapping[str, tuple[int, ...]]) -> Lane:
        inputs = rooms(self.inputs, shapes, self._name)
        with self._turn, _vendor(self._name):
            if self._compiled is None:
                raise EngineFailed("the session is closed", part=self._name)
            request = self._compiled.create_infer_request()
        return _SharedLane(self._name, request, inputs, [spec.name for spec in self.outputs])

    def close(self) -> None:
        with self._turn:
            self._compiled = None


class _SharedLane(Lane):
    """OpenVINO reads where the inputs lie, and lends the memory in which its answers lie."""

    def __init__(
        self,
        name: str,
        request: openvino.InferRequest,
        inputs: Mapping[str, Array],
        outputs: Sequence[str],
    ) -> None:
        self.inputs = inputs
        self._name = name
        self._outputs = outputs
        self._request: openvino.InferRequest | None = request
        with _vendor(name):
            for number, array in enumerate(inputs.values()):
                request.set_input_tensor(number, openvino.Tensor(array, shared_memory=True))

    def run(self) -> Mapping[str, Array]:
        if self._request is None:
            raise EngineFailed("the lane is closed", part=self._name)
        with _vendor(self._name):
            # `infer` would copy the answers.
            self._request.start_async()
            self._request.wait()
            return {
                name: self._request.get_output_tensor(number).data
                for number, name in enumerate(self._outputs)
            }

    def close(self) -> None:
        self._request = None
        self.inputs = {}


class OpenVinoBackend(BaseBackend):
    """Sessions on the CPU with a fixed number of threads; 0 leaves the number to OpenVINO."""

    name = "openvino"

    def __init__(self, threads: int = 0) -> None:
        self._threads = threads
        self._core: openvino.Core | None = None

    def load(self, model: ModelFile) -> BaseSession:
        check_hash(model)
        with _vendor(model.name):
            # No cache folder is named, so nothing is kept on disk: these nets compile in a quarter
            # of a second, and a cache would be one more thing that can be damaged.
            self._core = self._core or openvino.Core()
            net = self._core.read_model(model.path)
            compiled = self._core.compile_model(net, _DEVICE, self._options())
            session = OpenVinoSession(model.name, net, compiled)
        session.infer(blanks(session.inputs))
        return session

    def layers(self, model: ModelFile, feeds: Arrays, runs: int) -> tuple[Layer, ...]:
        check_hash(model)
        times: dict[tuple[str, str], float] = {}
        with _vendor(model.name):
            core = openvino.Core()
            options = {**self._options(), "PERF_COUNT": "YES"}
            request = core.compile_model(model.path, _DEVICE, options).create_infer_request()
            for number in range(_WARM + runs):
                request.infer(dict(feeds))
                for node in request.get_profiling_info() if number >= _WARM else ():
                    key = (node.node_name, f"{node.node_type} {node.exec_type}")
                    times[key] = times.get(key, 0.0) + 1000.0 * node.real_time.total_seconds()
        return tuple(Layer(name, kind, ms / runs) for (name, kind), ms in times.items())

    def _options(self) -> dict[str, str]:
        options = {
            # Left alone it takes bfloat16 where the processor has it: three digits of every score.
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY",
        }
        if self._threads:
            options["INFERENCE_NUM_THREADS"] = str(self._threads)
        return options


def make(infer: Infer) -> BaseBackend:
    return OpenVinoBackend(infer.threads)


def _spec(port: openvino.ConstOutput, tensor: str, part: str) -> TensorSpec:
    dtype = np.dtype(port.element_type.to_dtype())
    if dtype not in _SERVED:
        raise EngineFailed(f"tensor {tensor} has type {dtype}, which is not served", part=part)
    sides = tuple(side.get_length() if side.is_static else None for side in port.partial_shape)
    return TensorSpec(tensor, sides, dtype)


def _parameter_name(port: openvino.ConstOutput) -> str:
    """The name that the file gives this input; a copy that changes nothing lends its tensor further ones."""
    own = str(port.get_node().get_friendly_name())
    return own if own in port.names else str(port.any_name)


def _result_name(result: openvino.Node) -> str:
    """The name that the file gives this output; its tensor may carry those of copies, too."""
    tensor = result.output(0)
    own = str(result.friendly_name).partition("/sink_port_")[0]
    return own if own in tensor.names else str(tensor.any_name)


def _metadata(model: openvino.Model) -> dict[str, str]:
    """What an ONNX file says of itself is kept under `framework`."""
    if "framework" not in dict(model.rt_info):
        return {}
    keys = list(model.rt_info["framework"])
    return {str(key): str(model.get_rt_info(["framework", key]).astype(str)) for key in keys}
