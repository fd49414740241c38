"""`--against` of `gatehouse bench`: an earlier report, and the exit code when something got worse."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from ..bench.compare import FEWEST_FRAMES, load_report, loads, regressions, too_few
from ..faults import BenchRefused

Told = Mapping[str, Any]


def earlier(args: argparse.Namespace, kind: str) -> Told | None:
    """The report that --against names; None where it is not given. Raises BenchReportUnfit."""
    return None if args.against is None else load_report(args.against, kind)


def must_suffice(then: Told | None, frames: int) -> None:
    """Before minutes are spent on what cannot be judged. Raises BenchRefused."""
    if then is not None and frames < FEWEST_FRAMES:
        raise BenchRefused(f"{frames} frames are too few for it; {FEWEST_FRAMES} at least", part="--against")


def judged(then: Told | None, now: Told) -> int:
    """1, and a line for each figure that got worse; 0 where none did or there is nothing to compare with.

    Raises BenchRefused where too few pictures were given.
    """
    if then is None:
        return 0
    if (few := too_few(now)) is not None:
        raise BenchRefused(few, part="--against")
    if "computer" in now:
        print(f"load average: {loads(then)} then, {loads(now)} now", file=sys.stderr)
    worse = regressions(then, now)
    for line in worse:
        print(f"worse: {line}", file=sys.stderr)
    return 1 if worse else 0
