"""Tells the gate, in another process, that an update is being written or has to prove itself."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..config.schema import Recovery

# The gate asks without root.
_READABLE = 0o644


class Underway:
    """A lock on a file in memory: it ends with the process that holds it, however that ends."""

    def __init__(self, place: Path) -> None:
        self._place = place

    @classmethod
    def beside(cls, recovery: Recovery) -> Underway:
        """In the gate's folder in memory, where its request for a reboot lies."""
        return cls(recovery.request.with_name("updating"))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Until the block ends. Without the gate's folder there is no gate to be told.

        The folder is the gate's, and the update runs as root: a link in it is not followed.
        """
        try:
            handle = os.open(self._place, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, _READABLE)
        except OSError:
            yield
            return
        try:
            os.fchmod(handle, _READABLE)
            # Shared: two may be at work, and the gate asks whether it could have the file for itself.
            fcntl.flock(handle, fcntl.LOCK_SH)
            yield
        finally:
            os.close(handle)

    @property
    def now(self) -> bool:
        """Whether an update is under way; never waits."""
        try:
            handle = os.open(self._place, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        except OSError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False
