"""Files and names that are on the disk when a call returns, and names that change places in one step."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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

    Whoever is not root cannot, and need not. A link is not followed. Raises OSError.
    """
    if os.geteuid() != 0:
        return
    with opened(path.parent) as folder:
        handle = os.open(path.name, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW, dir_fd=folder)
        try:
            _give(handle, folder)
        finally:
            os.close(handle)


def replace(place: Path, data: bytes) -> None:
    """Write `data` in the place of what lies there, with its mode: after a cut the old or the new, whole.

    The folder may be another's than who writes: no link in it is followed. Raises OSError.
    """
    make_folder(place.parent)
    fresh = f"{place.name}.{os.getpid()}"
    with opened(place.parent) as folder:
        try:
            _write(fresh, data, folder, _mode(place.name, folder))
            os.replace(fresh, place.name, src_dir_fd=folder, dst_dir_fd=folder)
        except OSError:
            with suppress(OSError):
                os.unlink(fresh, dir_fd=folder)
            raise
        os.fsync(folder)


@contextmanager
def opened(folder: Path) -> Iterator[int]:
    """A folder that stays the same one, whatever its name leads to meanwhile. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield handle
    finally:
        os.close(handle)


def create(name: str, folder: int) -> int:
    """A new file to write, in place of what a cut or anybody else left there; its owner is the folder's.

    Raises OSError.
    """
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)
    handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666, dir_fd=folder)
    try:
        _give(handle, folder)
    except OSError:
        os.close(handle)
        raise
    return handle


def _write(name: str, data: bytes, folder: int, mode: int | None) -> None:
    with open(create(name, folder), "wb") as file:
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _mode(name: str, folder: int) -> int | None:
    """Without the bits that lend an owner's rights."""
    try:
        return os.stat(name, dir_fd=folder).st_mode & 0o777
    except FileNotFoundError:
        return None


def _give(handle: int, folder: int) -> None:
    if os.geteuid() == 0:
        owner = os.fstat(folder)
        os.fchown(handle, owner.st_uid, owner.st_gid)


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
