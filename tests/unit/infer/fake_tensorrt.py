"""A TensorRT that behaves as the manual says, on the host's memory; an engine doubles its input.

Every name and every argument here is held to NVIDIA's own bindings by test_tensorrt_bindings.py.
"""

from __future__ import annotations

import ctypes
from enum import Enum
from types import SimpleNamespace
from typing import Any

import numpy as np

GOOD, ONE_SIZE, FOREIGN = b"engine", b"the DLA's", b"another GPU's"
FREE = (-1, 3, -1, -1)
USUAL = (1, 3, 416, 416)
LEAST, MOST = (1, 3, 32, 32), (8, 3, 704, 704)


# -- the runtime ----------------------------------------------------------------------------------------


class TensorIOMode(Enum):
    INPUT = 1
    OUTPUT = 2


class IExecutionContext:
    def __init__(self) -> None:
        self._shape: tuple[int, ...] | None = None
        self._addresses: dict[str, int] = {}
        self.runs = 0

    def set_input_shape(self, name: str, shape: tuple[int, ...]) -> bool:
        self._shape = tuple(shape)
        return name == "x"

    def infer_shapes(self) -> list[str]:
        return [] if self._shape else ["x"]

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        return self._shape or FREE

    def set_tensor_address(self, name: str, memory: int) -> bool:
        self._addresses[name] = memory
        return True

    def execute_async_v3(self, stream_handle: int) -> bool:
        if self._addresses.keys() != {"x", "y"} or self._shape is None:
            return False
        self.runs += 1
        count = int(np.prod(self._shape))
        x, y = (
            np.ctypeslib.as_array((ctypes.c_float * count).from_address(self._addresses[n])) for n in "xy"
        )
        np.multiply(x, 2, out=y)
        return True


class ICudaEngine:
    num_io_tensors = 2

    def __init__(self, *sizes: tuple[int, ...]) -> None:
        self.sizes = list(sizes)
        self.contexts: list[IExecutionContext] = []

    def get_tensor_name(self, index: int) -> str:
        return "xy"[index]

    def get_tensor_mode(self, name: str) -> TensorIOMode:
        return TensorIOMode.INPUT if name == "x" else TensorIOMode.OUTPUT

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        return FREE

    def get_tensor_dtype(self, name: str) -> str:
        return "FLOAT"

    def get_tensor_profile_shape(self, name: str, profile_index: int) -> list[tuple[int, ...]]:
        return self.sizes

    def create_execution_context(self) -> IExecutionContext:
        self.contexts.append(IExecutionContext())
        return self.contexts[-1]


class Runtime:
    def __init__(self, logger: object) -> None:
        self.engines: list[ICudaEngine] = []

    def deserialize_cuda_engine(self, serialized_engine: bytes) -> ICudaEngine | None:
        if serialized_engine not in (GOOD, ONE_SIZE):
            return None
        one = serialized_engine == ONE_SIZE
        self.engines.append(ICudaEngine(*((USUAL, USUAL, USUAL) if one else (LEAST, USUAL, MOST))))
        return self.engines[-1]


# -- the builder ----------------------------------------------------------------------------------------


class ITensor:
    def __init__(self, name: str, shape: tuple[int, ...]) -> None:
        self.name, self.shape = name, shape


class INetworkDefinition:
    num_inputs = 1

    def __init__(self, flags: int) -> None:
        self.flags = flags

    def get_input(self, index: int) -> ITensor:
        return ITensor("x", FREE)


class IOptimizationProfile:
    def __init__(self) -> None:
        self.shapes: dict[str, tuple[Any, Any, Any]] = {}

    def set_shape(self, input: str, min: Any, opt: Any, max: Any) -> None:  # noqa: A002
        self.shapes[input] = (min, opt, max)


class IHostMemory(bytes):
    nbytes = 0


class ITimingCache:
    def __init__(self, serialized_timing_cache: bytes) -> None:
        self.data = serialized_timing_cache

    def serialize(self) -> IHostMemory:
        return IHostMemory(self.data + b"timed;")


