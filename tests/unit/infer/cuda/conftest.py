from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

import pytest

from appliance.infer.cuda import compiler

from ..fake_gpu import FakeGpu, device
from .rig import Rig

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """The kernels' own source, compiled for the processor."""
    maker = shutil.which("g++")
    if maker is None:
        pytest.skip("g++ is not installed: apt-get install g++")
    library = tmp_path_factory.mktemp("kernels") / "kernels.so"
    folders = ("-I", str(HERE), "-I", str(compiler.SOURCE.parent))
    command = (maker, "-std=c++17", "-O2", "-shared", "-fPIC", *folders, "-o", str(library))
    subprocess.run((*command, str(HERE / "launch.cpp")), check=True)
    return ctypes.CDLL(str(library))


@pytest.fixture
def rig(kernels: ctypes.CDLL) -> Rig:
    gpu = FakeGpu(kernels=kernels)
    return Rig(gpu, device(gpu))
