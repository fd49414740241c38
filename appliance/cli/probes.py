"""What `gatehouse check` looks at on this board, wired. Nothing here drives an output or writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial

from ..config.schema import Camera
from ..hw.board import SIM
from ..hw.gpio import make_factory
from ..hw.gpiochip import lines as lines_of
from ..hw.jetson_vitals import JetsonSupply
from ..hw.pi_supply import PiConfig, PiSupply
from ..hw.system_clock import SystemClock
from ..hw.thermal import SysfsThermal
from ..hw.vitals import BaseSupply, NullSupply
from ..inspection import (
    EVERYWHERE,
    ON_A_BOARD,
    Look,
    cameras,
    engines,
    lines,
    lists,
    power,
    service,
    time_of_day,
    updates,
)
from ..inspection.report import Reports, fine
from ..inspection.site import Site
from ..record.register import Listings
from ..record.store import Store
from ..runtime.cameras import build_camera
from ..runtime.decoding import GpuMemory
from ..runtime.recovery_file import RecoveryFile
from ..vision.factory import build_recognition
from .ota.slotting import make_slots
from .ota.telling import SENTENCES, stand
from .ota.wiring import make_trials

Probe = tuple[str, Look]
"""The name of the part, and the look at it."""


def probes(site: Site) -> Iterator[Probe]:
    """The looks that this configuration asks for, one after another; a running gate's parts are let be."""
    yield from ((part, partial(check, site)) for part, check in EVERYWHERE)
    if site.config.board != SIM:
        yield from _board(site)
    yield "record", partial(record, site)
    yield lists.PART, partial(plates, site)
    if not service.running_gates(site):
        yield from _held_by_a_gate(site)


def _board(site: Site) -> Iterator[Probe]:
    clock = SystemClock(vouched=site.config.clock.trust == "always")
    yield from ((part, partial(check, site)) for part, check in ON_A_BOARD)
    yield service.PART, partial(down, site)
    yield time_of_day.PART, lambda: time_of_day.trust(site, clock.wall())
    yield updates.PART, partial(updates.trusted, site, site.config.update.rauc)
    yield updates.PART, partial(slots, site)
    yield updates.PART, partial(on_trial, site)
    yield power.SUPPLY, partial(power.supply, site, _supply(site))
    zones = SysfsThermal(site.root / "sys/class/thermal", site.config.thermal.ignore_zones)
    yield power.HEAT, partial(power.heat, site, zones)


def _held_by_a_gate(site: Site) -> Iterator[Probe]:
    yield engines.PART, partial(nets, site)
    memory = GpuMemory(site.config.infer)
    for name, camera in site.config.cameras.items():
        yield f"camera {name}", partial(_camera, site, name, camera, memory)
    yield lines.PINS, lambda: lines.held(site, lines_of(site.found("dev/gpiochip*")))
    yield lines.PINS, partial(lines.inputs, site, partial(make_factory, site.config.pin_factory))


def _supply(site: Site) -> BaseSupply:
    if site.board.is_pi:
        return PiSupply(PiConfig(site.root / "sys"))
    return JetsonSupply(site.root / "sys") if site.board.is_jetson else NullSupply()


def _camera(site: Site, name: str, camera: Camera, memory: GpuMemory) -> Reports:
    clock = SystemClock()
    yield from cameras.look(site, name, lambda: build_camera(name, camera, clock, memory), clock)


def down(site: Site) -> Reports:
    """Why the gate waits for a hand, as it kept it beside the record."""
    yield from service.kept_down(site, RecoveryFile.beside(site.config.record).load().down)


def slots(site: Site) -> Reports:
    """How the boot slots stand. Raises SlotsUnusable."""
    told = stand(make_slots(site.config, site.root))
    yield from updates.slots("; ".join(f"{slot} {words}" for slot, words in told.items()))


def on_trial(site: Site) -> Reports:
    """The update that has still to prove itself. Raises TrialsUnkept."""
    trial = make_trials(site.config).pending()
    verb = SENTENCES[trial.stage].split(",")[0].split(":")[0] if trial else ""
    yield from updates.pending(f"{trial.kind} {trial.version} {verb}" if trial else "")


def record(site: Site) -> Reports:
    """Raises RecordLocked, RecordCorrupt or RecordFailed."""
    settings = site.config.record
    if not settings.path.exists():
        yield fine("record", f"{settings.path} will be made when the gate first runs")
        return
    with closing(Store.open_to_read(settings)) as store:
        store.query("SELECT count(*) FROM sqlite_master")
    yield fine("record", f"{settings.path} opens")


def plates(site: Site) -> Reports:
    """The configuration's plates and the list's. Raises what a Store raises."""
    settings, listed = site.config.record, []
    if settings.path.exists():
        with closing(Store.open_to_read(settings)) as store:
            listed = Listings(store).all()
    yield from lists.anybody(site, listed)
    yield from lists.unknown_schedules(site, listed)


def nets(site: Site) -> Reports:
    """Load the nets and let them read their golden frames. Raises EngineFailed, EngineUntrusted."""
    yield from engines.shelf(site)
    recognition = build_recognition(site.config.vision, site.config.infer)
    yield from engines.served(site, recognition.backend, recognition.faults)
