"""Builds an engine with TensorRT 10 or 11 from an ONNX file: strongly typed, as the file says.

`trt` is NVIDIA's module, or one that behaves as its manual says.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

from ..faults import EngineFailed
from .plans import write_whole
from .tensorrt_order import NO_DLA, Order, ranges

Share = Callable[[float], None]


class Journey:
    """How much of nested phases is done, from what TensorRT tells of each. Called from its threads."""

    def __init__(self, tell: Share) -> None:
        self._tell = tell
        self._lock = Lock()
        self._phases: dict[str, list[Any]] = {}

    def start(self, name: str, parent: str | None, steps: int) -> None:
        with self._lock:
            self._phases[name] = [parent or None, max(1, steps), 0]

    def step(self, name: str, step: int) -> None:
        with self._lock:
            if name in self._phases:
                self._phases[name][2] = min(self._phases[name][1], step + 1)
            share = self._inside(None)
        self._tell(share)

    def finish(self, name: str) -> None:
        with self._lock:
            self._phases.pop(name, None)

    def _inside(self, parent: str | None) -> float:
        """The share of the phases below `parent`; of several at once, the one that is furthest."""
        shares = [
            min(1.0, (done + self._inside(name)) / steps)
            for name, (above, steps, done) in list(self._phases.items())
            if above == parent
        ]
        return max(shares, default=0.0)


def build(trt: Any, logger: Any, order: Order, monitor: Any) -> bytes:
    """The serialised engine; the timing cache is written beside. Raises EngineFailed."""
    builder = trt.Builder(logger)
    flag = trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED
    network = builder.create_network(1 << int(flag.value))
    _parse(trt, network, logger, order)
    config = builder.create_builder_config()
    config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, order.workspace_mb << 20)
    config.progress_monitor = monitor
    config.add_optimization_profile(_profile(builder, network, order))
    _on_dla(trt, builder, config, order)
    _remember(config, Path(order.timing))
    plan = builder.build_serialized_network(network, config)
    if plan is None:
        raise EngineFailed("TensorRT builds no engine from it; its log says why", part=order.model)
    write_whole(Path(order.timing), bytes(config.get_timing_cache().serialize()), order.model)
    return bytes(plan)


def _parse(trt: Any, network: Any, logger: Any, order: Order) -> None:
    parser = trt.OnnxParser(network, logger)
    if not parser.parse(order.model_path.read_bytes()):
        why = "; ".join(str(parser.get_error(n).desc()) for n in range(parser.num_errors))
        raise EngineFailed(f"TensorRT does not take it: {why}", part=order.model)


def _profile(builder: Any, network: Any, order: Order) -> Any:
    profile = builder.create_optimization_profile()
    for index in range(network.num_inputs):
        tensor = network.get_input(index)
        least, usual, greatest = ranges(tuple(tensor.shape), fixed=order.dla != NO_DLA, side=order.side)
        profile.set_shape(tensor.name, least, usual, greatest)
    return profile


def _on_dla(trt: Any, builder: Any, config: Any, order: Order) -> None:
    """What the accelerator cannot do stays on the GPU."""
    if order.dla == NO_DLA:
        return
    if order.dla >= builder.num_DLA_cores:
        raise EngineFailed(f"there is no DLA core {order.dla}; set infer.dla = -1", part=order.model)
    config.default_device_type = trt.DeviceType.DLA
    config.DLA_core = order.dla
    config.set_flag(trt.BuilderFlag.GPU_FALLBACK)


def _remember(config: Any, path: Path) -> None:
    """Times of an earlier build, where they are of this board; else none."""
    try:
        known = path.read_bytes()
    except OSError:
        known = b""
    cache = config.create_timing_cache(known)
    if cache is None or not config.set_timing_cache(cache, False):
        config.set_timing_cache(config.create_timing_cache(b""), False)
