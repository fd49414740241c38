"""`gatehouse run`: the appliance."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
import time
from collections.abc import Callable

from ..config.load import Loaded
from ..config.schema import StatusLed
from ..faults import StatusLedFailed
from ..hw.base import BaseCamera
from ..hw.gpio import make_factory
from ..hw.led import make_status_led
from ..hw.rest import rest_outputs
from ..hw.signs import Sign
from ..hw.system_clock import SystemClock
from ..runtime.cameras import build_camera
from ..runtime.decoding import GpuMemory
from ..runtime.live import LiveGate, Setting, stop_on_signals
from ..runtime.recovery import note_death
from .leave import leave
from .settings import load_settings

HELP = """\
Run the gate on this board until it is stopped. On the `sim` board it stands before its digital twin.

  gatehouse run                                   the board that is detected, your ./gatehouse.toml
  gatehouse run --config /etc/gatehouse/gatehouse.toml --board pi5

Exit code 0: stopped on request; 1: start me anew (systemd does); 2: the configuration or the pins cannot
be used; 3: it failed too often and stays down, until it is started by hand."""

STAYS_DOWN = 3
"""RestartPreventExitStatus= of the unit."""
SOLID = ("numpy", "cv2")
"""Loaded before the pins are claimed: from a cold card they hold the interpreter for longer than the machine
may stand still (law 9), and a moving arm would be stopped. What else recognises is loaded after READY."""
ENDLESS_VISITS = 1000
"""As many as the twin plans in one go when nobody says how many."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--release-outputs",
        action="store_true",
        help="only drive every output to its shutdown level, and end (for the unit's ExecStopPost)",
    )


def run(args: argparse.Namespace) -> int:
    loaded = load_settings(args)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("transitions").setLevel(logging.WARNING)
    if args.release_outputs:
        return _release(loaded)
    for finding in loaded.findings:
        logging.getLogger(__name__).warning("%s", loaded.describe(finding))
    return leave(_serve_twin(loaded) if loaded.config.board == "sim" else _serve(loaded))


def _release(loaded: Loaded) -> int:
    config = loaded.config
    rest_outputs(config)
    # Outputs first: the disk may be what hung.
    _show_down(config.status_led)
    note_death(config, os.environ)
    return 0


def _show_down(settings: StatusLed) -> None:
    """A lamp that fails keeps nothing else from being done."""
    try:
        make_status_led(settings.name).show(Sign.DOWN)
    except StatusLedFailed as fault:
        logging.getLogger(__name__).warning("%s", fault)


def _serve(loaded: Loaded) -> int:
    config = loaded.config
    for library in SOLID:
        importlib.import_module(library)
    clock = SystemClock(vouched=config.clock.trust == "always")
    memory = GpuMemory(config.infer)
    cameras = {name: build_camera(name, section, clock, memory) for name, section in config.cameras.items()}

    def renew(name: str) -> BaseCamera:
        return build_camera(name, config.cameras[name], clock, memory)

    pins, led = make_factory(config.pin_factory), make_status_led(config.status_led.name)
    setting = Setting(config, clock, pins, cameras, renew=renew, led=led)
    return _run(LiveGate(setting), stop_on_signals().is_set)


def _serve_twin(loaded: Loaded) -> int:
    # A real gate's buttons do not wait for what only the twin needs.
    from ..hw.sim.twin import Twin
    from ..runtime.twinlife import TwinThread, refuse_blind

    config = loaded.config
    refuse_blind(config)
    clock = SystemClock(vouched=True)
    pins = make_factory("mock")
    twin = Twin(config, 7, ENDLESS_VISITS, clock, pins.factory, wait=time.sleep)
    gate = LiveGate(Setting(config, clock, pins, twin.cameras, guests=twin.listings, car_port=twin.car_port))
    world, asked = TwinThread(twin, clock), stop_on_signals()
    world.start()
    try:
        return _run(gate, lambda: asked.is_set() or world.over())
    finally:
        world.stop()


def _run(gate: LiveGate, ended: Callable[[], bool]) -> int:
    if gate.down:
        gate.stay_down()
        return STAYS_DOWN
    return 0 if gate.run(ended) else 1
