"""The folder of a bench on the record's disk, gone afterwards; the next bench removes a killed one's."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..faults import RecordFailed

_PREFIX = ".gatehouse-bench-"


@contextmanager
def folder_beside(record: Path) -> Iterator[Path]:
    """A folder in the record's, or in the next one above that is there. Raises RecordFailed."""
    beside = next(place for place in record.absolute().parents if place.exists())
    _sweep(beside)
    try:
        made = tempfile.TemporaryDirectory(prefix=_PREFIX, dir=beside)
    except OSError as error:
        raise RecordFailed(f"{beside}: {error.strerror}", part="record") from error
    with made as name, _held(Path(name)):
        yield Path(name)


def _sweep(beside: Path) -> None:
    for left in beside.glob(f"{_PREFIX}*"):
        # Another bench may be at work: its folder is held. What is not ours to delete stays.
        with suppress(OSError), _held(left):
            shutil.rmtree(left)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Locked until the end, or until this process dies. Raises OSError where another holds it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)
