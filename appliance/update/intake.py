"""The way of a bundle onto the board, as far as nothing that runs is touched: known, admitted, written."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from ..faults import BundleRefused, InstallFailed
from .admission import Situation, objections
from .base import BaseInstaller, BaseSlots, Bundle, Kind, Progress, SlotState, Version
from .fetch import digest_of
from .releases import BaseShelf
from .surroundings import Surroundings
from .trials import Moment, Trials


class Intake:
    """Systems go into the slot that does not run, all else onto its shelf."""

    def __init__(
        self,
        slots: BaseSlots,
        installer: BaseInstaller,
        shelves: Mapping[Kind, BaseShelf],
        trials: Trials,
        around: Surroundings,
    ) -> None:
        self._slots = slots
        self._installer = installer
        self._shelves = shelves
        self._trials = trials
        self._around = around

    def digest(self, path: Path) -> str:
        """SHA-256, by which a bundle is known again. Raises BundleRefused where it cannot be read."""
        try:
            return digest_of(path)
        except OSError as error:
            raise BundleRefused(f"it cannot be read: {error.strerror}", part=str(path)) from error

    def inspect(self, path: Path) -> Bundle:
        """What it is, once its signature is verified. Raises BundleRefused."""
        return self._installer.inspect(path)

    def admit(self, bundle: Bundle, downgrade: bool) -> None:
        """Raises BundleRefused with every reason; `downgrade` allows an older version."""
        installed = {**self._around.versions, **self._proven()}
        situation = Situation(self._around.family, installed)
        against = [one for one in objections(bundle, situation) if not (downgrade and one.age)]
        if against:
            raise BundleRefused("; ".join(one.reason for one in against), part=bundle.path.name)

    def write(self, bundle: Bundle, progress: Progress, now: Moment) -> str:
        """The slot that it went to; empty for what is no system. What waited in its place is given up.

        Raises UpdateFault.
        """
        superseded = f"{bundle.version} was installed in its place before it was tried"
        self._trials.give_up(bundle.kind, now, superseded)
        if bundle.kind is Kind.SYSTEM:
            slot = self._slots.current().other
            # Never onto the slot that the board falls back to, whatever the installer thinks.
            self._slots.set_state(slot, SlotState.BAD)
            self._installer.install(bundle, progress)
            return slot.value
        with self._scratch(bundle) as folder:
            progress(0.1, "unpacking")
            unpacked = Path(folder) / "bundle"
            self._installer.unpack(bundle, unpacked)
            progress(0.5, "looking whether it holds on this board")
            self._shelves[bundle.kind].take(bundle, unpacked)
        progress(1.0, "installed")
        return ""

    def _proven(self) -> dict[Kind, Version]:
        """Of what the board itself cannot tell the version, the last that proved itself."""
        own = self._around.versions
        found = {kind: self._trials.installed(kind) for kind in Kind if kind not in own}
        return {kind: version for kind, version in found.items() if version is not None}

    def _scratch(self, bundle: Bundle) -> tempfile.TemporaryDirectory[str]:
        try:
            self._around.work.mkdir(parents=True, exist_ok=True)
            return tempfile.TemporaryDirectory(prefix="bundle-", dir=self._around.work)
        except OSError as error:
            raise InstallFailed(f"{self._around.work}: {error.strerror}", part=bundle.path.name) from error
