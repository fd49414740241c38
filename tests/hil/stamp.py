"""The stamp: which state of the image and its updates the last whole green `make hil` has seen.

    python -m tests.hil.stamp check        does HEAD hold that state still? 0: yes; 1: what changed is named
    python -m tests.hil.stamp take FILE    write HEAD's state to FILE; 1: some changes are in no commit

`.ci/run` boots the emulated board where the answer is no.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STAMP = ROOT / "tests" / "hil" / "stamp.txt"
COVERED = (
    "appliance/cli/ota",
    "appliance/firstboot",
    "appliance/update",
    "etc",
    "image-build",
    "ota",
    "requirements/image.txt",
    "tests/hil/emulated",
)
"""What only a start of the image proves. The rest of the appliance has its own tests, and changes daily."""

_HEAD = """\
# git's hashes of what the last whole green `make hil` has seen (tests/hil/stamp.py): written by it,
# committed by hand. Where HEAD differs, .ci/run boots the emulated board; unrelated work is not held up.
"""


class NotCommitted(Exception):
    """Covered files differ from HEAD, so that no hash says what was tested; the message names them."""


class Checkout:
    """A git checkout, and the folders and files of it that the stamp covers."""

    def __init__(self, root: Path, covered: Sequence[str] = COVERED) -> None:
        self._root = root
        self._covered = covered

    def state(self) -> str:
        """HEAD's hashes of what is covered, as the stamp holds them. Raises NotCommitted."""
        if loose := self._git("status", "--porcelain", "--untracked-files=all", "--", *self._covered):
            raise NotCommitted(f"not committed:\n{loose.rstrip()}")
        return _HEAD + self._git("ls-tree", "HEAD", *self._covered)

    def _git(self, *words: str) -> str:
        done = subprocess.run(("git", *words), cwd=self._root, check=True, capture_output=True, text=True)
        return done.stdout


def changed(stamp: str, state: str) -> list[str]:
    """What is covered and has another hash in `state` than in `stamp`, or is in one of them alone."""
    return sorted({line.partition("\t")[2] for line in _hashes(stamp) ^ _hashes(state)})


def _hashes(text: str) -> set[str]:
    return {line for line in text.splitlines() if line and not line.startswith("#")}


def check(checkout: Checkout, stamp: Path) -> int:
    """0 where `stamp` says that a whole run has seen this state; else 1, with the reason on the output."""
    try:
        differing = changed(stamp.read_text("utf-8") if stamp.exists() else "", checkout.state())
    except NotCommitted as error:
        print(f"hil: {error}")
        return 1
    if differing:
        print(f"hil: changed since the last whole green `make hil`: {', '.join(differing)}")
    return int(bool(differing))


def take(checkout: Checkout, to: Path) -> int:
    """Write HEAD's state to a file, for who starts a whole run. 1, and no file, where it is not committed."""
    to.unlink(missing_ok=True)
    try:
        to.write_text(checkout.state(), "utf-8")
    except NotCommitted as error:
        print(f"hil: no stamp will be written: {error}")
        return 1
    return 0


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hil.stamp", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check")
    commands.add_parser("take").add_argument("file", type=Path)
    asked = parser.parse_args(words)
    checkout = Checkout(ROOT)
    return take(checkout, asked.file) if asked.command == "take" else check(checkout, STAMP)


if __name__ == "__main__":
    sys.exit(main())
