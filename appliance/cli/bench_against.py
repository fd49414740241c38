"""`--against` of `gatehouse bench`: an earlier report, and the exit code when something got worse."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from ..bench.compare import load_report, regressions

Told = Mapping[str, Any]


def earlier(args: argparse.Namespace, kind: str) -> Told | None:
    """The report that --against names; None where it is not given. Raises BenchFault."""
    return None if args.against is None else load_report(args.against, kind)


def judged(then: Told | None, now: Told) -> int:
    """1, and a line for each figure that got worse; 0 where none did or there is nothing to compare with."""
    worse = [] if then is None else regressions(then, now)
    for line in worse:
        print(f"worse: {line}", file=sys.stderr)
    return 1 if worse else 0
