"""One emulated board: QEMU's `virt` machine with the image as its disk, started by the Pi's firmware rules.

A power cut is that of a disk which loses nothing that it has taken: QEMU keeps what the guest has written in
the host's memory, which outlives it. What the guest itself still held back is lost.
"""

from __future__ import annotations

import base64
import os
import re
import socket
import subprocess
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

from .console import Console
from .firmware import Firmware, Loaded
from .qmp import Qmp

SLOWNESS = float(os.environ.get("GATEHOUSE_HIL_SLOWNESS", "4"))
"""Limits are a quiet computer's times this: without KVM, beside other work, a start takes 35 to 140 s. A real
board has none to be slow for.
"""

_MACHINE = (
    "qemu-system-aarch64",
    "-machine",
    "virt",
    "-cpu",
    "cortex-a72",
    "-smp",
    "2",
    "-m",
    "1024",
    "-nic",
    "none",
)
_WITH_US = ("setpriv", "--pdeathsig", "KILL")
"""No board outlives the tests that started it."""
_PORT_LIMIT_S = 10.0

_BENCH_UNIT = """[Unit]
DefaultDependencies=no
Before=gatehouse-prepare.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c "echo bench: systemd runs >/dev/console"
ExecStart=/bin/sh -ec "mkdir -p /bench;mount LABEL=bench /bench;exec sh /bench/start"
"""
"""Given to systemd as a credential: the image under test knows nothing of the bench."""
_PATIENCE = """[Service]
WatchdogSec=30
"""
"""A gate that hangs is waited for: between a board's 15 s and the two minutes of the emulated image."""


STICK_BYTES = 2 << 30
SYSTEMD_RUNS = "bench: systemd runs"
"""Said by the first unit: systemd has taken the watchdog over from the firmware."""


@dataclass(frozen=True, slots=True)
class Disks:
    """The card, and a second disk with what the product does not hold.

    `stick` is what a board finds on its stick, STICK_BYTES of it. In the folder `writes` each start leaves a
    log of what it has written to the card (writes.py).
    """

    card: Path
    bench: Path
    stick: Path | None = None
    writes: Path | None = None

    def copy(self, folder: Path) -> Disks:
        """Into a folder, holes kept."""
        subprocess.run(
            ("cp", "--sparse=always", "--reflink=auto", str(self.card), str(self.bench), str(folder)),
            check=True,
        )
        return Disks(folder / self.card.name, folder / self.bench.name)

    def words(self, number: int) -> tuple[str, ...]:
        """QEMU's, for the start of this number."""
        card = _kept(self.card) if self.writes is None else _logged(self.card, self.writes / f"{number}.log")
        bench = _kept(self.bench)
        return (*_drive("disk", card), *_drive("bench", bench), *_drive("stick", _stick(self.stick)))


class Board:
    """The board and its disks, which outlive each start."""

    def __init__(self, disks: Disks, work: Path) -> None:
        self.firmware = Firmware(disks.card, work)
        self.card = disks.card
        self._disks = disks
        self._work = work
        self._starts = 0
        self._tryboot = False

    def start(self, bench: str = "") -> Run:
        """Power on, or what follows a restart. `bench`: a word to the bench, as `bench.hold=LINE`."""
        loaded = self.firmware.load(_MACHINE, tryboot=self._tryboot)
        loaded = replace(loaded, cmdline=f"{loaded.cmdline} {bench}")
        self._tryboot = False
        self._starts += 1
        run = Run(self._disks, loaded, self._work, self._starts)
        run.watch_firmware(loaded.watchdog_s)
        return run

    def after(self, run: Run) -> Run:
        """Start again as the firmware does when `run` has restarted by itself, heeding what it asked for."""
        run.close()
        asked = run.console.find_all(r"gatehouse-restart: \[.*\]")
        self._tryboot = bool(asked) and "tryboot" in asked[-1]
        return self.start()


