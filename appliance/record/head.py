"""The head: seq and hash of a recent link, kept in a file beside the database.

A chain that lost its end still links up; only something outside it can tell. The head is written after
the link is durable, so a power cut leaves it behind the chain, never before it.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from ..durable import create, opened
from .store import fault_of_os


@dataclass(frozen=True, slots=True)
class Head:
    """The link `seq` of the chain of `gate` carries `hash`."""

    gate: str
    seq: int
    hash: str


def head_path(database: Path) -> Path:
    """Where the head of a database lies."""
    return database.with_name(database.name + ".head")


def read_head(database: Path) -> Head | None:
    """The head of a database, None where it is missing or unreadable.

    Read it before the chain: the chain may grow meanwhile, the head must not be newer.
    """
    try:
        told = json.loads(head_path(database).read_text(encoding="utf-8"))
        return Head(str(told["gate"]), int(told["seq"]), str(told["hash"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_head(database: Path, head: Head) -> None:
    """Replace the head, whole or not at all. Raises DiskFull or RecordFailed."""
    path = head_path(database)
    # Named by process: a command may write the head while the gate does.
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with opened(path.parent) as folder, open(create(fresh.name, folder), "w", encoding="utf-8") as file:
            file.write(json.dumps(asdict(head)) + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise fault_of_os(error, path) from error
