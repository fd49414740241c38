"""Engines of TensorRT: built on this board when they are missing, stale or damaged, and kept."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ..faults import EngineFailed
from .base import BaseBackend, BaseSession, ModelFile
from .children import Child
from .files import check_hash, sha256_of
from .gpu import BaseGpu
from .gpu_device import GpuDevice
from .plans import PlanKey, PlanStore
from .tensorrt_order import BATCH, Order, shape_text
from .tensorrt_session import TensorRtSession

_LOG = logging.getLogger(__name__)
BUILDER = (sys.executable, "-m", "appliance.infer.tensorrt_child")

BuildPlan = Callable[[str, Order, float], None]


def build_in_child(part: str, order: Order, limit_s: float) -> None:
    """Build in a process of its own: a build that hangs or dies takes nothing with it."""
    Child(part, (*BUILDER, order.as_json()), limit_s).run()


class TensorRtBackend(BaseBackend):
    """Sessions on an NVIDIA GPU. `trt` is NVIDIA's module, `logger` its way to tell."""

    name = "tensorrt"
    threaded = False
    most = BATCH[-1]
    """More an engine does not take."""

    def __init__(
        self,
        trt: Any,
        logger: Any,
        gpu: BaseGpu,
        device: GpuDevice,
        store: PlanStore,
        *,
        dla: int,
        limit_s: float,
        build: BuildPlan = build_in_child,
    ) -> None:
        self._trt, self._gpu, self._store = trt, gpu, store
        self.device, self._stream = device, device.queue
        self._dla, self._limit_s, self._build = dla, limit_s, build
        self._runtime = trt.Runtime(logger)

    def load(self, model: ModelFile) -> BaseSession:
        """Minutes where an engine has to be built first."""
        check_hash(model)
        key = self._key(model)
        engine = self._kept(key)
        if engine is None:
            engine = self._deserialised(self._built(model, key))
        if engine is None:
            self._store.drop(key)
            raise EngineFailed("TensorRT refuses the engine that it built", part=model.name)
        session = TensorRtSession(model.name, self._trt, engine, self._gpu, self._stream)
        session.warm_up()
        return session

    def _kept(self, key: PlanKey) -> Any:
        """The engine of an earlier day; None where there is none, or another TensorRT or GPU made it."""
        plan = self._store.read(key)
        engine = None if plan is None else self._deserialised(plan)
        if plan is not None and engine is None:
            _LOG.warning("%s: the kept engine is refused and built anew", key.net)
            self._store.drop(key)
        return engine

    def _deserialised(self, plan: bytes) -> Any:
        with self._gpu.current():
            return self._runtime.deserialize_cuda_engine(plan)

    def _built(self, model: ModelFile, key: PlanKey) -> bytes:
        path = self._store.path(key)
        fresh = path.with_suffix(".building")
        timing = self._store.folder / "tensorrt.timing"
        _LOG.warning("%s: building an engine for this board, once; at most %g s", key.net, self._limit_s)
        order = Order(str(model.path.absolute()), str(fresh), str(timing), self._dla, model.side)
        try:
            self._build(model.name, order, self._limit_s)
            plan = fresh.read_bytes()
        except OSError as error:
            raise EngineFailed(f"{fresh} cannot be read: {error.strerror}", part=model.name) from error
        finally:
            with suppress(OSError):
                fresh.unlink()
        self._store.write(key, plan)
        return plan

    def _key(self, model: ModelFile) -> PlanKey:
        return PlanKey(
            f"{model.name}.{model.precision}",
            model.sha256 or sha256_of(model.path),
            f"TensorRT {self._trt.__version__}",
            self._gpu.name,
            shape_text(self._dla, model.side),
        )
