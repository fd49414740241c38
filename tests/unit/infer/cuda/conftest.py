from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from ..fake_gpu import FakeGpu, device
from .rig import Rig, compiled, silicon


@pytest.fixture(scope="session")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """The kernels' own source, compiled for the processor."""
    return compiled(tmp_path_factory.mktemp("kernels"))


@pytest.fixture
def fake(kernels: ctypes.CDLL) -> FakeGpu:
    return FakeGpu(kernels=kernels)


@pytest.fixture(params=["processor", "gpu"])
def rig(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Rig:
    """The kernels on this computer's processor, and on its GPU where it has one."""
    if request.param == "gpu":
        return silicon(Path(tmp_path_factory.getbasetemp()))
    gpu: FakeGpu = request.getfixturevalue("fake")
    return Rig(gpu, device(gpu))
