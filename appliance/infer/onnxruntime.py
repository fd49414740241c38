"""ONNX Runtime on the CPU: runs everywhere, and the last link of most chains."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnxruntime

from ..config.schema import Infer
from ..faults import EngineFailed
from .base import BaseBackend, BaseSession, Layer, ModelFile
from .feeds import blanks, check_feeds
from .files import check_hash
from .lane import Array, Arrays, Lane, TensorSpec, rooms

# The runtime's own log writes to stderr; what matters comes back as an exception.
_FATAL_ONLY = 4

# First runs at a new size allocate.
_WARM = 3
_DTYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(uint8)": np.uint8,
    "tensor(int8)": np.int8,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
}

# The runtime throws pybind classes of its own besides these, all of them RuntimeError or Exception
# children without a common public root, so the list is taken from its module.
_VENDOR_ERRORS: tuple[type[Exception], ...] = (
    RuntimeError,
    ValueError,
    TypeError,
    *(
        error
        for error in vars(onnxruntime.capi.onnxruntime_pybind11_state).values()
        if isinstance(error, type) and issubclass(error, Exception)
    ),
)


@contextmanager
def vendor(part: str) -> Iterator[None]:
    """Turn every error of the runtime's into EngineFailed."""
    try:
        yield
    except _VENDOR_ERRORS as error:
        first_line = str(error).partition("\n")[0]
        raise EngineFailed(f"onnxruntime: {first_line}", part=part) from error


def _spec(node: onnxruntime.NodeArg, part: str) -> TensorSpec:
    if node.type not in _DTYPES:
        raise EngineFailed(f"tensor {node.name} has type {node.type}, which is not served", part=part)
    shape = tuple(side if isinstance(side, int) else None for side in node.shape)
    return TensorSpec(node.name, shape, np.dtype(_DTYPES[node.type]))


class OnnxRuntimeSession(BaseSession):
    """A model in ONNX Runtime. `infer` may be called from several threads."""

    def __init__(self, name: str, engine: onnxruntime.InferenceSession) -> None:
        self._name = name
        self._engine: onnxruntime.InferenceSession | None = engine
        self.inputs = tuple(_spec(node, name) for node in engine.get_inputs())
        self.outputs = tuple(_spec(node, name) for node in engine.get_outputs())
        self.metadata = dict(engine.get_modelmeta().custom_metadata_map)
        self._wanted = [spec.name for spec in self.outputs]

    def infer(self, feeds: Arrays) -> dict[str, Array]:
        engine = self._engine
        if engine is None:
            raise EngineFailed("the session is closed", part=self._name)
        check_feeds(self.inputs, feeds, self._name)
        with vendor(self._name):
            answers = engine.run(self._wanted, dict(feeds))
        return {name: np.asarray(answer) for name, answer in zip(self._wanted, answers)}

    def lane(self, shapes: Mapping[str, tuple[int, ...]]) -> Lane:
        if self._engine is None:
            raise EngineFailed("the session is closed", part=self._name)
        return _BoundLane(self._name, self._engine, rooms(self.inputs, shapes, self._name), self._wanted)

    def close(self) -> None:
        self._engine = None


class _BoundLane(Lane):
    """Inputs and answers stay where they are; the runtime reads and writes there."""

    def __init__(
        self,
        name: str,
        engine: onnxruntime.InferenceSession,
        inputs: Mapping[str, Array],
        outputs: Sequence[str],
    ) -> None:
        self.inputs = inputs
        self._name = name
        self._engine: onnxruntime.InferenceSession | None = engine
        self._outputs = outputs
        self._answers: dict[str, Array] = {}
        with vendor(name):
            self._binding = engine.io_binding()
            for one, array in inputs.items():
                self._binding.bind_ortvalue_input(one, onnxruntime.OrtValue.ortvalue_from_numpy(array))
            for one in outputs:
                self._binding.bind_output(one)

    def run(self) -> Mapping[str, Array]:
        if self._engine is None:
            raise EngineFailed("the lane is closed", part=self._name)
        with vendor(self._name):
            self._engine.run_with_iobinding(self._binding)
            if not self._answers:
                self._settle()
        return self._answers

    def close(self) -> None:
        self._engine = None
        self._binding.clear_binding_inputs()
        self._binding.clear_binding_outputs()
        self.inputs, self._answers = {}, {}

    def _settle(self) -> None:
        """The first run tells the answers' shapes; from then on they are written in place."""
        for name, value in zip(self._outputs, self._binding.get_outputs()):
            answer = self._answers[name] = np.ascontiguousarray(value.numpy())
            self._binding.bind_ortvalue_output(name, onnxruntime.OrtValue.ortvalue_from_numpy(answer))


class OnnxRuntimeBackend(BaseBackend):
    """Sessions on the CPU with a fixed number of threads; 0 leaves the number to the runtime.

    Each is warmed up by one run, so that the first frame pays no set-up.
    """

    name = "onnxruntime"

    def __init__(self, threads: int = 0) -> None:
        self._threads = threads

    def load(self, model: ModelFile) -> BaseSession:
        check_hash(model)
        with vendor(model.name):
            engine = onnxruntime.InferenceSession(
                str(model.path), session_options(self._threads), providers=["CPUExecutionProvider"]
            )
            session = OnnxRuntimeSession(model.name, engine)
        session.infer(blanks(session.inputs))
        return session

    def layers(self, model: ModelFile, feeds: Arrays, runs: int) -> tuple[Layer, ...]:
        check_hash(model)
        options = session_options(self._threads)
        options.enable_profiling = True
        with TemporaryDirectory(prefix="gatehouse-layers-") as folder, vendor(model.name):
            options.profile_file_prefix = f"{folder}/runs"
            engine = onnxruntime.InferenceSession(
                str(model.path), options, providers=["CPUExecutionProvider"]
            )
            for _ in range(_WARM + runs):
                engine.run(None, dict(feeds))
            events = json.loads(Path(engine.end_profiling()).read_text(encoding="utf-8"))
        return _layers([event for event in events if event.get("cat") == "Node"], runs)


def _layers(events: Sequence[Mapping[str, Any]], runs: int) -> tuple[Layer, ...]:
    """The last `runs` times of each node, from the runtime's trace; it tells microseconds."""
    times: dict[tuple[str, str], list[float]] = {}
    for event in events:
        node = (str(event["name"]).removesuffix("_kernel_time"), str(event["args"]["op_name"]))
        times.setdefault(node, []).append(float(event["dur"]) / 1000.0)
    return tuple(Layer(name, kind, sum(ms[-runs:]) / runs) for (name, kind), ms in times.items())


def session_options(threads: int) -> onnxruntime.SessionOptions:
    """For a small computer that has other work; 0 threads leave the number to the runtime."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _FATAL_ONLY
    # An arena that takes what each tensor asks, and no plan for each size of the input: photographs of 80
    # sizes end at 90 MB (without the arena 98 to 129, with plans 106), and no run faults pages in anew.
    options.enable_cpu_mem_arena = True
    options.enable_mem_pattern = False
    # Spinning workers would take the cores that capture and the machine need between frames.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def make(infer: Infer) -> BaseBackend:
    return OnnxRuntimeBackend(infer.threads)


def open_model(model: bytes) -> Callable[[Arrays], dict[str, Array]]:
    """One inference of a serialised model on the CPU, for calibration. Raises EngineFailed."""
    with vendor("calibration"):
        engine = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    names = [node.name for node in engine.get_outputs()]

    def run(feeds: Arrays) -> dict[str, Array]:
        with vendor("calibration"):
            return dict(zip(names, engine.run(names, dict(feeds))))

    return run
