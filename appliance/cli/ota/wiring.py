"""The parts of an update on this board, put together from its configuration."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from time import sleep

from ... import __version__
from ...config import Config
from ...faults import BundleRefused, InstallFailed, ParcelFault, RecordFault
from ...hw.system_clock import SystemClock
from ...infer.shelf import Shelf
from ...inspection.site import ask_tool
from ...record.audit import AuditLog
from ...record.chain import Link
from ...record.stamp import Origin
from ...record.store import Store
from ...update.base import BaseInstaller, Bundle, Kind, Version
from ...update.gate import UNIT, active_state, busy
from ...update.health import Facts, Told, facts_of
from ...update.rauc import RaucInstaller
from ...update.releases import BaseShelf, Releases
from ...update.surroundings import Limits, Surroundings
from ...update.trials import Trials
from ...update.updater import Updater
from ..models.installing import take_in
from .slotting import ROOT, call_tool, make_slots

_FAMILIES = (("pi", "gatehouse-rpi"), ("jetson", "gatehouse-jetson"), ("qemu", "gatehouse-qemu-arm64"))
# Of one boot: a gate that has written more since its last start has long proved itself or not.
RELEASE = ROOT / "etc" / "os-release"
RAUC = "rauc.service"
PROOF = "gatehouse-ota-proof.service"
_ENTRIES = 5000


def family_of(config: Config) -> str:
    """What this board's bundles are for."""
    by_board = next((family for start, family in _FAMILIES if config.board.startswith(start)), None)
    return config.update.family or by_board or f"gatehouse-{config.board}"


def make_trials(config: Config) -> Trials:
    return Trials(config.update.folder / "trials.json")


def make_installer(config: Config) -> BaseInstaller:
    return RaucInstaller(config.update.rauc, serve=lambda: call_tool("systemctl", "start", RAUC))


def make_updater(config: Config) -> Updater:
    clock, boot = SystemClock(vouched=config.clock.trust == "always"), Origin.here().boot
    around = Surroundings(
        family=family_of(config),
        versions=own_versions(config),
        busy=lambda: busy(ask_tool),
        boot=boot,
        facts=lambda since_us: _facts(config, boot, since_us),
        restart_board=lambda: call_tool("systemctl", "--no-block", "reboot"),
        restart_gate=_restart_gate,
        prove=lambda: call_tool("systemctl", "--no-block", "start", PROOF),
        sleep=sleep,
        work=config.update.folder,
    )
    limits = Limits(config.update.prove_s, config.update.settle_s)
    shelves = {
        Kind.MODELS: NetShelf(config),
        Kind.APPLICATION: releases(config),
    }
    slots, installer = make_slots(config), make_installer(config)
    return Updater(slots, installer, shelves, make_trials(config), around, limits, clock)


def own_versions(config: Config, release: Path = RELEASE) -> dict[Kind, Version]:
    """Of the application that serves, and of the image where the system came as one."""
    beside = releases(config, release).version
    application = Version.parse(__version__) if beside is None else beside
    try:
        system = Version.parse(image_version(release))
    except ValueError:
        system = Version.parse(__version__)
    return {Kind.APPLICATION: application, Kind.SYSTEM: system}


def releases(config: Config, release: Path = RELEASE) -> Releases:
    """Those that were installed beside this very image: another one starts with its own application."""
    return Releases(config.update.folder / "application" / image_version(release))


def image_version(release: Path = RELEASE) -> str:
    """os-release's IMAGE_VERSION, empty where the system did not come as an image."""
    try:
        lines = dict(line.split("=", 1) for line in release.read_text().splitlines() if "=" in line)
    except OSError:
        return ""
    return lines.get("IMAGE_VERSION", "").strip('"')


def _restart_gate() -> None:
    """Also one that systemd has given up."""
    call_tool("systemctl", "reset-failed", UNIT)
    call_tool("systemctl", "--no-block", "restart", UNIT)


class NetShelf(BaseShelf):
    """The owner's nets: taken only if every set reads its golden frames with them on this board (law 13)."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._shelf = Shelf(config.infer.models)

    def take(self, bundle: Bundle, folder: Path) -> None:
        with _as_update():
            _, refusal = take_in(folder / "models.zip", self._config, wait=True)
        if refusal:
            raise BundleRefused(refusal, part=bundle.path.name)

    @property
    def waits(self) -> bool:
        return self._shelf.waits

    def runs(self, version: str) -> bool:
        """They bear no version as a whole: what was taken last serves unless it waits."""
        return not self._shelf.waits

    def serve(self) -> None:
        with _as_update():
            self._shelf.serve()

    def drop(self) -> None:
        with _as_update():
            self._shelf.drop()

    def back(self) -> None:
        with _as_update():
            self._shelf.back()


@contextmanager
def _as_update() -> Iterator[None]:
    try:
        yield
    except ParcelFault as fault:
        raise InstallFailed(fault.detail, part=fault.part) from fault


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _facts(config: Config, boot: str, since_us: int) -> Facts:
    """What this boot's part of the audit chain shows; a record that cannot be read shows nothing.

    Links are told by their boot and its monotonic time: the time of day may leap.
    """
    state = active_state(ask_tool)
    links: Sequence[Link] = ()
    with suppress(RecordFault), closing(Store.open_to_read(config.record)) as store:
        links = AuditLog(store).links(limit=_ENTRIES)
    here = (_told(link) for link in links if link.boot == boot and link.mono_us >= since_us)
    return facts_of(here, running=state == "active", ended=state == "failed", cameras=tuple(config.cameras))


def _told(link: Link) -> Told:
    fields = dict(json.loads(link.trail))
    return Told(link.kind, link.subject, fields.get("part", ""), fields.get("from", ""))
