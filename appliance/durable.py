"""Files and names that are on the disk when a call returns, and names that change places in one step."""

from __future__ import annotations

import ctypes
import os
import shutil
from contextlib import suppress
from pathlib import Path

# AT_FDCWD: paths count from the working directory.
_HERE = -100
# RENAME_EXCHANGE.
_EXCHANGE = 2


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """A folder, and those that it lies in, where they are missing. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    hand_over(folder)


def hand_over(path: Path) -> None:
    """Give what root has made to the owner of the folder that it lies in: the gate runs without root.

    Whoever is not root cannot, and need not. Raises OSError.
    """
    if os.geteuid() == 0:
        above = path.parent.stat()
        os.chown(path, above.st_uid, above.st_gid)


def replace(place: Path, data: bytes) -> None:
    """Write `data` in the place of what lies there, with its mode: after a cut the old or the new, whole.

    Raises OSError.
    """
    fresh = place.with_name(f"{place.name}.{os.getpid()}")
    make_folder(place.parent)
    try:
        fresh.write_bytes(data)
        hand_over(fresh)
        if place.exists():
            shutil.copymode(place, fresh)
        sync(fresh)
        fresh.replace(place)
    except OSError:
        with suppress(OSError):
            fresh.unlink()
        raise
    sync(place.parent)


def exchange(one: Path, other: Path) -> None:
    """Let two files or folders of one file system change names: after a cut both did, or neither.

    Raises OSError, also where the file system or the C library cannot (Linux 3.15, 6.0 for FAT; glibc 2.28).
    """
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError as error:
        raise OSError(38, "this C library cannot exchange folders") from error
    if rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(one), None, str(other))
