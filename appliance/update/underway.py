"""Tells other processes, the gate first, that an update is being written or has to prove itself."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from ..config.schema import Recovery

# The gate asks without root.
_READABLE = 0o644
_LINE = 400

Say = Callable[[str], None]
"""Keeps a line on what is being done, for whoever asks."""


class Underway:
    """A lock on a file in memory: it ends with the process that holds it, however that ends."""

    def __init__(self, place: Path) -> None:
        self.place = place

    @classmethod
    def beside(cls, recovery: Recovery) -> Underway:
        """In a folder in memory beside the gate's own, which goes when the gate ends."""
        gate = recovery.request.parent
        return cls(gate.with_name(f"{gate.name}-updates") / "updating")

    @property
    def fetching(self) -> Underway:
        """Its like for a fetch, which may take hours: of that, only `doing` tells."""
        return Underway(self.place.with_name("fetching"))

    @contextmanager
    def held(self) -> Iterator[Say]:
        """Until the block ends. Without the folder, which systemd makes at the start, nobody asks."""
        try:
            handle = os.open(self.place, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, _READABLE)
        except OSError:
            yield _unheard
            return
        try:
            os.fchmod(handle, _READABLE)
            # Shared: two may be at work, and the gate asks whether it could have the file for itself.
            fcntl.flock(handle, fcntl.LOCK_SH)
            _keep(handle, "")
            yield partial(_keep, handle)
        finally:
            os.close(handle)

    @property
    def now(self) -> bool:
        """Whether an update is under way; never waits."""
        try:
            handle = os.open(self.place, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        except OSError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False

    @property
    def doing(self) -> str:
        """The last line of who is at work; empty where nobody is, or has said anything."""
        if not self.now:
            return ""
        with suppress(OSError):
            handle = os.open(self.place, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
            with open(handle, encoding="utf-8", errors="replace") as file:
                return file.readline(_LINE).strip()
        return ""


def _keep(handle: int, line: str) -> None:
    """A line that cannot be kept holds nothing up."""
    data = line.encode()
    with suppress(OSError):
        os.pwrite(handle, data, 0)
        os.ftruncate(handle, len(data))


def _unheard(line: str) -> None:
    """Nobody could read it."""