class IBuilderConfig:
    default_device_type = "GPU"
    DLA_core = -1
    progress_monitor: Any = None

    def __init__(self) -> None:
        self.pools: dict[str, int] = {}
        self.set_flags: list[str] = []
        self.profiles: list[IOptimizationProfile] = []
        self.cache: ITimingCache | None = None

    def set_memory_pool_limit(self, pool: str, pool_size: int) -> None:
        self.pools[pool] = pool_size

    def set_flag(self, flag: str) -> None:
        self.set_flags.append(flag)

    def add_optimization_profile(self, profile: IOptimizationProfile) -> int:
        self.profiles.append(profile)
        return 0

    def create_timing_cache(self, serialized_timing_cache: bytes) -> ITimingCache | None:
        return None if serialized_timing_cache == b"damaged" else ITimingCache(serialized_timing_cache)

    def set_timing_cache(self, cache: ITimingCache, ignore_mismatch: bool) -> bool:
        if cache.data == b"another GPU's":
            return False
        self.cache = cache
        return True

    def get_timing_cache(self) -> ITimingCache | None:
        return self.cache


class ParserError:
    def desc(self) -> str:
        return "no such operator"


class OnnxParser:
    def __init__(self, network: INetworkDefinition, logger: object) -> None:
        self.num_errors = 0

    def parse(self, model: bytes) -> bool:
        self.num_errors = int(model == b"foreign")
        return not self.num_errors

    def get_error(self, index: int) -> ParserError:
        return ParserError()


class Builder:
    num_DLA_cores = 1  # noqa: N815
    made: Builder | None = None

    def __init__(self, logger: object) -> None:
        self.networks: list[INetworkDefinition] = []
        self.configs: list[IBuilderConfig] = []
        Builder.made = self

    def create_network(self, flags: int = 0) -> INetworkDefinition:
        self.networks.append(INetworkDefinition(flags))
        return self.networks[-1]

    def create_builder_config(self) -> IBuilderConfig:
        self.configs.append(IBuilderConfig())
        return self.configs[-1]

    def create_optimization_profile(self) -> IOptimizationProfile:
        return IOptimizationProfile()

    def build_serialized_network(
        self, network: INetworkDefinition, config: IBuilderConfig
    ) -> IHostMemory | None:
        monitor = config.progress_monitor
        monitor.phase_start("Building", None, 2)
        monitor.step_complete("Building", 0)
        monitor.phase_finish("Building")
        return IHostMemory(GOOD)


class IProgressMonitor:
    def phase_start(self, phase_name: str, parent_phase: str | None, num_steps: int) -> None:
        """Nobody listens."""

    def step_complete(self, phase_name: str, step: int) -> bool:
        return True

    def phase_finish(self, phase_name: str) -> None:
        """Nobody listens."""


class NetworkDefinitionCreationFlag(Enum):
    STRONGLY_TYPED = 1


CLASSES: tuple[type, ...] = (
    Builder,
    IBuilderConfig,
    ICudaEngine,
    IExecutionContext,
    IHostMemory,
    INetworkDefinition,
    IOptimizationProfile,
    IProgressMonitor,
    ITensor,
    ITimingCache,
    OnnxParser,
    ParserError,
    Runtime,
)
ENUMS = {
    "BuilderFlag": ("GPU_FALLBACK",),
    "DeviceType": ("DLA",),
    "MemoryPoolType": ("WORKSPACE",),
    "NetworkDefinitionCreationFlag": ("STRONGLY_TYPED",),
    "TensorIOMode": ("INPUT", "OUTPUT"),
}


def fake_tensorrt() -> Any:
    names = {kind: SimpleNamespace(**{m: m for m in members}) for kind, members in ENUMS.items()}
    classes = {kind.__name__: kind for kind in CLASSES}
    enums = {"TensorIOMode": TensorIOMode, "NetworkDefinitionCreationFlag": NetworkDefinitionCreationFlag}
    return SimpleNamespace(
        **{**names, **classes, **enums}, __version__="10.3.0", nptype=lambda kind: np.dtype(np.float32)
    )
