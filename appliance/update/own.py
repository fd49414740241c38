"""The folder of updates: what the board will run lies there, so nobody but root may put anything into it."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = "lock"


def own_folder(folder: Path) -> None:
    """Make it where it is missing: for all to read, for its owner to write.

    Raises PermissionError where it is a link, or where it, or a folder that it lies in, is neither root's nor
    the caller's: whoever could exchange it would choose what root runs. OSError where it cannot be made.
    """
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    if folder.is_symlink():
        raise PermissionError(f"{folder} is a link")
    for one in (folder, *folder.absolute().parents):
        if not only_ours(one.stat(), os.geteuid()):
            raise PermissionError(f"others than root may write in {one}")


@contextmanager
def alone(folder: Path, *, wait: bool = False) -> Iterator[None]:
    """One process at a time is in this block; it is left with the process, however that ends.

    Raises BlockingIOError at once where another is in it, unless it is to `wait`; OSError as `own_folder`.
    """
    own_folder(folder)
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(handle)


def only_ours(found: os.stat_result, user: int) -> bool:
    """Whether nobody but root and `user` can take away what lies in a folder."""
    for_all = bool(found.st_mode & stat.S_IWOTH) and not found.st_mode & stat.S_ISVTX
    return found.st_uid in (0, user) and not for_all
