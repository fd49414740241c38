"""A copy of what is broken and of the tests that must notice, away from the working tree."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPIED = (
    "appliance",
    "docs/machine.md",
    "tests/__init__.py",
    "tests/mutation",
    "tests/unit/__init__.py",
    "tests/unit/gate",
    "tests/unit/states",
    "pyproject.toml",
)


def lay_out(workspace: Path) -> Path:
    """Copy the tree to `workspace`, which is emptied first. Returns `workspace`."""
    shutil.rmtree(workspace, ignore_errors=True)
    for name in COPIED:
        _copy(ROOT / name, workspace / name)
    return workspace


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy2(source, target)
