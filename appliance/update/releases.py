"""Releases of the application beside the root: folders, and a link to the one that serves."""

from __future__ import annotations

import os
import shutil
import tarfile
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path

from ..durable import sync
from ..faults import InstallFailed
from .base import Bundle, Version
from .own import own_folder

ARCHIVE = "application.tar"


class BaseShelf(ABC):
    """What is replaced without a restart of the board, with what served before it kept."""

    @abstractmethod
    def take(self, bundle: Bundle, folder: Path) -> None:
        """Verify and keep what was unpacked into `folder`; it waits. Raises UpdateFault."""

    @property
    @abstractmethod
    def waits(self) -> bool:
        """Something was taken that has not been told to serve: a gate that starts anew by itself starts what
        has proved itself.
        """

    @abstractmethod
    def runs(self, version: str) -> bool:
        """This version serves, or does from the gate's next start."""

    @abstractmethod
    def serve(self) -> None:
        """What waits serves from the gate's next start, and what served is kept. Raises UpdateFault."""

    @abstractmethod
    def drop(self) -> None:
        """What was taken last will not serve. Raises UpdateFault."""

    @abstractmethod
    def back(self) -> None:
        """What served before serves from the gate's next start. Raises UpdateFault."""


class Releases(BaseShelf):
    """`root`/current, `root`/previous and `root`/next lead to folders of `root`; each changes in one step."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def take(self, bundle: Bundle, folder: Path) -> None:
        release = self._root / str(bundle.version)
        fresh = self._root / f"{bundle.version}.new"
        try:
            own_folder(self._root)
            _empty(fresh)
            with tarfile.open(folder / ARCHIVE) as archive:
                archive.extractall(fresh, filter="data")
            _settle(fresh)
            if self._named("current") == release.name:
                raise InstallFailed(f"{bundle.version} serves already", part=bundle.path.name)
            shutil.rmtree(release, ignore_errors=True)
            fresh.rename(release)
            self._point("next", release.name)
            self._sweep()
        except (OSError, tarfile.TarError) as error:
            raise InstallFailed(f"{error}", part=bundle.path.name) from error

    @property
    def waits(self) -> bool:
        return self._named("next") not in ("", self._named("current"))

    def runs(self, version: str) -> bool:
        return self._named("current") == version

    def serve(self) -> None:
        try:
            if self.waits:
                self._point("previous", self._named("current"))
                self._point("current", self._named("next"))
            self._let_go()
        except OSError as error:
            raise InstallFailed(f"{error}", part=str(self._root)) from error

    def drop(self) -> None:
        try:
            self._let_go()
        except OSError as error:
            raise InstallFailed(f"{error}", part=str(self._root)) from error

    def back(self) -> None:
        """Without a release before this one, the root's own application serves."""
        try:
            self._point("current", self._named("previous"))
        except OSError as error:
            raise InstallFailed(f"{error}", part=str(self._root)) from error

    @property
    def version(self) -> Version | None:
        """Of the release that serves; None where the root's own application does."""
        name = self._named("current")
        return Version.parse(name) if name else None

    def _named(self, link: str) -> str:
        """The folder that a link leads to; empty where there is none."""
        place = self._root / link
        return os.readlink(place) if place.is_symlink() else ""

    def _point(self, link: str, folder: str) -> None:
        place, fresh = self._root / link, self._root / f"{link}.new"
        fresh.unlink(missing_ok=True)
        if folder:
            fresh.symlink_to(folder)
            fresh.replace(place)
        else:
            place.unlink(missing_ok=True)
        sync(self._root)

    def _let_go(self) -> None:
        self._point("next", "")
        self._sweep()

    def _sweep(self) -> None:
        """Only those that the links lead to are kept."""
        kept = {self._named(link) for link in ("current", "previous", "next")}
        for one in self._root.iterdir():
            if one.is_dir() and not one.is_symlink() and one.name not in kept:
                shutil.rmtree(one)


def _empty(folder: Path) -> None:
    """A folder of nobody else's. Raises OSError, also for a link."""
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)
    folder.mkdir()


def _settle(folder: Path) -> None:
    """All of a tree is on the disk when this returns."""
    for one in (folder, *folder.rglob("*")):
        if not one.is_symlink():
            sync(one)
