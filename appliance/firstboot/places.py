"""Where the image keeps what outlives a restart, and where the owner leaves files for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """The data partition, the card's first partition (FAT, readable on any computer), and words to units."""

    data: Path = Path("/data")
    card: Path = Path("/boot/config")
    run: Path = Path("/run/gatehouse-image")
    machine_id: Path = Path("/etc/machine-id")

    @property
    def system(self) -> Path:
        """What belongs to this board: its identity, keys and network."""
        return self.data / "system"

    @property
    def owner(self) -> Path:
        """The owner's configuration; lies at /etc/gatehouse."""
        return self.data / "etc"

    @property
    def gate(self) -> Path:
        """The record and the gate's own files; lies at /var/lib/gatehouse."""
        return self.data / "gatehouse"

    @property
    def updates(self) -> Path:
        """Root's own, from which releases run; lies at /var/lib/gatehouse-updates, whose mount makes it."""
        return self.data / "updates"

    @property
    def journal(self) -> Path:
        return self.data / "journal"

    @property
    def refused(self) -> Path:
        """While it is there the gate's unit does not start. Each line: a file, its mistake, the remedy."""
        return self.run / "refused"

    def folders(self) -> tuple[Path, ...]:
        inside = (self.system / "ssh", self.system / "tls")
        return (self.system, *inside, self.owner, self.gate, self.journal, self.run)
