"""`make mutation`: break the laws by hand, then the states by tool. Exit 1 when found wanting."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.mutation import score
from tests.mutation.broken_laws import LAWS, PatchStale, notices, try_tests
from tests.mutation.workspace import ROOT, lay_out

KINDNESS = 10
"""Added to the niceness: a mutation run takes every core for minutes."""


def main() -> int:
    os.nice(KINDNESS)
    workspace = lay_out(ROOT / "build" / "mutation")
    try:
        held = try_laws(workspace)
        return 0 if try_states(workspace) and held else 1
    except (PatchStale, score.MutmutFailed) as error:
        print(f"The mutation run cannot be made. {error}", file=sys.stderr)
        return 2


def try_laws(workspace: Path) -> bool:
    """Break each law by hand; True when each is noticed by its test."""
    if try_tests(sorted({law.test for law in LAWS}), workspace) != 0:
        raise score.MutmutFailed("The tests fail before anything is broken: run `make test-unit`.")
    held = True
    for law in LAWS:
        noticed = notices(law, workspace)
        held = held and noticed
        print(f"law {law.law:>2}  {'noticed' if noticed else 'SURVIVED':<8}  {law.name}", flush=True)
    return held


def try_states(workspace: Path) -> bool:
    """Break the states by tool; True when enough is noticed. Names what is not."""
    print(f"\nmutmut breaks appliance/states, {score.CHILDREN} at a time: some minutes.", flush=True)
    mutants = score.run(workspace)
    print(f"\n{score.table(mutants)}\n")
    for mutant in (m for m in mutants if not m.noticed):
        print(f"{mutant.status}: {mutant.name}\n{score.difference(mutant, workspace)}\n")
    reached = score.percent(mutants)
    print(f"{reached:.1f} % of {len(mutants)} mutants were noticed; {score.LEAST} % must be.")
    return reached >= score.LEAST


if __name__ == "__main__":
    sys.exit(main())
