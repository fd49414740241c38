"""Engines that were built on this board, kept on the data partition: each for one net, board and vendor."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..durable import replace
from ..faults import EngineFailed

_MAGIC = b"gatehouse engine 1\n"
_DIGEST_BYTES = 64
_KEY_DIGITS = 16


@dataclass(frozen=True, slots=True)
class PlanKey:
    """What an engine depends on: change any of it, and the engine is another one."""

    net: str
    """The net and its precision."""
    model_sha256: str
    vendor: str
    """Name and version of what built it."""
    device: str
    """The GPU, its architecture and its driver."""
    shape: str
    """For which input sizes, and on which core."""

    @property
    def file(self) -> str:
        told = "\n".join((self.model_sha256, self.vendor, self.device, self.shape))
        return f"{self.net}-{hashlib.sha256(told.encode()).hexdigest()[:_KEY_DIGITS]}.plan"


class PlanStore:
    """A folder of engines. What is damaged counts as not there; it may be deleted at any time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, key: PlanKey) -> Path:
        return self.folder / key.file

    def read(self, key: PlanKey) -> bytes | None:
        """The engine, None where there is none or it is not as it was written."""
        try:
            data = self.path(key).read_bytes()
        except OSError:
            return None
        head = len(_MAGIC) + _DIGEST_BYTES
        plan = data[head:]
        whole = data[:head] == _MAGIC + hashlib.sha256(plan).hexdigest().encode()
        return plan if whole else None

    def write(self, key: PlanKey, plan: bytes) -> None:
        """Keep an engine, and drop those of the same net that it replaces. Raises EngineFailed."""
        write_whole(self.path(key), _MAGIC + hashlib.sha256(plan).hexdigest().encode() + plan, key.net)
        for old in self.folder.glob(f"{key.net}-{'?' * _KEY_DIGITS}.plan"):
            if old.name != key.file:
                self._drop(old)

    def drop(self, key: PlanKey) -> None:
        """Forget an engine that its vendor refuses."""
        self._drop(self.path(key))

    @staticmethod
    def _drop(path: Path) -> None:
        with suppress(OSError):
            path.unlink()


def write_whole(path: Path, data: bytes, part: str) -> None:
    """Replace a file, whole or not at all. Raises EngineFailed."""
    try:
        replace(path, data)
    except OSError as error:
        raise EngineFailed(f"{path} cannot be written: {error.strerror}", part=part) from error
