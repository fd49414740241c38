"""The real systemd over a gate: a user's manager of its own, and the shipped unit's own numbers.

systemd refuses to run where no systemd has booted, and looks for that in /run: the manager gets a /run of
its own, which takes root. Beside the gate's unit it finds those that every user's manager has.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from .gate_rig import patience_s

SYSTEMD = Path("/lib/systemd/systemd")
UNITS = Path(__file__).parents[2] / "etc" / "systemd"
NAME = "gatehouse.service"
LIFE = (
    *("Type=", "NotifyAccess=", "TimeoutStartSec=", "TimeoutStopSec=", "WatchdogSec=", "Restart="),
    *("RestartSec=", "RestartPreventExitStatus=", "StartLimitIntervalSec=", "StartLimitBurst=", "["),
)
"""What of the unit concerns life and death. Its user and its sandbox are the system manager's alone."""
_OWN_RUN = "mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && exec {systemd} --user --unit={unit}"


def no_systemd() -> str:
    """Why there can be no manager here; empty where there can."""
    if not SYSTEMD.exists() or shutil.which("systemctl") is None:
        return "systemd is not installed"
    tried = subprocess.run(
        ["unshare", "-m", "--propagation", "private", "mount", "-t", "tmpfs", "tmpfs", "/run"],
        capture_output=True,
        check=False,
    )
    return "" if tried.returncode == 0 else "no mount of its own: run as root"


def life_of(unit: str) -> list[str]:
    return [line for line in unit.splitlines() if line.startswith(LIFE) and line != "[Install]"]


class Manager:
    """A running systemd, asked by systemctl."""

    def __init__(self, runtime: Path) -> None:
        self._environ = {**os.environ, "XDG_RUNTIME_DIR": str(runtime)}

    def ctl(self, *words: str) -> str:
        done = subprocess.run(
            ["systemctl", "--user", *words, NAME],
            env=self._environ,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip()

    def show(self, key: str) -> str:
        return self.ctl("show", "--value", f"--property={key}")

    @property
    def pid(self) -> int:
        """Of the gate; 0 where none runs."""
        return int(self.show("MainPID") or 0)

    def wait(self, true: Callable[[], bool], longer_s: float = 0.0) -> None:
        end_s = time.monotonic() + patience_s() + longer_s
        while not true():
            assert time.monotonic() < end_s, self.ctl("status")
            time.sleep(0.05)


@contextmanager
def managed(main: Sequence[str], post: Sequence[str], place: Path, **changes: str) -> Iterator[Manager]:
    """The gate's unit with `main` and, after each end, `post`: commands of this Python in `place`.

    What they say is in `place / "told"`. `changes` come after the unit's own lines of [Service].
    """
    with tempfile.TemporaryDirectory(prefix="gh-") as short:
        runtime, told = Path(short), place / "told"
        extra = {
            "ExecStart": _quoted(main),
            "ExecStopPost": _quoted(post),
            "WorkingDirectory": str(place),
            "StandardOutput": f"append:{told}",
            "StandardError": f"append:{told}",
            **changes,
        }
        (runtime / NAME).write_text(_unit(extra), encoding="utf-8")
        with _running(runtime):
            yield Manager(runtime)


def _unit(extra: Mapping[str, str]) -> str:
    lines = life_of((UNITS / NAME).read_text(encoding="utf-8"))
    return "\n".join([*lines, *(f"{key}={value}" for key, value in extra.items()), ""])


def _quoted(command: Sequence[str]) -> str:
    return " ".join([sys.executable, *command])


@contextmanager
def _running(runtime: Path) -> Iterator[None]:
    script = _OWN_RUN.format(systemd=SYSTEMD, unit=NAME)
    environ = {
        **os.environ,
        "XDG_RUNTIME_DIR": str(runtime),
        # The colon: and the usual folders, for basic.target.
        "SYSTEMD_UNIT_PATH": f"{runtime}:",
        "PYTHONPATH": str(UNITS.parents[1]),
    }
    manager = subprocess.Popen(
        ["unshare", "-m", "--propagation", "private", "sh", "-c", script],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        # It stops the gate first, and kills what does not stop.
        manager.send_signal(signal.SIGTERM)
        try:
            manager.wait(patience_s())
        except subprocess.TimeoutExpired:
            manager.kill()
            manager.wait()


needs_systemd = pytest.mark.skipif(bool(no_systemd()), reason=no_systemd() or "systemd runs")
