from __future__ import annotations

import ctypes

import pytest

from ..fake_gpu import FakeGpu, device
from .rig import Rig, compiled


@pytest.fixture(scope="session")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """The kernels' own source, compiled for the processor."""
    return compiled(tmp_path_factory.mktemp("kernels"))


@pytest.fixture
def rig(kernels: ctypes.CDLL) -> Rig:
    gpu = FakeGpu(kernels=kernels)
    return Rig(gpu, device(gpu))
