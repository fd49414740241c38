"""The serial port as bytes and as a message link: pyserial underneath, `framing` on top."""

from __future__ import annotations

import errno
import os
import select
import termios
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import serial

from ..faults import LinkFault
from .base import BaseSerialLink, Driver
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


class SerialPort(Driver):
    """Bytes over a serial port that no other process may use meanwhile."""

    def __init__(self, config: PortConfig) -> None:
        self._config = config
        self._device: serial.Serial | None = None

    def open(self) -> None:
        with self._mapped():
            self._device = serial.Serial(
                self._config.port,
                self._config.baud,
                timeout=0,
                write_timeout=WRITE_LIMIT_S,
                exclusive=True,
            )
            self._device.reset_input_buffer()

    def close(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            with self._mapped():
                device.close()

    def write(self, data: bytes) -> None:
        device = self._opened()
        with self._mapped():
            try:
                device.write(data)
            except serial.SerialTimeoutException:
                # Else closing waits for it to drain: 30 s by the kernel's default, on the machine's thread.
                device.reset_output_buffer()
                raise

    def read(self, timeout_s: float) -> bytes:
        """What has come, waiting at most `timeout_s` for the first byte; empty when nothing did."""
        device = self._opened()
        with self._mapped():
            ready, _, _ = select.select([device.fileno()], [], [], timeout_s)
            return device.read(CHUNK) if ready else b""

    def _opened(self) -> serial.Serial:
        if self._device is None:
            raise LinkFault("the port is not open", part="serial")
        return self._device

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except PORT_ERRORS as error:
            raise LinkFault(_why(self._config.port, error), part="serial") from error


def _why(port: str, error: Exception) -> str:
    """The error with the port's path, once: pyserial repeats it where the port cannot be opened."""
    if isinstance(error, OSError) and error.errno in (errno.ENOENT, errno.EACCES):
        return f"{port}: {os.strerror(error.errno)}"
    return str(error) if port in str(error) else f"{port}: {error}"


class SerialLink(BaseSerialLink):
    """Frames over a serial port."""

    def __init__(self, config: PortConfig) -> None:
        self._port = SerialPort(config)
        self._reader = FrameReader()
        self._inbox: deque[bytes] = deque()

    @property
    def damaged(self) -> int:
        """Frames dropped since the port was opened."""
        return self._reader.damaged

    def open(self) -> None:
        self._port.open()
        self._reader = FrameReader()
        self._inbox.clear()

    def close(self) -> None:
        self._port.close()

    def send(self, payload: bytes) -> None:
        """Raises ValueError for a payload that no frame holds, LinkFault when the port is gone."""
        self._port.write(encode(payload))

    def receive(self, timeout_s: float) -> bytes | None:
        if not self._inbox:
            self._inbox.extend(self._reader.feed(self._port.read(timeout_s)))
        return self._inbox.popleft() if self._inbox else None
