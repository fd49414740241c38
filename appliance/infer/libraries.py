"""Finds the vendor's shared libraries, which come with a system, a CUDA toolkit or a Python wheel."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from ..faults import EngineFailed

# CUDA's, newest first.
_MAJORS = (13, 12, 11)


def wheel_folders(paths: Sequence[str]) -> Iterator[Path]:
    """Where NVIDIA's wheels lay their libraries, below the folders of Python's own path."""
    for path in paths:
        yield from sorted(Path(path or ".").glob("nvidia/*/lib"))


def open_library(stem: str, remedy: str, paths: Sequence[str] | None = None) -> ctypes.CDLL:
    """The system's `stem`.so, else a wheel's, newest first. Raises EngineFailed with `remedy`."""
    wheels = [
        library
        for folder in wheel_folders(sys.path if paths is None else paths)
        for library in sorted(folder.glob(f"{stem}.so*"), reverse=True)
    ]
    names: list[str | Path] = [f"{stem}.so", *(f"{stem}.so.{major}" for major in _MAJORS), *wheels]
    for name in names:
        with suppress(OSError):
            return _opened(name)
    raise EngineFailed(f"{stem} is not installed: {remedy}", part="cuda")


def _opened(name: str | Path) -> ctypes.CDLL:
    if isinstance(name, Path):
        # NVRTC opens its helper by name alone, and no path leads into a wheel: what is loaded is found.
        for helper in sorted(name.parent.glob(f"{name.name.partition('.')[0]}-builtins.so*")):
            ctypes.CDLL(str(helper))
    return ctypes.CDLL(str(name))
