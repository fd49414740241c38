"""A vendor's tool, run with a deadline: what it said, or a fault."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from ..faults import PowerModeFailed

# A killed tool ends at once, unless the kernel holds it; that one is left behind.
_REAP_S = 0.5
# Characters of a tool's last words in a fault.
_MOST_SAID = 200


@dataclass(frozen=True, slots=True)
class Ran:
    """A tool that ended: its exit code, and all that it said."""

    name: str
    code: int
    said: str

    def must(self) -> str:
        """What it said. Raises PowerModeFailed where it ended with an error."""
        if self.code:
            raise PowerModeFailed(f"exit code {self.code}: {last_words(self.said)}", part=self.name)
        return self.said


def run_tool(command: Sequence[str], limit_s: float, *, answer: str = "") -> Ran:
    """Run it to its end; `answer` is what it reads.

    Raises PowerModeFailed where it is missing, or has not ended after `limit_s`: then it is killed with
    all that it started.
    """
    name = os.path.basename(command[0])
    try:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # A group of its own, so that a shell script's children end with it.
            start_new_session=True,
        )
    except OSError as error:
        raise PowerModeFailed(f"{error.strerror}: {command[0]}", part=name) from error
    said = _hear(process, name, limit_s, answer)
    return Ran(name, process.returncode, said)


def last_words(said: str) -> str:
    """The end of what a tool said, as one line."""
    return " ".join(said.split())[-_MOST_SAID:] or "it said nothing"


def _hear(process: subprocess.Popen[str], name: str, limit_s: float, answer: str) -> str:
    try:
        return process.communicate(answer, timeout=limit_s)[0]
    except subprocess.TimeoutExpired as error:
        _kill(process)
        raise PowerModeFailed(f"killed: it had not ended after {limit_s:g} s", part=name) from error


def _kill(process: subprocess.Popen[str]) -> None:
    # Its number is its own until it is waited for, so no stranger is hit.
    os.killpg(process.pid, signal.SIGKILL)
    try:
        process.communicate(timeout=_REAP_S)
    except subprocess.TimeoutExpired:
        # Held by the kernel: its pipes are given up, and it ends when the kernel lets it.
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
