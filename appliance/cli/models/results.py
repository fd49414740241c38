"""Where results go: tried before the work, and one line when they cannot be written after it."""

from __future__ import annotations

import os
from pathlib import Path

from ...faults import ResultFailed


def check_place(file: Path | None) -> None:
    """Raises ResultFailed when a file cannot be written there; None is no file."""
    if file is None:
        return
    if file.is_dir():
        raise ResultFailed("it is a folder", part=str(file))
    if not file.parent.is_dir():
        raise ResultFailed(f"there is no folder {file.parent}", part=str(file))
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        raise ResultFailed("permission denied", part=str(file))


def save(file: Path, data: str | bytes) -> None:
    """Raises ResultFailed."""
    try:
        file.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    except OSError as error:
        raise ResultFailed(str(error.strerror), part=str(file)) from error
