"""`gatehouse check`: is this configuration, on this board, fit for a gate?"""

from __future__ import annotations

import argparse

from ..config.checks import Severity
from ..config.load import Loaded
from .probes import Result, probes, run_probe
from .settings import read_settings

HELP = """\
Check the configuration and this board: disk, record, models, cameras and inputs. Each finding comes
with its remedy. No output is driven and nothing is written.

  gatehouse check                    everything
  gatehouse check --no-hardware      the configuration alone, on any computer

Exit code 0: fit, perhaps with warnings. 1: this board has errors. 2: the configuration has errors, or
cannot be read."""

MARKS = {None: "ok", Severity.WARN: "warn", Severity.ERROR: "ERROR"}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-hardware", action="store_true", help="check the configuration alone")


def run(args: argparse.Namespace) -> int:
    loaded = read_settings(args)
    keys = [_shown(result).severity for result in configuration(loaded)]
    parts: list[Severity | None] = []
    if not args.no_hardware:
        tried = (run_probe(part, probe) for part, probe in probes(loaded.config))
        parts = [_shown(result).severity for found in tried for result in found]
    _show_verdict([*keys, *parts])
    if Severity.ERROR in keys:
        return 2
    return 1 if Severity.ERROR in parts else 0


def configuration(loaded: Loaded) -> list[Result]:
    """The findings about the files, or one line that they are fine."""
    part = "configuration"
    found = [Result(part, loaded.describe(finding), finding.severity) for finding in loaded.findings]
    names = ", ".join(str(path) for path in loaded.files)
    return found or [Result(part, names)]


def _shown(result: Result) -> Result:
    """Shown as soon as it is known: a camera that is gone takes its time."""
    print(f"{MARKS[result.severity]:<6}{result.part:<22}{result.text}", flush=True)
    return result


def _show_verdict(severities: list[Severity | None]) -> None:
    errors, warnings = severities.count(Severity.ERROR), severities.count(Severity.WARN)
    print(f"\n{errors} errors, {warnings} warnings. {'Not fit for a gate.' if errors else 'Fit.'}")
