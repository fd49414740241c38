"""The owner's folder of models, replaced as a whole or not at all, with the one before it kept."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ..durable import exchange, sync
from ..faults import ParcelFault

_FRESH = ".fresh"
"""Lies in a folder that has not served yet, and changes names with it."""


class Disk:
    """What is done to a disk, each a step that a cut may follow. Raises OSError."""

    def copy(self, source: Path, target: Path) -> None:
        """A new file, on the disk when this returns."""
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        sync(target)

    def settle(self, folder: Path) -> None:
        """The names of all that lies in a folder are on the disk when this returns."""
        for one in (folder, *(inner for inner in folder.rglob("*") if inner.is_dir())):
            sync(one)

    def make(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)

    def move(self, folder: Path, free: Path) -> None:
        folder.rename(free)
        sync(free.parent)

    def exchange(self, one: Path, other: Path) -> None:
        exchange(one, other)
        sync(one.parent)

    def mark(self, folder: Path) -> None:
        (folder / _FRESH).touch()
        sync(folder / _FRESH)
        sync(folder)

    def unmark(self, folder: Path) -> None:
        (folder / _FRESH).unlink()
        sync(folder)

    def remove(self, folder: Path) -> None:
        if folder.exists():
            shutil.rmtree(folder)


class Shelf:
    """`folder` is what serves; beside it lie `folder.previous`, `folder.new` while one is made ready, and
    `folder.next` once it waits to serve.

    Folders change names in one step, so after a cut `folder` is the old one or the new one. A folder that is
    no more than half made, or half removed, is only ever called `folder.new`.
    """

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        # Behind a link lies what is to be renamed; the link stays.
        self.folder = folder.resolve()
        self._previous = self.folder.with_name(f"{self.folder.name}.previous")
        self._new = self.folder.with_name(f"{self.folder.name}.new")
        self._next = self.folder.with_name(f"{self.folder.name}.next")
        self._disk = disk or Disk()

    @contextmanager
    def staged(self, files: Mapping[str, Path]) -> Iterator[Path]:
        """A copy of the folder with these files in it, by their place there; gone afterwards unless taken.

        Raises ParcelFault.
        """
        try:
            with self._at_work():
                self._finish()
                self._disk.remove(self._new)
                self._disk.make(self._new)
                kept = {str(one.relative_to(self.folder)): one for one in _files(self.folder)}
                for place, source in {**kept, **files}.items():
                    self._disk.copy(source, self._new / place)
                self._disk.settle(self._new)
            yield self._new
        finally:
            with self._at_work():
                self._disk.remove(self._new)

    def take(self) -> None:
        """What was staged serves from now on, and what served is the previous one. Raises ParcelFault."""
        with self._at_work():
            self._disk.make(self.folder)
            if self._previous.exists():
                self._disk.exchange(self._new, self._previous)
            else:
                self._disk.move(self._new, self._previous)
            self._disk.exchange(self._previous, self.folder)
            self._disk.remove(self._new)

    def keep(self) -> None:
        """What was staged waits until it is told to serve, in the place of what did. Raises ParcelFault."""
        with self._at_work():
            self._disk.mark(self._new)
            if self.waits:
                self._disk.exchange(self._new, self._next)
            else:
                self._disk.move(self._new, self._next)

    @property
    def waits(self) -> bool:
        """Something is kept that has not served yet."""
        return (self._next / _FRESH).is_file()

    def serve(self) -> None:
        """What waits serves from now on, and what served is the previous one. Raises ParcelFault."""
        with self._at_work():
            if self.waits:
                self._disk.make(self.folder)
                self._disk.exchange(self._next, self.folder)
            self._finish()

    def drop(self) -> None:
        """What waits will not serve. Raises ParcelFault."""
        with self._at_work():
            self._finish()
            if self.waits:
                self._disk.remove(self._new)
                self._disk.move(self._next, self._new)
                self._disk.remove(self._new)

    def back(self) -> None:
        """The previous one serves again, and what served is the previous one. Raises ParcelFault."""
        with self._at_work():
            self._finish()
            if not self._previous.is_dir():
                raise ParcelFault("nothing was installed before", part=str(self.folder))
            self._disk.exchange(self._previous, self.folder)

    def _finish(self) -> None:
        """What served before is the previous one, also where a cut came right after the new one began to."""
        if self._next.is_dir() and not self.waits:
            self._disk.remove(self._new)
            if self._previous.is_dir():
                self._disk.move(self._previous, self._new)
            self._disk.move(self._next, self._previous)
            self._disk.remove(self._new)
        if (self.folder / _FRESH).is_file():
            self._disk.unmark(self.folder)

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """One at a time; what the disk refuses is a fault."""
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.folder.parent, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                yield
            finally:
                os.close(handle)
        except OSError as error:
            raise ParcelFault(f"the disk refuses: {error.strerror}", part=str(self.folder)) from error


def _files(folder: Path) -> list[Path]:
    return sorted(one for one in folder.rglob("*") if one.is_file())
