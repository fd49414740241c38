"""One emulated board: QEMU's `virt` machine the image as its disk, started by the Pi's firmware rules."""

from __future__ import annotations

import base64
import re
import socket
import subprocess
from pathlib import Path
from types import TracebackType

from .console import Console
from .firmware import Firmware, Loaded

SLOWNESS = 4.0
"""Limits are a quiet computer's times this: without KVM, beside other work, a start takes 35 to 140 s."""

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
_PORT_LIMIT_S = 10.0

_BENCH_UNIT = """[Unit]
DefaultDependencies=no
Before=gatehouse-prepare.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -ec "mkdir -p /bench;mount LABEL=bench /bench;exec sh /bench/start"
"""
"""Given to systemd as a credential: the image under test knows nothing of the bench."""


class Board:
    """The board and its disk, which outlive each start. `bench` is a disk with the emulated lines."""

    def __init__(self, image: Path, bench: Path, work: Path) -> None:
        self.firmware = Firmware(image, work)
        self._drives = (*_drive("disk", image), *_drive("bench", bench))
        self._work = work
        self._starts = 0
        self._tryboot = False

    def start(self) -> Run:
        """Power on, or what follows a restart."""
        loaded = self.firmware.load(_MACHINE, tryboot=self._tryboot)
        self._tryboot = False
        self._starts += 1
        return Run(self._words(loaded), self._work, self._starts, loaded)

    def after(self, run: Run) -> Run:
        """Start again as the firmware does when `run` has restarted by itself, heeding what it asked for."""
        asked = run.console.find_all(r"gatehouse-restart: \[.*\]")
        self._tryboot = bool(asked) and "tryboot" in asked[-1]
        return self.start()

    def _words(self, loaded: Loaded) -> tuple[str, ...]:
        unit = base64.b64encode(_BENCH_UNIT.encode()).decode()
        credential = f"systemd.set_credential_binary=systemd.extra-unit.bench.service:{unit}"
        append = f"{loaded.cmdline} systemd.wants=bench.service {credential}"
        return (
            *_MACHINE,
            *("-kernel", str(loaded.kernel), "-initrd", str(loaded.initramfs), "-append", append),
            *("-dtb", str(loaded.device_tree), *self._drives),
            *("-device", "i6300esb", "-no-reboot", "-display", "none", "-serial", "stdio"),
            *("-device", "virtio-serial-pci", "-device", "virtconsole,chardev=agent"),
            *("-chardev", f"socket,id=agent,path={self._work}/agent,server=on,wait=off"),
        )


class Run:
    """One start of the board until it restarts or its power is cut."""

    def __init__(self, words: tuple[str, ...], work: Path, number: int, loaded: Loaded) -> None:
        self.loaded = loaded
        self._process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        stream = self._process.stdout
        if stream is None:
            raise RuntimeError("QEMU has no console")
        self.console = Console(stream, work / f"console-{number}.log")  # type: ignore[arg-type]
        self._agent_path = work / "agent"
        self._agent: Agent | None = None

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
            self._agent = Agent(self._agent_path)
        return self._agent

    def cut_power(self) -> None:
        """As pulling the plug: nothing is written any more."""
        self._process.kill()
        self._process.wait()
        self.console.close()
        if self._agent is not None:
            self._agent.close()


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

    def ask(self, command: str, limit_s: float = 20.0) -> str:
        """What a command says; raises AssertionError when it fails."""
        self._socket.sendall(f"{command}\n".encode())
        done = self._said.expect(r"(?s)(.*?)bench-rc (\d+)\n", limit_s * SLOWNESS)
        if done.group(2) != "0":
            raise AssertionError(f"{command}: exit code {done.group(2)}: {done.group(1)}")
        return done.group(1)


def _drive(name: str, path: Path) -> tuple[str, ...]:
    drive = f"if=none,id={name},file={path},format=raw,cache=writeback"
    return "-drive", drive, "-device", f"virtio-blk-pci,drive={name}"
