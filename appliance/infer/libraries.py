"""Finds the vendor's shared libraries, which come with a system, a CUDA toolkit or a Python wheel."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from ..faults import EngineFailed

# CUDA's, newest first.
_MAJORS = (13, 12, 11)

_PIECE_BYTES = 1 << 20


def wheel_folders(paths: Sequence[str]) -> Iterator[Path]:
    """Where NVIDIA's wheels lay their libraries, below the folders of Python's own path."""
    for path in paths:
        yield from sorted(Path(path or ".").glob("nvidia/*/lib"))


def read_ahead(package: str) -> int:
    """Have the system's memory hold a package's extensions before Python imports them; the bytes read.

    The import keeps the interpreter until all is loaded, and so every thread of the gate: from a cold card
    for longer than a tick may take. Reading does not. Nothing is read of what is imported, or is not there.
    """
    spec = None if package in sys.modules else find_spec(package)
    folders = (spec and spec.submodule_search_locations) or ()
    return sum(_read(module) for folder in folders for module in Path(folder).rglob("*.so"))


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


def _read(module: Path) -> int:
    piece, total = bytearray(_PIECE_BYTES), 0
    # What cannot be read the import itself names.
    with suppress(OSError), module.open("rb", buffering=0) as file:
        while count := file.readinto(piece):
            total += count
    return total


def _opened(name: str | Path) -> ctypes.CDLL:
    if isinstance(name, Path):
        # NVRTC opens its helper by name alone, and no path leads into a wheel: what is loaded is found.
        for helper in sorted(name.parent.glob(f"{name.name.partition('.')[0]}-builtins.so*")):
            ctypes.CDLL(str(helper))
    return ctypes.CDLL(str(name))
