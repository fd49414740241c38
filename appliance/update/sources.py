"""Where updates come from, as one contract: what is on offer, the file of it, and what became of it."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from ..faults import SourceFailed
from .admission import compatible
from .base import Kind, Progress, Version
from .fetch import Free, Wanted, Web
from .trials import Trial


@dataclass(frozen=True, slots=True)
class Offer:
    """A bundle that a source has for this board. `install` is false where it is to be fetched only."""

    name: str
    wanted: Wanted
    action: str = ""
    install: bool = True


BUNDLES = "bundles"
"""The folder for what is fetched, apart from what is kept of slots and trials."""


def is_bundle(name: str) -> bool:
    """Whether a name that others gave is a bundle's, and no path: no signature vouches for names."""
    return re.fullmatch(r"gatehouse-[A-Za-z0-9_.-]+\.raucb", name) is not None


class BaseSource(ABC):
    """Each method raises SourceFailed."""

    @abstractmethod
    def offers(self) -> tuple[Offer, ...]:
        """What is to be installed here, the most urgent first."""

    @abstractmethod
    def fetch(self, offer: Offer, place: Path, progress: Progress) -> Path:
        """The file at `place`, whole; a fetch that was cut goes on."""

    def cancelled(self) -> str:
        """The action that is to be left, whether it was taken or not; empty where there is none."""
        return ""

    def tell(self, trial: Trial) -> None:  # noqa: B027 - most sources have nobody to tell
        """Say what became of an offer."""

    def leave(self, action: str, too_late: str = "") -> None:  # noqa: B027 - nor has what they cancelled
        """Say that a cancelled action was left, or why it is too late for that."""


class NoSource(BaseSource):
    """None is set: updates come by hand, and a round only goes on with what waits."""

    def offers(self) -> tuple[Offer, ...]:
        return ()

    def fetch(self, offer: Offer, place: Path, progress: Progress) -> Path:
        """Nothing was on offer."""
        raise SourceFailed("no source of updates is set", part=offer.name)


INDEX = "index.json"
FORMAT = 1


class FolderSource(BaseSource):
    """A folder of a web server with bundles and their index, which `ota/index.py` writes.

    An entry's `ring` is how far it has been rolled out: a gate of ring 1 takes what was given to ring 1 or
    beyond. The index is not signed, the bundles are: who changes it can hold updates back, and no more.
    """

    def __init__(
        self, url: str, web: Web, free: Free, *, family: str, ring: int, installed: Mapping[Kind, Version]
    ) -> None:
        self._url = url if url.endswith("/") else f"{url}/"
        self._web = web
        self._free = free
        self._family = family
        self._ring = ring
        self._installed = installed

    def offers(self) -> tuple[Offer, ...]:
        """The newest of each kind that is newer than what runs; a system first."""
        index = self._web.text(urljoin(self._url, INDEX))
        try:
            if index["format"] != FORMAT:
                raise SourceFailed(f"its index is of format {index['format']}", part=self._url)
            newest = [self._newest(index["bundles"], kind) for kind in Kind]
        except (KeyError, TypeError, ValueError) as error:
            raise SourceFailed(f"its index cannot be used: {error!r}", part=self._url) from error
        return tuple(one for one in newest if one is not None)

    def _newest(self, entries: Iterable[Mapping[str, Any]], kind: Kind) -> Offer | None:
        wanted = compatible(self._family, kind)
        fit = [one for one in entries if one["compatible"] == wanted and int(one["ring"]) >= self._ring]
        entry = max(fit, key=lambda one: Version.parse(one["version"]), default=None)
        present = self._installed.get(kind)
        if entry is None or (present is not None and Version.parse(entry["version"]) <= present):
            return None
        name = str(entry["file"])
        if not is_bundle(name):
            raise SourceFailed(f"its index names {name!r}, which is no gatehouse-*.raucb", part=self._url)
        return Offer(name, Wanted(urljoin(self._url, name), int(entry["size"]), str(entry["sha256"])))

    def fetch(self, offer: Offer, place: Path, progress: Progress) -> Path:
        return self._web.fetch(offer.wanted, place, progress, self._free)


class UsbSource(BaseSource):
    """Bundles on sticks, where the system mounts them: `gatehouse-*.raucb` at the top."""

    def __init__(self, roots: Iterable[Path]) -> None:
        self._roots = tuple(roots)

    def offers(self) -> tuple[Offer, ...]:
        found = [file for root in self._roots for file in sorted(root.glob("*/gatehouse-*.raucb"))]
        return tuple(Offer(file.name, Wanted(str(file), 0, "")) for file in found)

    def fetch(self, offer: Offer, place: Path, progress: Progress) -> Path:
        """Read where it lies: RAUC verifies it, and a copy would verify nothing more."""
        return Path(offer.wanted.url)
