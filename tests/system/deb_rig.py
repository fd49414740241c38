"""A bare Debian or Ubuntu, booted as a container of its own from a tar of image-build/deb/chroot.sh.

No network reaches in: a package installs from what it carries, or not at all.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .gate_rig import patience_s

FOLDER = os.environ.get("GATEHOUSE_DEBS", "")
"""Where `make deb-test` has left packages and systems; empty in a plain `make test`."""
SUITES = tuple(os.environ.get("GATEHOUSE_DEB_SUITES", "").split())
"""Which systems these are."""


def missing() -> str:
    """Why packages cannot be tried here; empty where they can."""
    if not FOLDER:
        return "`make deb-test` builds packages and bare systems, and runs this"
    if os.geteuid() != 0:
        return "a container of its own takes root"
    return "" if shutil.which("systemd-nspawn") else "apt install systemd-container"


_START_S = 600.0
_PATIENCE = f"""mkdir -p /run/systemd/system/gatehouse.service.d
cat > /run/systemd/system/gatehouse.service.d/patience.conf <<END
[Service]
TimeoutStartSec={_START_S:.0f}
TimeoutStopSec=300
WatchdogSec=300
END"""
"""The unit's limits are those of a board that has nothing else to do."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command in the container said, both streams, and its exit code."""

    code: int
    said: str


class System:
    """A running system below `root`; `leader` is its first process, as this computer numbers it."""

    def __init__(self, root: Path, leader: int) -> None:
        self.root = root
        self._leader = leader

    def run(self, *words: str) -> Ran:
        inside = ("nsenter", "--target", str(self._leader), "--all", "env", "DEBIAN_FRONTEND=noninteractive")
        done = subprocess.run(
            [*inside, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        return Ran(done.returncode, done.stdout.strip())

    def must(self, *words: str) -> str:
        ran = self.run(*words)
        assert ran.code == 0, f"{' '.join(words)}: {ran.said}"
        return ran.said

    def apt(self, *words: str) -> str:
        return self.must("apt-get", "--yes", "--quiet", *words)

    def show(self, key: str, unit: str = "gatehouse.service") -> str:
        return self.must("systemctl", "show", "--value", f"--property={key}", unit)

    def await_gate(self) -> None:
        """Until the gate serves; it may be started anew meanwhile."""
        end_s = time.monotonic() + patience_s() + _START_S
        while (state := self.show("ActiveState")) != "active":
            assert state != "failed", self.log()
            assert time.monotonic() < end_s, self.log()
            time.sleep(0.2)

    def log(self) -> str:
        return self.must("journalctl", "--no-pager", "--output=cat", "--unit=gatehouse")


@contextmanager
def booted(tar: Path, place: Path) -> Iterator[System]:
    """Unpack the system below `place` and boot it; it is ended, and removed, behind the `with`."""
    root = place / "root"
    root.mkdir(parents=True)
    subprocess.run(["tar", "-xf", str(tar), "-C", str(root), "--exclude=./dev/*"], check=True)
    words = ("--boot", "--register=no", "--keep-unit", "--private-network", "--console=pipe", "--quiet")
    with (place / "console").open("wb") as console:
        container = subprocess.Popen(
            ["systemd-nspawn", f"--directory={root}", *words],
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
        )
        try:
            system = System(root, _leader(container))
            system.must("sh", "-c", _PATIENCE)
            yield system
        finally:
            container.kill()
            container.wait()
            shutil.rmtree(root, ignore_errors=True)


def _leader(container: subprocess.Popen[bytes]) -> int:
    """The container's systemd, once its bus answers."""
    children = Path(f"/proc/{container.pid}/task/{container.pid}/children")
    end_s = time.monotonic() + patience_s() + 60.0
    while time.monotonic() < end_s and container.poll() is None:
        for child in children.read_text().split():
            if System(Path(), int(child)).run("systemctl", "is-system-running").said in (
                "running",
                "degraded",
            ):
                return int(child)
        time.sleep(0.2)
    raise AssertionError("the container did not come up")
