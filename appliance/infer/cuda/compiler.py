"""The kernels for pictures: compiled once for the GPU that is there, and kept beside the engines."""

from __future__ import annotations

import ctypes
import hashlib
from pathlib import Path
from typing import Any

from ...faults import EngineFailed
from ..libraries import open_library
from ..plans import PlanKey, PlanStore

SOURCE = Path(__file__).with_name("pictures.cu")
REMEDY = "pip install nvidia-cuda-nvrtc of the driver's CUDA, or NVIDIA's CUDA toolkit"
# NVRTC_ERROR_INVALID_OPTION: this compiler does not know the GPU.
_OUT_OF_DATE = 5
_OPTIONS = ("--std=c++17",)


class Compiler:
    """NVIDIA's run-time compiler. `library` is libnvrtc, or one that behaves as its manual says."""

    def __init__(self, library: Any = None) -> None:
        self._library = open_library("libnvrtc", REMEDY) if library is None else library

    @property
    def name(self) -> str:
        major, minor = ctypes.c_int(), ctypes.c_int()
        self._call("nvrtcVersion", ctypes.byref(major), ctypes.byref(minor))
        return f"NVRTC {major.value}.{minor.value}"

    def cubin(self, source: str, arch: str) -> bytes:
        """Machine code for `arch`, such as sm_90. Raises EngineFailed with the compiler's first error."""
        program = ctypes.c_void_p()
        self._call(
            "nvrtcCreateProgram", ctypes.byref(program), source.encode(), SOURCE.name.encode(), 0, None, None
        )
        try:
            return self._compiled(program, arch)
        finally:
            self._call("nvrtcDestroyProgram", ctypes.byref(program))

    def _compiled(self, program: ctypes.c_void_p, arch: str) -> bytes:
        words = [option.encode() for option in (f"--gpu-architecture={arch}", *_OPTIONS)]
        options = (ctypes.c_char_p * len(words))(*words)
        code = self._library.nvrtcCompileProgram(program, len(words), options)
        if code == _OUT_OF_DATE:
            raise EngineFailed(f"{self.name} does not know {arch}: {REMEDY}", part="kernels")
        if code:
            log = self._text(program, "nvrtcGetProgramLogSize", "nvrtcGetProgramLog")
            first = next((line for line in log.decode().splitlines() if "error" in line), f"error {code}")
            raise EngineFailed(f"kernels do not compile: {first}", part="kernels")
        return self._text(program, "nvrtcGetCUBINSize", "nvrtcGetCUBIN")

    def _text(self, program: ctypes.c_void_p, size_of: str, get: str) -> bytes:
        size = ctypes.c_size_t()
        self._call(size_of, program, ctypes.byref(size))
        text = ctypes.create_string_buffer(size.value)
        self._call(get, program, text)
        return text.raw

    def _call(self, name: str, *words: object) -> None:
        code = getattr(self._library, name)(*words)
        if code:
            raise EngineFailed(f"nvrtc: {name} gives error {code}", part="kernels")


def kernels(store: PlanStore, arch: str, compiler: Compiler | None = None) -> bytes:
    """Machine code of `pictures.cu` for `arch`: the kept one, or compiled and kept. Raises EngineFailed."""
    source = SOURCE.read_text(encoding="utf-8")
    compiler = compiler or Compiler()
    digest = hashlib.sha256(source.encode()).hexdigest()
    key = PlanKey("kernels", digest, compiler.name, arch, " ".join(_OPTIONS))
    kept = store.read(key)
    if kept is not None:
        return kept
    made = compiler.cubin(source, arch)
    store.write(key, made)
    return made
