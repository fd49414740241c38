"""What the disk alone costs: an append of one commit's size, made durable."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

from ..clock import Clock
from ..faults import RecordFailed

COMMIT_BYTES = 8192
"""The log of the record grows by some 6 KB for an entry: two blocks of the disk."""


class BareDisk:
    """A file on the record's disk that grows by one block at a time. Raises RecordFailed."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._block = os.urandom(COMMIT_BYTES)
        try:
            self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise RecordFailed(f"{path}: {error.strerror}", part="disk") from error

    def __enter__(self) -> BareDisk:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._handle)

    def append_s(self) -> float:
        """Seconds until one more block was durable."""
        start_s = self._clock.monotonic()
        try:
            os.write(self._handle, self._block)
            os.fdatasync(self._handle)
        except OSError as error:
            raise RecordFailed(f"{error.strerror}", part="disk") from error
        return self._clock.monotonic() - start_s
