"""`gatehouse sim`: the appliance against its digital twin."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from ..access.regions import PRESETS
from ..config import Config
from ..config.load import load_config
from ..evaluate.visits.answers import Reads
from ..evaluate.visits.drive import Drive
from ..evaluate.visits.twin import twin_reads
from ..faults import ConfigFault
from ..hw.gpio import make_factory
from ..hw.sim.summary import Summary
from ..hw.sim.twin import Twin
from ..hw.system_clock import SystemClock
from ..record.store import Store
from ..runtime.live import LiveGate, Setting, stop_on_signals
from ..runtime.twinlife import TwinThread, refuse_blind
from ..runtime.virtual import VirtualRun
from ..vision.factory import build_recognition
from .leave import leave
from .narrate import Narrator

HELP = """\
Run the gate against its digital twin: vehicles drive up, the camera's pictures are rendered, real
recognition reads them, and the barrier of the twin moves. No hardware is touched.

  gatehouse sim --visits 1 --speed real            watch one car, in real time
  gatehouse sim --visits 40 --seed 7 --speed max --headless --json

Same seed, same run at --speed max. Exit code 0: no false opening, no law broken, nobody missed; else 1."""


STEPS_A_LOOK = 50
"""Ticks between two looks at whether the run is over: the summary costs more than a tick."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a run; what was read is counted in virtual time only."""

    summary: Summary
    reads: Reads | None = None


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--visits", type=_count, default=10, metavar="N", help="vehicles that come (10)")
    parser.add_argument("--seed", type=_seed, default=7, metavar="S", help="who comes, and when (7)")
    parser.add_argument(
        "--speed",
        choices=("max", "real"),
        default="max",
        help="max: virtual time, as fast as this computer can; real: by the clock on the wall",
    )
    parser.add_argument("--headless", action="store_true", help="say nothing while it runs")
    parser.add_argument("--json", action="store_true", help="print one summary object last")
    parser.add_argument("--record", type=Path, metavar="FILE", help="keep the record of the run here")


def run(args: argparse.Namespace) -> int:
    config = load_config(args.config, args.board or "sim", regions=PRESETS, environment={}).config
    refuse_blind(config)
    if config.gate.actuator == "reader":
        detail = 'the twin has no access controller that would open; name "barrier", "pulse" or "car" for it'
        raise ConfigFault(detail, part="gate.actuator")
    narrator = Narrator(sys.stderr if args.json else sys.stdout, quiet=args.headless)
    with _record(args.record) as folder, narrator:
        path = args.record or Path(folder) / "gatehouse.db"
        settings = config.record.model_copy(update={"path": path})
        # A record that cannot be kept would refuse every vehicle: that is said before one comes.
        Store.open(settings).close()
        run_it = _run_real if args.speed == "real" else _run_virtual
        ran = run_it(config.model_copy(update={"record": settings}), args, narrator)
    _show(ran, as_json=args.json)
    code = 0 if _clean(ran.summary, args.visits) else 1
    return leave(code) if args.speed == "real" else code


def _count(text: str) -> int:
    return _whole(text, 1, "at least one vehicle must come")


def _seed(text: str) -> int:
    return _whole(text, 0, "a seed is a whole number from 0 on")


def _whole(text: str, least: int, objection: str) -> int:
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(objection)
    return int(text)


def _record(kept: Path | None) -> tempfile.TemporaryDirectory[str] | nullcontext[str]:
    return nullcontext("") if kept else tempfile.TemporaryDirectory(prefix="gatehouse-sim-")


def _run_virtual(config: Config, args: argparse.Namespace, narrator: Narrator) -> Ran:
    recognition, seen = build_recognition(config.vision, config.infer), Drive()
    world = VirtualRun(
        config,
        recognition,
        seed=args.seed,
        visits=args.visits,
        record=config.record.path,
        on_line=narrator.world,
        watch=seen.take,
    )
    narrator.begin(world.clock)
    bar = tqdm(total=args.visits, unit="visit", disable=not args.headless or not sys.stderr.isatty())
    with bar, world.opened():
        while not world.finished:
            for _ in range(STEPS_A_LOOK):
                world.step()
            bar.update(world.summary().visits - bar.n)
        return Ran(world.summary(), twin_reads(seen, world.twin, config.vote))


def _run_real(config: Config, args: argparse.Namespace, narrator: Narrator) -> Ran:
    clock, pins = SystemClock(vouched=True), make_factory("mock")
    narrator.begin(clock)
    twin = Twin(
        config,
        args.seed,
        args.visits,
        clock,
        pins.factory,
        on_line=narrator.world,
        wait=time.sleep,
    )
    gate = LiveGate(Setting(config, clock, pins, twin.cameras, guests=twin.listings, car_port=twin.car_port))
    world, asked = TwinThread(twin, clock), stop_on_signals()
    world.start()
    try:
        gate.run(lambda: asked.is_set() or world.over())
    finally:
        world.stop()
    return Ran(twin.summary())


def _show(ran: Ran, *, as_json: bool) -> None:
    summary, reads = ran.summary, ran.reads
    counts = summary.as_json()
    if as_json:
        print(json.dumps({**counts, "reads": reads and reads.as_json()}))
        return
    names = ("visits", "authorised", "opened", "refused", "missed", "false_opens", "tailgated")
    print("  ".join(f"{name} {counts[name]}" for name in names))
    print(f"faults injected {summary.faults_injected}, recovered {summary.recovered}")
    if reads is not None:
        wrong = f"wrong: {reads.misread + reads.stray} of {reads.answers} answers"
        print(f"plates: {reads.found} of {reads.vehicles} found, {reads.right} read right, {wrong}")
    for line in (*summary.violations, *summary.false_open_lines, *summary.missed_lines):
        print(f"! {line}")


def _clean(summary: Summary, visits: int) -> bool:
    """Everybody came, and nothing went wrong; a run that was cut short has shown nothing."""
    return summary.visits == visits and not (summary.false_opens or summary.violations or summary.missed)
