"""The serial port as a message link: pyserial underneath, `framing` on top."""

from __future__ import annotations

import select
import termios
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import serial

from ..faults import LinkFault
from .base import BaseSerialLink
from .framing import FrameReader, encode

WRITE_LIMIT_S = 0.1
"""The kernel takes a frame at once; a write that waits this long means that nothing drains it."""
CHUNK = 512
"""Bytes a read takes at most: more than arrive between two ticks at common speeds."""

# pyserial lets termios.error through where an unplugged adapter no longer takes settings, TypeError
# where its descriptor went away under a read, and ValueError for a speed it cannot set.
PORT_ERRORS = (serial.SerialException, OSError, termios.error, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class PortConfig:
    """Which port, and its speed in bits a second."""

    port: str
    baud: int = 115200


class SerialLink(BaseSerialLink):
    """Frames over a serial port that no other process may use meanwhile."""

    def __init__(self, config: PortConfig) -> None:
        self._config = config
        self._port: serial.Serial | None = None
        self._reader = FrameReader()
        self._inbox: deque[bytes] = deque()

    @property
    def damaged(self) -> int:
        """Frames dropped since the port was opened."""
        return self._reader.damaged

    def open(self) -> None:
        with self._mapped():
            self._port = serial.Serial(
                self._config.port,
                self._config.baud,
                timeout=0,
                write_timeout=WRITE_LIMIT_S,
                exclusive=True,
            )
            self._port.reset_input_buffer()
        self._reader = FrameReader()
        self._inbox.clear()

    def close(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            with self._mapped():
                port.close()

    def send(self, payload: bytes) -> None:
        """Raises ValueError for a payload that no frame holds, LinkFault when the port is gone."""
        frame = encode(payload)
        port = self._opened()
        with self._mapped():
            port.write(frame)

    def receive(self, timeout_s: float) -> bytes | None:
        port = self._opened()
        if not self._inbox:
            with self._mapped():
                ready, _, _ = select.select([port.fileno()], [], [], timeout_s)
                chunk = port.read(CHUNK) if ready else b""
            self._inbox.extend(self._reader.feed(chunk))
        return self._inbox.popleft() if self._inbox else None

    def _opened(self) -> serial.Serial:
        if self._port is None:
            raise LinkFault("the port is not open", part="serial")
        return self._port

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except PORT_ERRORS as error:
            raise LinkFault(f"{self._config.port}: {error}", part="serial") from error
