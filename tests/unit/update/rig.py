"""A board with fake slots, a fake installer and a gate that works as told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

from appliance.clock import ManualClock
from appliance.faults import BundleRefused, InstallFailed
from appliance.update.base import BaseInstaller, Bundle, Kind, Progress, Version
from appliance.update.fake import FakeSlots
from appliance.update.health import Facts
from appliance.update.releases import BaseShelf
from appliance.update.surroundings import Limits, Surroundings
from appliance.update.trials import Trial, Trials
from appliance.update.updater import Updater

WELL = Facts(running=True, record=True, lines=True, golden=True)
FAMILY = "gatehouse-rpi"


def silent(share: float, doing: str) -> None:
    """Progress that nobody watches."""


class FakeInstaller(BaseInstaller):
    """Knows bundles by their name, KIND_VERSION[_BOARD]; `broken` ones fail while they are written."""

    def __init__(self, slots: FakeSlots) -> None:
        self._slots = slots
        self.written: list[str] = []
        self.broken = False

    def inspect(self, path: Path) -> Bundle:
        if path.read_bytes() == b"forged":
            raise BundleRefused("no key that this board trusts has signed it", part=path.name)
        kind, version, *board = path.stem.split("_")
        family = board[0] if board else FAMILY
        compatible = family if kind == Kind.SYSTEM else f"{family}-{kind}"
        return Bundle(path, Kind(kind), compatible, Version.parse(version))

    def install(self, bundle: Bundle, progress: Progress) -> None:
        if self.broken:
            raise InstallFailed("the card is full", part=bundle.path.name)
        self.written.append(str(bundle.version))
        self._slots.set_primary(self._slots.current().other)

    def unpack(self, bundle: Bundle, folder: Path) -> None:
        folder.mkdir()


class FakeShelf(BaseShelf):
    """What it takes serves once it is told to."""

    def __init__(self) -> None:
        self.taken = ""
        self.serves = ["old"]
        self.refuses = ""

    def take(self, bundle: Bundle, folder: Path) -> None:
        if self.refuses:
            raise BundleRefused(self.refuses)
        self.taken = str(bundle.version)

    @property
    def waits(self) -> bool:
        return bool(self.taken)

    def runs(self, version: str) -> bool:
        return self.serves[-1] == version

    def serve(self) -> None:
        if self.taken:
            self.serves.append(self.taken)
        self.taken = ""

    def drop(self) -> None:
        self.taken = ""

    def back(self) -> None:
        self.serves.pop()


class Rig:
    """`after_restart` is what the gate shows once it was restarted, or the board was."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock(datetime(2026, 3, 1, tzinfo=timezone.utc))
        self.slots = FakeSlots()
        self.installer = FakeInstaller(self.slots)
        self.shelf = FakeShelf()
        self.releases = FakeShelf()
        self.trials = Trials(folder / "trials.json")
        self.facts: Callable[[int], Facts] = lambda since: WELL
        self.boot = "first"
        self.busy: Callable[[], str] = lambda: ""
        self.restarts: list[str] = []
        self.versions = {Kind.SYSTEM: Version.parse("2.0"), Kind.APPLICATION: Version.parse("2.0")}
        self.updater = self.made()

    def made(self) -> Updater:
        around = Surroundings(
            family=FAMILY,
            versions=self.versions,
            busy=lambda: self.busy(),
            boot=self.boot,
            facts=lambda since: self.facts(since),
            restart_board=lambda: self.restarts.append("board"),
            restart_gate=lambda: self.restarts.append("gate"),
            prove=lambda: self.restarts.append("proof"),
            sleep=self.clock.advance,
            work=self.folder / "work",
        )
        shelves = {Kind.MODELS: self.shelf, Kind.APPLICATION: self.releases}
        return Updater(
            self.slots, self.installer, shelves, self.trials, around, Limits(600.0, 45.0), self.clock
        )

    def bundle(self, name: str, data: bytes = b"bundle") -> Path:
        path = self.folder / f"{name}.raucb"
        path.write_bytes(data)
        return path

    def install(self, name: str, *, downgrade: bool = False, now: bool = False) -> Trial:
        return self.updater.install(self.bundle(name), silent, downgrade=downgrade, now=now)

    def tried(self, name: str) -> None:
        """Installed, and the restart asked for and done."""
        self.install(name)
        self.updater.restart()
        self.slots.restart()

    def reboots(self) -> None:
        """Power was cut, and came back."""
        self.boot = "second"
        self.slots.reset()
        self.updater = self.made()

    def stages(self) -> list[tuple[str, str]]:
        return [(trial.version, str(trial.stage)) for trial in self.trials.all()]