class Run:
    """One start of the board until it restarts or its power is cut; or a kept `state` that goes on."""

    def __init__(
        self, disks: Disks, loaded: Loaded, work: Path, number: int, state: Path | None = None
    ) -> None:
        self.loaded = loaded
        self._disks = disks
        self._work = work
        words = (*_words(disks, loaded, work, number), *(("-incoming", f"exec:cat {state}") if state else ()))
        self._process = subprocess.Popen(
            (*_WITH_US, *words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        stream = self._process.stdout
        if stream is None:
            raise RuntimeError("QEMU has no console")
        self.console = Console(stream, work / f"console-{number}.log")  # type: ignore[arg-type]
        self.qmp = Qmp(work / "qmp")
        self._agent: Agent | None = None
        self._starved = False

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut_power()

    def expect(self, pattern: str, limit_s: float) -> re.Match[str]:
        """A marker on the console; the limit is that of a quiet computer."""
        return self.console.expect(pattern, limit_s * SLOWNESS)

    @property
    def agent(self) -> Agent:
        """A shell on the board, once the console has said that the bench is ready."""
        if self._agent is None:
            self._agent = Agent(self._work / "agent")
        return self._agent

    def watch_firmware(self, limit_s: float) -> None:
        """The firmware's watchdog, which systemd takes over. Its limit, too, is that of a quiet computer."""
        if limit_s:
            threading.Thread(target=self._reset_unless_taken_over, args=(limit_s,), daemon=True).start()

    def reset_seen(self, limit_s: float) -> str:
        """Until the machine has restarted by itself, and who did it: `watchdog`, `firmware-watchdog`,
        `guest-reset` or `guest-shutdown`. Raises MarkerMissing when it has not.
        """
        self.console.await_end(limit_s * SLOWNESS)
        self.close()
        return (["firmware-watchdog"] if self._starved else self.qmp.reasons())[0]

    def plug_in(self, stick: Path) -> None:
        """A USB stick with this content; what the board writes to it is in the file."""
        node = {"node-name": "usb", "driver": "file", "filename": str(stick)}
        self.qmp.ask("blockdev-add", **node)
        self.qmp.ask("device_add", driver="usb-storage", id="usb", drive="usb")

    def freeze(self, folder: Path) -> Frozen:
        """Keep memory and disks as they are at this moment in `folder`, and end the run."""
        self.qmp.ask("stop")
        self.qmp.ask("migrate-set-parameters", **{"max-bandwidth": 1 << 40})
        self.qmp.ask("migrate", uri=f"exec:cat > {folder / 'state'}")
        self.qmp.await_status("query-migrate", "completed")
        self.cut_power()
        return Frozen(self._disks.copy(folder), self.loaded, folder / "state", self.console)

    def resume(self) -> None:
        """Once a kept state was read in."""
        self.qmp.await_status("query-status", "paused")
        self.qmp.ask("cont")

    def cut_power(self) -> None:
        """As pulling the plug: nothing is written any more."""
        self._process.kill()
        self.close()

    def close(self) -> None:
        """Once QEMU ends: its last words are read, and all is given back. May be called again."""
        self._process.wait()
        self.console.close()
        self.qmp.close()
        if self._agent is not None:
            self._agent.close()

    def _reset_unless_taken_over(self, limit_s: float) -> None:
        if not self.console.says(SYSTEMD_RUNS, limit_s * SLOWNESS):
            self._starved = True
            self._process.kill()


@dataclass(frozen=True, slots=True)
class Frozen:
    """A board in the midst of a run, to be thawed as often as one likes."""

    disks: Disks
    loaded: Loaded
    state: Path
    console: Console
    """What its run said before."""

    def thaw(self, work: Path, *, stick: Path | None = None, writes: Path | None = None) -> tuple[Board, Run]:
        """A copy of the board in `work`, which runs on as if nothing had been; its stick may be another."""
        disks = replace(self.disks.copy(work), stick=stick, writes=writes)
        run = Run(disks, self.loaded, work, 0, self.state)
        run.resume()
        return Board(disks, work), run


def _words(disks: Disks, loaded: Loaded, work: Path, number: int) -> tuple[str, ...]:
    unit = _credential("systemd.extra-unit.bench.service", _BENCH_UNIT)
    patience = _credential("systemd.unit-dropin.gatehouse.service~zz-bench", _PATIENCE)
    append = f"{loaded.cmdline} systemd.wants=bench.service {unit} {patience}"
    return (
        *_MACHINE,
        *("-kernel", str(loaded.kernel), "-initrd", str(loaded.initramfs), "-append", append),
        *("-dtb", str(loaded.device_tree), *disks.words(number)),
        *("-device", "i6300esb", "-no-reboot", "-display", "none", "-serial", "stdio"),
        *("-device", "virtio-serial-pci", "-device", "virtconsole,chardev=agent"),
        *("-chardev", f"socket,id=agent,path={work}/agent,server=on,wait=off"),
        *("-qmp", f"unix:{work}/qmp,server=on,wait=off", "-device", "qemu-xhci"),
    )


def _credential(name: str, text: str) -> str:
    """On the kernel's command line, which holds 2048 characters on arm64."""
    return f"systemd.set_credential_binary={name}:{base64.b64encode(text.encode()).decode()}"


class Agent:
    """Runs commands on the board by a second serial line, one after the other."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(_PORT_LIMIT_S)
        self._socket.connect(str(path))
        self._socket.settimeout(None)  # a command may take its time
        self._said = Console(self._socket.makefile("rb"), path.with_suffix(".log"))

    def close(self) -> None:
        """QEMU has gone, and the line with it."""
        self._said.close()
        self._socket.close()

    def tell(self, command: str) -> None:
        """A command of which nothing comes back."""
        self._socket.sendall(f"{command}\n".encode())

    def ask(self, command: str, limit_s: float = 20.0) -> str:
        """What a command says; raises AssertionError when it fails."""
        self.tell(command)
        done = self._said.expect(r"(?s)(.*?)bench-rc (\d+)\n", limit_s * SLOWNESS)
        if done.group(2) != "0":
            raise AssertionError(f"{command}: exit code {done.group(2)}: {done.group(1)}")
        return done.group(1)


def _drive(name: str, backend: str) -> tuple[str, ...]:
    device = f"virtio-blk-pci,drive={name},serial={name}"
    return "-drive", f"if=none,id={name},{backend}", "-device", device


def _kept(path: Path) -> str:
    """Nothing is written to the host's own disk before its time: that this computer fails is no test."""
    return f"file={path},format=raw,cache=unsafe"


def _logged(path: Path, log: Path) -> str:
    log.touch()
    files = ((path, "file"), (log, "log"))
    named = (f"{at}.driver=file,{at}.filename={file},{at}.cache.no-flush=on" for file, at in files)
    return f"driver=blklogwrites,cache=writeback,log-sector-size=512,{','.join(named)}"


def _stick(path: Path | None) -> str:
    """Always there, since a kept board goes on with the devices that it had; empty at first."""
    if path is None:
        return f"driver=null-co,size={STICK_BYTES},read-zeroes=on,readonly=on"
    return f"file={path},format=raw,readonly=on"
