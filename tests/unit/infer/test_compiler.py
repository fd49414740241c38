"""The compiler of kernels: its calls before a library that behaves as the manual says, and what is kept."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import pytest

from appliance.faults import EngineFailed
from appliance.infer.cuda.compiler import Compiler, kernels
from appliance.infer.libraries import wheel_folders
from appliance.infer.plans import PlanStore

CODE = b"\x7fELF machine code"
LOG = b"pictures.cu(3): warning: odd\npictures.cu(7): error: no such word\n"


class FakeNvrtc:
    def __init__(self, code: int = 0, version: tuple[int, int] = (13, 0)) -> None:
        self.compiled: list[list[bytes]] = []
        self.alive = 0
        self._code, self._version = code, version

    def nvrtcVersion(self, major: Any, minor: Any) -> int:  # noqa: N802
        major._obj.value, minor._obj.value = self._version
        return 0

    def nvrtcCreateProgram(self, program: Any, *words: Any) -> int:  # noqa: N802
        self.alive += 1
        return 0

    def nvrtcDestroyProgram(self, program: Any) -> int:  # noqa: N802
        self.alive -= 1
        return 0

    def nvrtcCompileProgram(self, program: Any, count: int, options: Any) -> int:  # noqa: N802
        self.compiled.append([options[n] for n in range(count)])
        return self._code

    def nvrtcGetCUBINSize(self, program: Any, size: Any) -> int:  # noqa: N802
        size._obj.value = len(CODE)
        return 0

    def nvrtcGetCUBIN(self, program: Any, room: Any) -> int:  # noqa: N802
        ctypes.memmove(room, CODE, len(CODE))
        return 0

    def nvrtcGetProgramLogSize(self, program: Any, size: Any) -> int:  # noqa: N802
        size._obj.value = len(LOG)
        return 0

    def nvrtcGetProgramLog(self, program: Any, room: Any) -> int:  # noqa: N802
        ctypes.memmove(room, LOG, len(LOG))
        return 0


def test_kernels_are_compiled_once_for_a_gpu(tmp_path: Path) -> None:
    library, store = FakeNvrtc(), PlanStore(tmp_path)
    codes = [kernels(store, "sm_87", Compiler(library)) for _ in range(3)]
    assert codes == [CODE] * 3
    assert library.compiled == [[b"--gpu-architecture=sm_87", b"--std=c++17"]]


@pytest.mark.parametrize(("arch", "version"), [("sm_90", (13, 0)), ("sm_87", (12, 6))])
def test_another_gpu_or_compiler_compiles_anew(tmp_path: Path, arch: str, version: tuple[int, int]) -> None:
    store, library = PlanStore(tmp_path), FakeNvrtc(version=version)
    kernels(store, "sm_87", Compiler(FakeNvrtc()))
    kernels(store, arch, Compiler(library))
    assert len(library.compiled) == 1


def test_damaged_code_is_compiled_anew(tmp_path: Path) -> None:
    store, library = PlanStore(tmp_path), FakeNvrtc()
    kernels(store, "sm_87", Compiler(library))
    for kept in tmp_path.glob("*.plan"):
        kept.write_bytes(kept.read_bytes()[:-1])
    assert kernels(store, "sm_87", Compiler(library)) == CODE
    assert len(library.compiled) == 2


@pytest.mark.parametrize(
    ("code", "why"), [(6, r"\(7\): error: no such word"), (5, "does not know sm_42: pip")]
)
def test_what_does_not_compile_is_a_fault_and_leaves_no_program(code: int, why: str) -> None:
    library = FakeNvrtc(code)
    with pytest.raises(EngineFailed, match=why):
        Compiler(library).cubin("source", "sm_42")
    assert library.alive == 0


def test_wheels_are_looked_through_for_libraries(tmp_path: Path) -> None:
    for folder in ("nvidia/cu13/lib", "nvidia/cuda_nvrtc/lib", "other/lib"):
        (tmp_path / folder).mkdir(parents=True)
    found = [folder.parent.name for folder in wheel_folders([str(tmp_path)])]
    assert found == ["cu13", "cuda_nvrtc"]
