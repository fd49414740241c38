"""A serial console that a test reads by its markers, never by the clock."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path
from typing import BinaryIO


class MarkerMissing(AssertionError):
    """The console did not say what was waited for; the message ends with its last lines."""


class Console:
    """Collects what a stream says, in a thread of its own; each marker is looked for behind the last one."""

    def __init__(self, stream: BinaryIO, log: Path) -> None:
        self._stream = stream
        self._log = log
        self._text = ""
        self._read_to = 0
        self._ended = False
        self._more = threading.Condition()
        self._started_s = time.monotonic()
        self._collector = threading.Thread(target=self._collect, daemon=True)
        self._collector.start()

    def expect(self, pattern: str, limit_s: float) -> re.Match[str]:
        """The next place that matches. Raises MarkerMissing when time or the stream ends first."""
        end = time.monotonic() + limit_s
        with self._more:
            while not (found := re.compile(pattern).search(self._text, self._read_to)):
                left = end - time.monotonic()
                if left <= 0 or self._ended:
                    raise MarkerMissing(f"no {pattern!r} within {limit_s:.0f} s; last:\n{self._text[-2000:]}")
                self._more.wait(left)
            self._read_to = found.end()
            return found

    def says(self, text: str, limit_s: float) -> bool:
        """Whether it says so in time, or before the stream ends; what `expect` looks at stays where it is."""
        with self._more:
            self._more.wait_for(lambda: text in self._text or self._ended, limit_s)
            return text in self._text or self._ended

    def await_end(self, limit_s: float) -> None:
        """Until the stream is closed: the machine has restarted or is off. Raises MarkerMissing."""
        with self._more:
            if not self._more.wait_for(lambda: self._ended, limit_s):
                raise MarkerMissing(f"no restart within {limit_s:.0f} s; last:\n{self._text[-2000:]}")

    def find_all(self, pattern: str) -> list[str]:
        """All that was said so far and matches."""
        with self._more:
            return [found.group() for found in re.finditer(pattern, self._text)]

    def close(self) -> None:
        """Once whatever speaks has gone: its last words are read, then the stream is given back."""
        self._collector.join()
        self._stream.close()

    @property
    def age_s(self) -> float:
        return time.monotonic() - self._started_s

    def _collect(self) -> None:
        with self._log.open("ab") as log:
            while piece := self._stream.read1(65536):  # type: ignore[attr-defined]
                log.write(piece)
                log.flush()
                with self._more:
                    self._text += piece.decode("utf-8", "replace").replace("\r", "")
                    self._more.notify_all()
        with self._more:
            self._ended = True
            self._more.notify_all()
