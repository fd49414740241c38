"""Runs mutmut in a workspace and counts what the tests noticed. [tool.mutmut] says what it does there."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

LEAST = 99.0
"""Percent of the mutants that must be noticed. docs/mutation.md lists those that nobody can."""

NOTICED = ("killed", "timeout")
CHILDREN = 2


class MutmutFailed(Exception):
    """mutmut ended without a result, as when the tests fail before anything is broken."""


@dataclass(frozen=True)
class Mutant:
    """`name` as mutmut gives it: module, function and number; `status` in mutmut's words."""

    name: str
    status: str

    @property
    def module(self) -> str:
        return self.name.rpartition(".")[0]

    @property
    def noticed(self) -> bool:
        return self.status in NOTICED


def run(workspace: Path) -> list[Mutant]:
    """Break and try everything, two at a time. Raises MutmutFailed."""
    if _mutmut(workspace, "run", "--max-children", str(CHILDREN)).returncode != 0:
        log = (workspace / "mutmut.log").read_text(encoding="utf-8")
        raise MutmutFailed(log[-2000:])
    listed = _mutmut(workspace, "results", "--all", "true")
    lines = (line.strip().rpartition(": ") for line in listed.stdout.splitlines() if "__mutmut_" in line)
    mutants = [Mutant(name, status) for name, _, status in lines]
    if not mutants:
        raise MutmutFailed("mutmut found nothing to break")
    return mutants


def difference(mutant: Mutant, workspace: Path) -> str:
    """The lines that `mutant` changes."""
    shown = _mutmut(workspace, "show", mutant.name).stdout.splitlines()
    return "\n".join(line for line in shown if line[:1] in "+-" and line[:3] not in ("+++", "---"))


def _mutmut(workspace: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mutmut", *words]
    done = subprocess.run(
        command, cwd=workspace, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    (workspace / "mutmut.log").write_text(done.stdout, encoding="utf-8")
    return done


def percent(mutants: list[Mutant]) -> float:
    return 100.0 * sum(m.noticed for m in mutants) / len(mutants)


def table(mutants: list[Mutant]) -> str:
    """One line a module: how many mutants, how many noticed, how many not."""
    total = Counter(m.module for m in mutants)
    noticed = Counter(m.module for m in mutants if m.noticed)
    rows = [
        f"{name:<32} {total[name]:>6} {noticed[name]:>8} {total[name] - noticed[name]:>9}"
        for name in sorted(total)
    ]
    return "\n".join([f"{'module':<32} {'broken':>6} {'noticed':>8} {'survived':>9}", *rows])
