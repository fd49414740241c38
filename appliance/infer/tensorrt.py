"""TensorRT 10 and 11 on an NVIDIA GPU: where the vendor's library is held."""

from __future__ import annotations

import logging

import tensorrt

from ..config.schema import Infer
from .base import BaseBackend
from .cuda.device import nvidia
from .plans import PlanStore
from .tensorrt_backend import TensorRtBackend

_LOG = logging.getLogger(__name__)


class _Logger(tensorrt.ILogger):  # type: ignore[misc]
    """What TensorRT has to say, in our log."""

    def __init__(self) -> None:
        # pybind's base must be made by name: without it the object has no native half.
        tensorrt.ILogger.__init__(self)

    def log(self, severity: tensorrt.ILogger.Severity, msg: str) -> None:
        grave = severity in (tensorrt.ILogger.Severity.INTERNAL_ERROR, tensorrt.ILogger.Severity.ERROR)
        _LOG.log(logging.ERROR if grave else logging.DEBUG, "%s", msg)


def make(infer: Infer) -> BaseBackend:
    """Raises EngineFailed where there is no GPU, or nothing that compiles kernels for it."""
    store = PlanStore(infer.engines)
    gpu, device = nvidia(infer)
    return TensorRtBackend(
        tensorrt, _Logger(), gpu, device, store, dla=infer.dla, limit_s=infer.build_limit_s
    )
