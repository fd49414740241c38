"""GStreamer's pipelines in processes of their own, and the messages that they send."""

from __future__ import annotations

import os
import selectors
import struct
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import numpy as np

from ...clock import Clock
from ...faults import CameraLost

if TYPE_CHECKING:
    from ...sight import Image

REMEDY = "apt-get install gstreamer1.0-tools gstreamer1.0-plugins-bad"

HEADER = struct.Struct(">BBBxHIQQQQH14sHH")
"""GStreamer's data protocol, version 1: version, flags, type, length, stamp in ns, the rest unused here."""
BUFFER, CAPS = 1, 2
NO_STAMP = 2**64 - 1
LONGEST = 64 * 2**20
"""Bytes, as of NV12 with 8192 x 5120 pixels. More is no picture, but a stream out of step."""
MOST_WORDS = 2**16
"""Bytes of its messages: GStreamer may warn at every picture, for months, and only the last ones tell."""
# An orderly end frees the sensor within that time; a process that hangs is killed.
_KILL_S = 1.0


@dataclass(frozen=True, slots=True)
class Packet:
    """One message of the pipeline."""

    kind: int
    stamp_ns: int
    payload: Image


class BasePipeline(ABC):
    """A pipeline that runs. Raises CameraLost for whatever ends it."""

    @abstractmethod
    def next(self, until_s: float, clock: Clock) -> Packet:
        """The next message, waiting until `until_s` on the clock."""

    @abstractmethod
    def close(self) -> None:
        """End it, by force where it does not end by itself."""


class Pipeline(BasePipeline):
    """In a process of its own, which can be killed when a camera's driver hangs.

    One that outlives the gate ends at its next picture, since nobody reads that.
    """

    def __init__(self, name: str, argv: Sequence[str]) -> None:
        self._name = name
        self._words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process lives
        self._out, theirs = os.pipe()
        try:
            self._process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=theirs, stderr=self._words
            )
        except OSError as error:
            self._words.close()
            os.close(self._out)
            raise CameraLost(f"{argv[0]}: {error.strerror}; {REMEDY}", part=name) from error
        finally:
            os.close(theirs)
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._out, selectors.EVENT_READ)

    @property
    def pid(self) -> int:
        return self._process.pid

    def next(self, until_s: float, clock: Clock) -> Packet:
        self._forget_words()
        head = self._exactly(HEADER.size, until_s, clock)
        major, _, _, kind, length, stamp_ns, *_ = HEADER.unpack(head.tobytes())
        if major != 1 or length > LONGEST:
            raise CameraLost("the pipeline's output is out of step", part=self._name)
        return Packet(kind, stamp_ns, self._exactly(length, until_s, clock))

    def close(self) -> None:
        self._ready.close()
        os.close(self._out)
        self._process.terminate()
        try:
            self._process.wait(_KILL_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            # One that a driver holds inside the kernel cannot even be killed: it is left behind.
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_KILL_S)
        self._words.close()

    def _exactly(self, length: int, until_s: float, clock: Clock) -> Image:
        room = bytearray(length)
        filled = 0
        while filled < length:
            if not self._ready.select(max(0.0, until_s - clock.monotonic())):
                raise CameraLost("no frame in time", part=self._name)
            got = os.readv(self._out, [memoryview(room)[filled:]])
            if not got:
                raise CameraLost(f"the pipeline ended: {self._last_words()}", part=self._name)
            filled += got
        return np.frombuffer(room, np.uint8)

    def _forget_words(self) -> None:
        """Begin its messages anew once they are many."""
        file = self._words.fileno()
        if os.fstat(file).st_size > MOST_WORDS:
            # The process writes where this seeks to: both have the same open file.
            os.lseek(file, 0, os.SEEK_SET)
            os.ftruncate(file, 0)

    def _last_words(self) -> str:
        """The error that GStreamer named, else its last line."""
        self._words.seek(0)
        lines = [line.strip() for line in self._words.read().decode(errors="replace").splitlines() if line]
        errors = [line for line in lines if line.startswith("ERROR") or "erroneous" in line]
        return (errors or lines or ["it said nothing"])[-1][:200]
