"""A way to a server that carries only so many bytes a second: a relay on loopback."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress

_CHUNK = 2048


class SlowWay:
    """Relays connections to a port of this computer. `bytes_per_s` holds for all that comes back."""

    def __init__(self, port: int) -> None:
        self.bytes_per_s = float("inf")
        self.carried = 0
        self._target = port
        self._turn = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._open: list[socket.socket] = [self._listening]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                # Small buffers: what waits in them is carried late, and seen late to be too much.
                for end in (near, far):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _CHUNK)
                self._open += [near, far]
                threading.Thread(target=self._relay, args=(near, far, False), daemon=True).start()
                threading.Thread(target=self._relay, args=(far, near, True), daemon=True).start()

    def _relay(self, source: socket.socket, sink: socket.socket, slowly: bool) -> None:
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                if slowly:
                    self._wait(len(data))
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _wait(self, size: int) -> None:
        with self._turn:
            self.carried += size
            time.sleep(size / self.bytes_per_s)
