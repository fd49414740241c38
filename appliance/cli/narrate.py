"""Tells on the terminal what happens at the gate and in the world, one line a change."""

from __future__ import annotations

import logging
import threading
from types import TracebackType
from typing import TextIO

from ..clock import Clock


class Narrator(logging.Handler):
    """Lines of the gate come from its log, lines of the world from `world`. Times are seconds of the run."""

    def __init__(self, stream: TextIO, *, quiet: bool = False) -> None:
        super().__init__(logging.INFO)
        self.clock: Clock | None = None
        self._stream = stream
        self._quiet = quiet
        self._start_s = 0.0
        self._speaking = threading.Lock()
        self._log = logging.getLogger("appliance")
        self._level = self._log.level

    def begin(self, clock: Clock) -> None:
        """Count time from now, on this clock."""
        self.clock = clock
        self._start_s = clock.monotonic()

    def __enter__(self) -> Narrator:
        # Quiet, too: without a handler of its own, logging writes warnings to stderr.
        self._log.setLevel(logging.CRITICAL if self._quiet else logging.INFO)
        self._log.addHandler(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._log.removeHandler(self)
        self._log.setLevel(self._level)

    def emit(self, record: logging.LogRecord) -> None:
        mark = "!" if record.levelno >= logging.WARNING else " "
        self._line(f"{mark}  gate ", record.getMessage())

    def world(self, now_s: float, text: str) -> None:
        """A line of what happens in the twin; `now_s` is the twin's own time."""
        self._line("   world", text)

    def _line(self, who: str, text: str) -> None:
        if self._quiet:
            return
        elapsed_s = 0.0 if self.clock is None else self.clock.monotonic() - self._start_s
        # The world speaks from its own thread; its line must not run into one of the gate.
        with self._speaking:
            print(f"{elapsed_s:8.2f} s {who}  {text}", file=self._stream, flush=True)
