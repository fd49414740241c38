"""Two names of one file system change places in one step, which Python's library does not offer."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

_HERE = -100
"""AT_FDCWD: paths count from the working directory."""
_EXCHANGE = 2
"""RENAME_EXCHANGE."""


def exchange(one: Path, other: Path) -> None:
    """Let two files or folders change names. A cut leaves both as they were, or both changed.

    Raises OSError, also where the file system or the C library cannot (Linux 3.15, glibc 2.28).
    """
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError as error:
        raise OSError(38, "this C library cannot exchange folders") from error
    if rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(one), None, str(other))
