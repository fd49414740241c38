"""Long work in a child process: with a deadline, and word of how far it is."""

from __future__ import annotations

import json
import logging
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import IO, Any

from ..faults import EngineFailed

_LOG = logging.getLogger(__name__)
# Between two lines of progress: often enough to see that it lives.
_TELL_EVERY_S = 5.0
# Before so much is done, what is left cannot be told.
_SURE_SHARE = 0.05
# Characters of what a child said last that go into the fault.
_TAIL = 300


@dataclass(frozen=True, slots=True)
class Child:
    """A command that tells JSON objects, a line each: `share` done from 0 to 1, or why it failed as `error`.

    It is waited for by durations alone, so that no clock is read. What it writes to stderr goes where ours
    goes, unless it is `quiet`.
    """

    part: str
    command: Sequence[str]
    limit_s: float
    tell: Callable[[str], None] = _LOG.warning
    tell_every_s: float = _TELL_EVERY_S
    quiet: bool = False

    def run(self) -> None:
        """Raises EngineFailed when it fails, or is not done in time: then it is killed."""
        try:
            process = subprocess.Popen(
                self.command,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL if self.quiet else None,
                text=True,
                errors="replace",
            )
        except OSError as error:
            raise EngineFailed(
                f"{self.command[0]} cannot be started: {error.strerror}", part=self.part
            ) from error
        with process:
            try:
                self._follow(process, _Ear(process.stdout))
            finally:
                process.kill()

    def _follow(self, process: subprocess.Popen[str], ear: _Ear) -> None:
        passed_s = 0.0
        while not ear.ended.wait(self._patience_s(passed_s)):
            passed_s += self._patience_s(passed_s)
            if passed_s >= self.limit_s:
                raise EngineFailed(f"not done within {self.limit_s:g} s", part=self.part)
            if ear.share is not None:
                self.tell(progress(self.part, ear.share, passed_s))
        code = process.wait()
        if code:
            raise EngineFailed(ear.problem or f"{self._name} ended with code {code}", part=self.part)

    def _patience_s(self, passed_s: float) -> float:
        return min(self.tell_every_s, self.limit_s - passed_s)

    @property
    def _name(self) -> str:
        return f"the child process ({Path(self.command[0]).name})"


def progress(part: str, share: float, passed_s: float) -> str:
    """One line for people: how much is done, and how long it will take yet."""
    if share < _SURE_SHARE:
        return f"{part}: {share:.0%} after {passed_s:.0f} s"
    left_s = passed_s * (1.0 - share) / share
    return f"{part}: {share:.0%} after {passed_s:.0f} s, about {left_s:.0f} s left"


class _Ear:
    """Hears what a child says, in a thread of its own; `ended` once it says no more."""

    def __init__(self, stream: IO[str] | None) -> None:
        self.share: float | None = None
        self.problem = ""
        self.ended = Event()
        Thread(target=self._hear, args=(stream,), name="child's words", daemon=True).start()

    def _hear(self, stream: IO[str] | None) -> None:
        for line in stream or ():
            said = _object(line)
            self.share = float(said["share"]) if "share" in said else self.share
            self.problem = str(said.get("error", self.problem))[:_TAIL]
        self.ended.set()


def _object(line: str) -> dict[str, Any]:
    """What a line says; nothing where a vendor's library wrote it."""
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
