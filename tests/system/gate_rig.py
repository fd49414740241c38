"""Runs `gatehouse` as its own process, with somebody in systemd's place who listens."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from appliance.config.schema import Record
from appliance.record.audit import AuditLog
from appliance.record.chain import Link
from appliance.record.store import Store

PATIENCE_S = 60.0
"""For what takes some seconds on a computer of one's own."""


def patience_s() -> float:
    """PATIENCE_S, and as much more as others load this computer now: eleven at work on two cores leave a
    gate a fifth of it, and its nets take that much longer to load.
    """
    return PATIENCE_S * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def gatehouse(*words: str, cwd: Path, timeout_s: float = 300.0) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "appliance", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


def links(path: Path) -> list[Link]:
    """The audit entries of a record, the oldest first."""
    with closing(Store.open_to_read(Record(path=path))) as store:
        return list(AuditLog(store).walk())


class Supervisor:
    """Listens at NOTIFY_SOCKET, as systemd does; `heard` is (monotonic seconds, word), in order."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.heard: list[tuple[float, str]] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def words(self) -> list[str]:
        return [word for _, word in self.heard]

    def times(self, word: str) -> list[float]:
        return [at_s for at_s, said in list(self.heard) if said == word]

    def wait(self, true: Callable[[], bool]) -> None:
        end_s = time.monotonic() + patience_s()
        while not true():
            assert time.monotonic() < end_s, self.words()
            time.sleep(0.02)

    def close(self) -> None:
        self._ended.set()
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        self._socket.settimeout(0.1)
        while not self._ended.is_set():
            try:
                word = self._socket.recv(4096).decode()
            except TimeoutError:
                continue
            self.heard.append((time.monotonic(), word))


class Service:
    """A process under a supervisor, its words on stderr kept in a file."""

    def __init__(self, process: subprocess.Popen[str], supervisor: Supervisor, told: Path) -> None:
        self.process = process
        self.supervisor = supervisor
        self._told = told

    def told(self) -> str:
        """What it has said on stderr so far."""
        return self._told.read_text(encoding="utf-8")

    def wait_told(self, words: str) -> None:
        self.supervisor.wait(lambda: words in self.told())

    def terminate(self) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(patience_s())

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(patience_s())


@contextmanager
def served(command: Sequence[str], cwd: Path) -> Iterator[Service]:
    """`command` of this Python in `cwd`, killed at the end if it still runs."""
    # A socket's path has room for about 100 characters; a test's own folder is longer.
    with tempfile.TemporaryDirectory(prefix="gh-") as short:
        supervisor = Supervisor(Path(short) / "notify")
        told = Path(short) / "told"
        environ = {**os.environ, "NOTIFY_SOCKET": str(supervisor.path)}
        with told.open("w") as err:
            process = subprocess.Popen(
                [sys.executable, *command], cwd=cwd, env=environ, stderr=err, stdout=err, text=True
            )
        try:
            yield Service(process, supervisor, told)
        finally:
            process.kill()
            process.wait()
            supervisor.close()


def summary(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The object on the last line of stdout."""
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
