"""The fake TensorRT against NVIDIA's own bindings, which load without a GPU and without the builder.

The fake refuses what it does not have, so what the backend calls is in it; here what is in it is held to
the real classes: every name, and the arguments by name and order.
"""

from __future__ import annotations

import inspect
import json
import re
import shutil
import subprocess
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from .fake_tensorrt import CLASSES, ENUMS

PROPERTIES = {
    "Builder": ("num_DLA_cores",),
    "IBuilderConfig": ("default_device_type", "DLA_core", "progress_monitor"),
    "ICudaEngine": ("num_io_tensors",),
    "INetworkDefinition": ("num_inputs",),
    "ITensor": ("name", "shape"),
    "OnnxParser": ("num_errors",),
}
PACKAGES = ("tensorrt-cu13-bindings", "tensorrt-cu12-bindings")
LIBRARIES = ("nvinfer", "nvinfer_plugin", "nvonnxparser")
SYMBOLS = (
    "createInferBuilder_INTERNAL",
    "createInferRefitter_INTERNAL",
    "createInferRuntime_INTERNAL",
    "createNvOnnxParserRefitter_INTERNAL",
    "createNvOnnxParser_INTERNAL",
    "getBuilderPluginRegistry",
    "getNvOnnxParserVersion",
    "getPluginRegistry",
    "initLibNvInferPlugins",
)

LOADED = """
import ctypes, json, sys, types
for library in sys.argv[1:]:
    ctypes.CDLL(library, ctypes.RTLD_GLOBAL)
import tensorrt_bindings as trt
sys.modules["tensorrt"] = trt
"""
DUMP = """
kinds = {name: kind for name, kind in vars(trt).items() if isinstance(kind, type)}
words = {name: {n: getattr(kind, n).__doc__ or "" for n in dir(kind)} for name, kind in kinds.items()}
print(json.dumps({"version": trt.__version__, "classes": words, "top": sorted(vars(trt))}))
"""
MONITOR = """
from appliance.infer.tensorrt_child import _Monitor
from appliance.infer.tensorrt_builder import Journey
heard = []
monitor = _Monitor(Journey(heard.append))
assert isinstance(monitor, trt.IProgressMonitor)
monitor.phase_start("all", None, 2)
assert monitor.step_complete("all", 0) is True
monitor.phase_finish("all")
print(json.dumps(heard))
"""
LOGGER = """
pycuda = types.ModuleType("pycuda"); driver = types.ModuleType("pycuda.driver"); pycuda.driver = driver
driver.Stream = driver.Error = Exception
sys.modules.update({"pycuda": pycuda, "pycuda.driver": driver})
from appliance.infer.tensorrt import _Logger
logger = _Logger()
assert isinstance(logger, trt.ILogger)
logger.log(trt.ILogger.Severity.ERROR, "told")
print(json.dumps("fine"))
"""


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Empty libraries under the names of NVIDIA's: the classes need no more to be looked at."""
    major = _installed().partition(".")[0]
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("a C compiler makes the empty libraries: apt install gcc")
    folder = tmp_path_factory.mktemp("libraries")
    source = folder / "empty.c"
    source.write_text("\n".join(f"void *{symbol}(void) {{ return 0; }}" for symbol in SYMBOLS))
    made = []
    for name in LIBRARIES:
        file = folder / f"lib{name}.so.{major}"
        words = [compiler, "-shared", "-fPIC", f"-Wl,-soname,{file.name}", "-o", str(file), str(source)]
        subprocess.run(words, check=True)
        made.append(str(file))
    return made


@cache
def _installed() -> str:
    for package in PACKAGES:
        try:
            return version(package)
        except PackageNotFoundError:
            continue
    pytest.skip("NVIDIA's bindings are not installed: pip install tensorrt-cu13-bindings")


def run(libraries: list[str], script: str) -> Any:
    words = [sys.executable, "-c", LOADED + script, *libraries]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3])
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def bindings(libraries: list[str]) -> dict[str, Any]:
    told: dict[str, Any] = run(libraries, DUMP)
    return told


@pytest.mark.parametrize("fake", CLASSES, ids=lambda fake: fake.__name__)
def test_every_call_of_the_fake_s_is_one_of_the_bindings(bindings: dict[str, Any], fake: type) -> None:
    real = bindings["classes"][fake.__name__]
    methods = {n: f for n, f in vars(fake).items() if inspect.isfunction(f) and not n.startswith("_")}
    assert {*methods, *PROPERTIES.get(fake.__name__, ())} <= real.keys()
    for name, method in methods.items():
        given = list(inspect.signature(method).parameters)
        assert any(form.takes(given) for form in forms(name, real[name])), (name, given)


def test_what_is_made_by_name_takes_these_arguments(bindings: dict[str, Any]) -> None:
    for name in ("Builder", "OnnxParser", "Runtime"):
        fake = next(one for one in CLASSES if one.__name__ == name)
        real = bindings["classes"][name]["__init__"]
        given = ["self", *inspect.signature(fake).parameters]
        assert any(form.takes(given) for form in forms("__init__", real))


@pytest.mark.parametrize("kind", ENUMS)
def test_every_word_is_one_of_the_bindings(bindings: dict[str, Any], kind: str) -> None:
    assert set(ENUMS[kind]) <= bindings["classes"][kind].keys()


def test_the_module_tells_types_and_its_version(bindings: dict[str, Any]) -> None:
    assert {"nptype", "Logger", "ILogger", "__version__"} <= set(bindings["top"])
    assert bindings["version"].partition(".")[0] in ("10", "11")


def test_progress_is_heard_through_the_real_monitor(libraries: list[str]) -> None:
    assert run(libraries, MONITOR) == [0.5]


def test_the_real_logger_speaks_into_our_log(libraries: list[str]) -> None:
    assert run(libraries, LOGGER) == "fine"


class Form(NamedTuple):
    """One form of a call: its arguments by name, those that have a default last."""

    needed: list[str]
    optional: list[str]

    def takes(self, given: list[str]) -> bool:
        known = self.needed + self.optional
        return len(given) >= len(self.needed) and given == known[: len(given)]


def forms(name: str, said: str) -> list[Form]:
    """What pybind writes about a call."""
    lines = re.findall(rf"^\s*(?:\d+\. )?{name}\((self.*)\) -> ", said, re.MULTILINE)
    pieces = [re.split(r", (?=\w+: )", line) for line in lines]
    return [
        Form(
            [piece.partition(":")[0] for piece in row if " = " not in piece],
            [piece.partition(":")[0] for piece in row if " = " in piece],
        )
        for row in pieces
    ]
