"""The preparation of a picture in C++, compiled here, to say what a rewrite would gain."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from ..faults import BenchFault, ExtraMissing
from ..infer.lane import Array

if TYPE_CHECKING:
    from ..sight import Image

SOURCE = Path(__file__).with_name("prepare.cpp")
FLAGS = ("-O3", "-march=native", "-std=c++17", "-shared", "-fPIC")
# g++ takes a second on a PC and ten on a small board.
_LIMIT_S = 120.0


class NativePreparer:
    """Prepares like `vision.prepare.Preparer` for a net that takes RGB, 0 to 1.

    Compiles into `folder`, which must live as long. Raises BenchFault where g++ is missing or fails.
    """

    def __init__(self, folder: Path) -> None:
        self._prepare = ctypes.CDLL(str(_compiled(folder))).prepare
        self._prepare.restype = None
        self._prepare.argtypes = (
            *(ctypes.c_void_p, ctypes.c_int64, ctypes.c_int, ctypes.c_int),
            *(ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_int),
        )

    def fill(self, image: Image, size: tuple[int, int], room: Array) -> None:
        """Lay a BGR image, scaled to `size` (width, height), into a float32 room of 3 x H x W, contiguous."""
        height, width = image.shape[:2]
        _, room_height, room_width = room.shape
        source, pitch = image.ctypes.data, image.strides[0]
        self._prepare(source, pitch, width, height, room.ctypes.data, *size, room_width, room_height)


def _compiled(folder: Path) -> Path:
    compiler = shutil.which("g++")
    if compiler is None:
        raise ExtraMissing("without it there is no C++ to compare with", part="g++")
    made = folder / "prepare.so"
    words = [compiler, *FLAGS, str(SOURCE), "-o", str(made)]
    try:
        subprocess.run(words, check=True, capture_output=True, text=True, timeout=_LIMIT_S)
    except subprocess.CalledProcessError as error:
        wrong = (line for line in error.stderr.splitlines() if "error" in line)
        raise BenchFault(next(wrong, "it failed"), part="g++") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BenchFault(str(error), part="g++") from error
    return made
