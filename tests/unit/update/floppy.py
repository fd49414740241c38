"""A FAT partition as a cut leaves it: names that move one by one, clusters that are freed and used again."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

SCRAP = b"\xe5" * 40
"""What a freed cluster holds once somebody else has used it."""


class Cut(Exception):
    """Power is gone."""


@dataclass
class Floppy:
    """`names` lead to clusters, by their number. A power cut comes at step `cut_at`, counted from 0.

    `kept` is what of an unsynced write reaches the disk: a share of its bytes. `mirrored` turns round the
    order in which the two names of an exchange are written.
    """

    names: dict[str, int] = field(default_factory=dict)
    clusters: dict[int, bytes] = field(default_factory=dict)
    cut_at: int = -1
    kept: float = 1.0
    mirrored: bool = False
    steps: int = 0
    unsynced: dict[str, bytes] = field(default_factory=dict)

    def step(self) -> None:
        """One thing has reached the disk; perhaps the last."""
        self.steps += 1
        if self.steps == self.cut_at:
            for name, data in self.unsynced.items():
                self._put(name, data[: int(len(data) * self.kept)])
            raise Cut

    def after(self) -> Floppy:
        """The partition at the next boot."""
        return Floppy(dict(self.names), dict(self.clusters))

    def writable(self) -> AbstractContextManager[object]:
        return nullcontext()

    def read(self, name: str) -> bytes | None:
        if name in self.unsynced:
            return self.unsynced[name]
        return self.clusters[self.names[name]] if name in self.names else None

    def write(self, name: str, data: bytes) -> None:
        self._free(name)
        self.step()
        self.names[name] = self._cluster(b"")
        self.unsynced[name] = data
        self.step()

    def sync(self, name: str) -> None:
        self._put(name, self.unsynced.pop(name))
        self.step()

    def exchange(self, one: str, other: str) -> None:
        pair = self.names[one], self.names[other]
        moves = [(one, pair[1]), (other, pair[0])]
        for name, cluster in reversed(moves) if self.mirrored else moves:
            self.names[name] = cluster
            self.step()

    def rename(self, one: str, free: str) -> None:
        cluster = self.names.pop(one)
        self.step()
        self.names[free] = cluster
        self.step()

    def settle(self) -> None:
        self.step()

    def _cluster(self, data: bytes) -> int:
        number = max(self.clusters, default=0) + 1
        self.clusters[number] = data
        return number

    def _put(self, name: str, data: bytes) -> None:
        self.clusters[self.names[name]] = data

    def _free(self, name: str) -> None:
        """The clusters of what is overwritten are used again, whoever else names them."""
        if name in self.names:
            self.clusters[self.names.pop(name)] = SCRAP
