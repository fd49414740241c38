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

    def remove(self, folder: Path) -> None:
        if folder.exists():
            shutil.rmtree(folder)


class Shelf:
    """`folder` is what serves; beside it lie `folder.previous`, and `folder.new` while one is made ready.

    Folders change names in one step, so after a cut `folder` is the old one or the new one. A folder that is
    no more than half made is only ever called `folder.new`.
    """

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        # Behind a link lies what is to be renamed; the link stays.
        self.folder = folder.resolve()
        self._previous = self.folder.with_name(f"{self.folder.name}.previous")
        self._new = self.folder.with_name(f"{self.folder.name}.new")
        self._disk = disk or Disk()

    @contextmanager
    def staged(self, files: Mapping[str, Path]) -> Iterator[Path]:
        """A copy of the folder with these files in it, by their place there; gone afterwards unless taken.

        Raises ParcelFault.
        """
        try:
            with self._at_work():
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

    def back(self) -> None:
        """The previous one serves again, and what served is the previous one. Raises ParcelFault."""
        if not self._previous.is_dir():
            raise ParcelFault("nothing was installed before", part=str(self.folder))
        with self._at_work():
            self._disk.exchange(self._previous, self.folder)

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
