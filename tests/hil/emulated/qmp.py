"""QEMU's own command line (QMP): holds the machine still, keeps its state, and knows why it stopped.

Source: QEMU's documentation, interop/qmp-spec and interop/qemu-qmp-ref.
"""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import threading
import time
from pathlib import Path
from typing import Any

_CONNECT_LIMIT_S = 30.0
_REPLY_LIMIT_S = 120.0
_POLL_S = 0.05


class Refused(AssertionError):
    """QEMU did not do what it was asked for."""


class Qmp:
    """One command after the other; events are collected by a thread of its own."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._connect(path)
        self._replies: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.events: list[dict[str, Any]] = []
        """Complete once QEMU has ended and `close` was called."""
        self._collector = threading.Thread(target=self._collect, daemon=True)
        self._collector.start()
        self.ask("qmp_capabilities")

    def ask(self, command: str, **arguments: object) -> Any:
        """What QEMU returns. Raises Refused with its reason."""
        self._socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode())
        reply = self._replies.get(timeout=_REPLY_LIMIT_S)
        if "error" in reply:
            raise Refused(f"{command}: {reply['error']['desc']}")
        return reply["return"]

    def await_status(self, command: str, wanted: str) -> None:
        """Until `query-status` or `query-migrate` says so. Raises Refused when it says that it failed."""
        while (status := self.ask(command).get("status")) != wanted:
            if status == "failed":
                raise Refused(f"{command}: failed")
            time.sleep(_POLL_S)

    def reasons(self) -> list[str]:
        """Why the machine stopped: `watchdog` first if it was that, then QEMU's reason, as `guest-reset`."""
        ends = (event for event in self.events if event["event"] in ("WATCHDOG", "SHUTDOWN"))
        return [event["data"].get("reason", "watchdog") for event in ends]

    def close(self) -> None:
        """Once QEMU has gone: its last events are read, then the socket is given back."""
        self._collector.join()
        self._socket.close()

    def _connect(self, path: Path) -> None:
        """QEMU makes its socket before the machine, and after the start of its process."""
        end = time.monotonic() + _CONNECT_LIMIT_S
        while True:
            try:
                return self._socket.connect(str(path))
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > end:
                    raise
            time.sleep(_POLL_S)

    def _collect(self) -> None:
        with self._socket.makefile("rb") as lines, contextlib.suppress(ConnectionResetError):
            for line in lines:
                told = json.loads(line)
                if "event" in told:
                    self.events.append(told)
                elif "QMP" not in told:
                    self._replies.put(told)
