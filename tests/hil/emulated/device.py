"""A real board, reached over SSH in the place of an emulated one: the same scenarios, on the same files.

Each contact and relay of the gate is joined to a second pin of its board, which bench/jumpers holds and
watches (docs/hardware/hil.md). bench/device keeps the owner's gate aside as long as the connection lasts.
"""

from __future__ import annotations

import io
import shlex
import socket
import subprocess
import tarfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import cv2
import numpy as np

from .lines import await_armed, skip_journal
from .machine import Agent

DEVICE, SSH, JUMPERS = "GATEHOUSE_DEVICE", "GATEHOUSE_SSH", "GATEHOUSE_HIL_JUMPERS"
NO_DEVICE = "needs an emulated board: on a real one a person does it (docs/hardware/acceptance.md)"

_HERE = Path(__file__).parent
_THERE = "/run/bench"
_VIVID = 'driver = "v4l2"\nsource = "0"\n'
_FPS, _PICTURE, _PICTURES = 0.5, (64, 64), 300
_NOISE = f'driver = "file"\nsource = "{_THERE}/noise.avi"\nfps = {_FPS}\n'
_GENERIC = 'board = "generic" # a profile would bring outputs of its own\n'
_LED = '\n[status_led]\nname = "ACT"\n'
_AS_ROOT = 'exec $([ "$(id -u)" = 0 ] || echo sudo -n) sh -c '
_READY_S = 60.0
"""Until the owner's gate has stopped, and the jumpers were tried."""
_BACK_S = 120.0
"""Until the owner's gate is started again."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How a board is reached, and what joins its pins: LINE:LINE,... Without, /run/lines is there already."""

    board: str
    ssh: tuple[str, ...]
    jumpers: str

    @classmethod
    def named(cls, environment: Mapping[str, str]) -> Reached:
        """By `make hil DEVICE=`, or by hand."""
        ssh = tuple(shlex.split(environment.get(SSH, "ssh")))
        return cls(environment[DEVICE], ssh, environment.get(JUMPERS, ""))

    def as_root(self, script: str) -> tuple[str, ...]:
        return (*self.ssh, self.board, _AS_ROOT + shlex.quote(script))


class Device:
    """A board whose gate serves the scenarios until `close`; then the owner's is back."""

    def __init__(self, reached: Reached, work: Path) -> None:
        subprocess.run(
            reached.as_root(f"mkdir -p {_THERE} && tar -C {_THERE} -xf -"), input=_bench(work), check=True
        )
        words = reached.as_root(f"exec sh {_THERE}/device {shlex.quote(reached.jumpers)} 2>&1")
        with socket.socket(socket.AF_UNIX) as port:
            port.bind(str(work / "agent"))
            port.listen()
            self.agent = Agent(work / "agent")
            line, _ = port.accept()
        with line:
            self._session = subprocess.Popen(words, stdin=line.fileno(), stdout=line.fileno())
        self.agent.ask("true", _READY_S)

    def __enter__(self) -> Device:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def begin(self) -> None:
        """The gate as after a first start, armed: contacts idle, the arm closed, nothing in the record."""
        self.agent.ask("sh /bench/afresh", 60)
        skip_journal(self)
        self.agent.ask("systemctl start gatehouse", 120)
        await_armed(self)

    def close(self) -> None:
        """Raises CalledProcessError when the board could not be given back as it was."""
        with suppress(OSError):  # it may have ended by itself, and said why
            self.agent.tell("end")
        code = self._session.wait(_BACK_S)
        self.agent.close()
        if code:
            raise subprocess.CalledProcessError(code, self._session.args)


def configuration() -> str:
    """The emulated board's, with a file for a camera: what the owner's sees moves nothing here."""
    ours = (_HERE / "gatehouse.toml").read_text("utf-8")
    return _GENERIC + ours.replace(_VIVID, _NOISE) + _LED


def _bench(work: Path) -> bytes:
    """What the board needs for the scenarios, as a tar."""
    folder = work / "noise"
    folder.mkdir()
    _lay_noise(folder / "noise.avi")
    (folder / "gatehouse.toml").write_text(configuration(), "utf-8")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path in sorted((*(_HERE / "bench").iterdir(), *folder.iterdir())):
            tar.add(path, path.name, filter=_readable)
    return packed.getvalue()


def _lay_noise(path: Path) -> None:
    """Longer than a scenario takes."""
    chance = np.random.default_rng(0)
    width, height = _PICTURE
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), _FPS, _PICTURE)
    for _ in range(_PICTURES):
        video.write(chance.integers(0, 256, (height, width, 3), np.uint8))
    video.release()


def _readable(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """The gate has no root, and reads its configuration there."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o644
    return member
