"""`gatehouse check`: is this configuration, on this board, fit for a gate?"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict

from ..config.checks import Severity
from ..config.load import Loaded
from ..hw.board import look_at_board
from ..inspection import run_look
from ..inspection.report import Level, Report, fine
from ..inspection.site import Site
from .probes import probes
from .pulsing import pulse_output
from .settings import read_settings

HELP = """\
Check the configuration and this board: supply, heat, memory, disk, clock, watchdog, service, serial
ports, cameras, nets, plates and lines. Each finding comes with its remedy, those about settings that
work but waste the board too. No output is driven and nothing is written.

  gatehouse check                    everything
  gatehouse check --no-hardware      the configuration alone, on any computer
  gatehouse check --json             one JSON object, for tools
  gatehouse check --pulse lights     only switch this output on for a moment; says first what will move

Exit code 0: fit, perhaps with warnings. 1: this board has errors. 2: the configuration has errors, or
cannot be read."""

MARKS = {Level.FINE: "ok", Level.WASTE: "waste", Level.WARN: "warn", Level.WRONG: "ERROR"}
_LEVELS = {Severity.WARN: Level.WARN, Severity.ERROR: Level.WRONG}

Show = Callable[[Report], object]


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-hardware", action="store_true", help="check the configuration alone")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object, for tools")
    form.add_argument("--pulse", metavar="OUTPUT", help="switch one output on for a moment: it moves")
    parser.add_argument("--yes", action="store_true", help="do not ask before a pulse")


def run(args: argparse.Namespace) -> int:
    loaded = read_settings(args)
    site = Site(loaded.config, look_at_board())
    show = _hold if args.json else _show
    if args.pulse is not None:
        report = pulse_output(loaded, site, args.pulse, agreed=args.yes)
        show(report)
        return 1 if report.level is Level.WRONG else 0
    keys = _shown(configuration(loaded), show)
    parts = [] if args.no_hardware else _shown(_looks(site), show)
    if args.json:
        print(json.dumps(_as_data(site, [*keys, *parts]), indent=2))
    else:
        _show_verdict([*keys, *parts])
    if _are_wrong(keys):
        return 2
    return 1 if _are_wrong(parts) else 0


def configuration(loaded: Loaded) -> Iterator[Report]:
    """The findings about the files, or one line that they are fine."""
    part = "configuration"
    for finding in loaded.findings:
        text = loaded.describe(finding).removesuffix(finding.remedy).rstrip()
        yield Report(part, text, _LEVELS[finding.severity], finding.remedy)
    if not loaded.findings:
        yield fine(part, ", ".join(str(path) for path in loaded.files))


def _looks(site: Site) -> Iterator[Report]:
    for part, look in probes(site):
        yield from run_look(part, look)


def _shown(reports: Iterator[Report], show: Show) -> list[Report]:
    """Each shown as soon as it is known: a camera that is gone takes its time."""
    seen = []
    for report in reports:
        show(report)
        seen.append(report)
    return seen


def _show(report: Report) -> None:
    print(f"{MARKS[report.level]:<6}{report.part:<22}{report}", flush=True)


def _hold(report: Report) -> None:
    """Nothing: one object at the end tells all."""


def _are_wrong(reports: list[Report]) -> bool:
    return any(report.level is Level.WRONG for report in reports)


def _show_verdict(reports: list[Report]) -> None:
    counts = Counter(report.level for report in reports)
    errors, warnings, wasteful = counts[Level.WRONG], counts[Level.WARN], counts[Level.WASTE]
    verdict = "Not fit for a gate." if errors else "Fit."
    print(f"\n{errors} errors, {warnings} warnings. {verdict}")
    if wasteful:
        print(f"{wasteful} settings work, but waste the board.")


def _as_data(site: Site, reports: list[Report]) -> dict[str, object]:
    board = site.board
    return {
        "fit": not _are_wrong(reports),
        "profile": site.config.board,
        "board": {"detected": board.profile, "model": board.model, "memory_mb": board.memory_mb},
        "findings": [asdict(report) for report in reports],
    }
