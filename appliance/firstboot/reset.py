"""Factory reset: everything on the data partition goes, and the next lines of the log are a first boot's."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

from ..durable import replace, sync
from .offers import mark_of, unchanged
from .places import Places

REQUEST = "factory-reset"
"""A file of this name on the card asks for it once; another request is another content or another time."""

_MARK = "reset_done"
_BEGUN = "reset_begun"


def wanted(places: Places, held: Callable[[], bool]) -> str:
    """Who asks for a factory reset now: one that was cut off, "the card", "the button", or "" for nobody."""
    if (places.data / _BEGUN).exists():
        return "a reset that was cut off"
    if _requested(places) and _seal(places) != _done(places):
        return "the card"
    return "the button" if held() else ""


def wipe(places: Places, remove: Callable[[Path], object] | None = None) -> None:
    """Remove what the owner and the gate have left: a cut at any moment, and the next start goes on.

    Folders that are mounted elsewhere stay, empty. The record goes first: it names people. The marks of what
    lies unchanged on the card stay: what the last owner left there does not come back. Raises OSError.
    """
    begun = places.data / _BEGUN
    replace(begun, b"")
    inside = (places.gate, places.owner, places.system, places.journal, places.updates)
    folders = [folder for folder in inside if folder.is_dir()]
    kept = {mark_of(name, places) for name in unchanged(places)}
    entries = [entry for folder in folders for entry in sorted(folder.iterdir())]
    for entry in (entry for entry in entries if entry not in kept):
        (remove or _remove)(entry)
    if _requested(places):
        replace(places.system / _MARK, _seal(places))
    for folder in folders:
        sync(folder)
    begun.unlink()
    sync(places.data)


def _requested(places: Places) -> bool:
    return (places.card / REQUEST).is_file()


def _seal(places: Places) -> bytes:
    request = places.card / REQUEST
    when = request.stat().st_mtime_ns
    return hashlib.sha256(request.read_bytes() + str(when).encode()).hexdigest().encode()


def _done(places: Places) -> bytes:
    mark = places.system / _MARK
    return mark.read_bytes() if mark.is_file() else b""


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    else:
        entry.unlink()
