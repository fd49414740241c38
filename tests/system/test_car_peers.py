"""The reference peers, as processes at the far end of a spoilt cable of pseudo-terminals."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import threading
import time
import tty
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

import pytest

from appliance.hw.car_messages import CarLevels
from appliance.hw.framing import encode
from appliance.hw.link import SILENT_HEARTBEATS, CarLink
from appliance.hw.serial_link import PortConfig, SerialLink

HERE = Path(__file__).parent
ARDUINO = HERE.parents[1] / "docs" / "hardware" / "peers" / "gatehouse_car"
HEARTBEAT_S = 0.1
DEAD_MAN_S = SILENT_HEARTBEATS * HEARTBEAT_S
DELAY_S = 0.02
SLACK_S = 0.15
"""Two processes and a thread on a busy computer."""


class Cable(threading.Thread):
    """Two pseudo-terminals and, between them, a thread that spoils what passes."""

    def __init__(self, seed: int, share: float) -> None:
        super().__init__(daemon=True)
        self._random, self._share = Random(seed), share
        self._far: list[int] = []
        self._near: list[int] = []
        for _ in range(2):
            far, near = os.openpty()
            tty.setraw(near)
            self._far.append(far)
            self._near.append(near)
        self.gate, self.peer = (os.ttyname(near) for near in self._near)
        self._seen: list[bytes] = []
        self._queue: deque[tuple[float, int, bytes]] = deque()
        self._ending = threading.Event()
        self.cut = threading.Event()

    def run(self) -> None:
        while not self._ending.is_set():
            ready, _, _ = select.select(self._far, [], [], 0.002)
            for fd in ready:
                self._take(fd, os.read(fd, 4096))
            while self._queue and self._queue[0][0] <= time.monotonic():
                _, fd, data = self._queue.popleft()
                os.write(fd, data)

    def end(self) -> None:
        self._ending.set()
        self.join()
        for fd in (*self._far, *self._near):
            os.close(fd)

    def _take(self, fd: int, chunk: bytes) -> None:
        other = self._far[1 - self._far.index(fd)]
        if not self.cut.is_set():
            self._seen.append(chunk)
            due_s = time.monotonic() + self._random.uniform(0.0, DELAY_S)
            due_s = max([due_s, *(at_s for at_s, _, _ in self._queue)])
            self._queue.extend((due_s, other, part) for part in self._spoilt(chunk))

    def _spoilt(self, chunk: bytes) -> list[bytes]:
        random = self._random
        if random.random() >= self._share:
            return [chunk]
        at = random.randrange(len(chunk))
        flipped = chunk[:at] + bytes([chunk[at] ^ 1 << random.randrange(8)]) + chunk[at + 1 :]
        replayed = random.choice(self._seen)
        ways = [
            [],
            [flipped],
            [chunk[:at] + chunk[at + 1 :]],
            [chunk, chunk],
            [chunk[:at]],
            [chunk, replayed],
        ]
        return random.choice(ways)


Spans = list[tuple[float, float]]


@dataclass
class Peer:
    """A reference peer in its process; `lines` are its changes of level."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def enabled(self) -> Spans:
        """When it drove enable, in seconds of the monotonic clock."""
        spans: Spans = []
        since: float | None = None
        for line in self.lines:
            at_ms, levels = map(int, line.split())
            if levels & 1 and since is None:
                since = at_ms / 1000
            elif not levels & 1 and since is not None:
                spans.append((since, at_ms / 1000))
                since = None
        return [*spans, *([(since, time.monotonic())] if since else [])]

    def listen(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append(line)


def arduino(folder: Path) -> list[str]:
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("no g++ to compile the Arduino peer with")
    program = folder / "car_peer"
    source = str(HERE / "car_peer_shim.cpp")
    flags = [
        "-std=c++11",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-O1",
        "-fsanitize=undefined",
        "-fsanitize-undefined-trap-on-error",
    ]
    subprocess.run([compiler, *flags, "-I", str(ARDUINO), source, "-o", str(program)], check=True)
    return [str(program)]


def micropython(folder: Path) -> list[str]:
    return [sys.executable, str(HERE / "car_peer_shim.py")]


PEERS: dict[str, Callable[[Path], list[str]]] = {"arduino": arduino, "micropython": micropython}


@pytest.fixture(scope="module", params=list(PEERS))
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return PEERS[request.param](tmp_path_factory.mktemp("peer"))


class Rig:
    """A gate and a peer; `asked` are the spans in which the gate asked for the car."""

    def __init__(self, program: list[str], seed: int, share: float) -> None:
        self.cable = Cable(seed, share)
        tags = count(seed)
        self.link = CarLink(
            SerialLink(PortConfig(self.cable.gate)), HEARTBEAT_S, lambda: next(tags) % 0x10000
        )
        self.asked: Spans = []
        process = subprocess.Popen([*program, self.cable.peer], stdout=subprocess.PIPE, text=True)
        self.peer = Peer(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        self._ears = threading.Thread(target=self.peer.listen, daemon=True)
        self._ears.start()
        self.cable.start()

    def run(self, seconds: float, wanted: Callable[[float], bool]) -> None:
        begun_s = time.monotonic()
        while time.monotonic() < begun_s + seconds:
            now_s = time.monotonic()
            self.link.tick(now_s)
            on = wanted(now_s - begun_s) and self.link.up
            self.link.ask(CarLevels(enable=on))
            if on:
                self._note(now_s)
            time.sleep(0.01)

    def _note(self, now_s: float) -> None:
        if self.asked and now_s - self.asked[-1][1] < 0.1:
            self.asked[-1] = (self.asked[-1][0], now_s)
        else:
            self.asked.append((now_s, now_s))

    def wrong(self) -> Spans:
        """Spans in which the peer was enabled without being asked, and could have known it."""
        late_s = DEAD_MAN_S + DELAY_S + SLACK_S
        return [
            (start_s, end_s)
            for start_s, end_s in self.peer.enabled()
            if not any(a - 0.02 <= start_s <= b + late_s and end_s <= b + late_s for a, b in self.asked)
        ]

    def end(self) -> None:
        self.peer.process.kill()
        self.peer.process.wait()
        self._ears.join()
        if self.peer.process.stdout:
            self.peer.process.stdout.close()
        self.link._link.close()
        self.cable.end()


@pytest.fixture
def rigs(program: list[str]) -> Iterator[Callable[[int, float], Rig]]:
    built: list[Rig] = []

    def build(seed: int, share: float) -> Rig:
        built.append(Rig(program, seed, share))
        return built[-1]

    yield build
    for rig in built:
        rig.end()


def by_turns(seconds: float) -> bool:
    return seconds % 1.0 > 0.4


def test_a_peer_is_met_enabled_and_released(rigs: Callable[[int, float], Rig]) -> None:
    rig = rigs(1, 0.0)
    rig.run(2.0, by_turns)
    assert rig.link.peer is not None
    assert rig.link.peer.dead_man_ms == round(DEAD_MAN_S * 1000)
    assert (len(rig.peer.enabled()), rig.wrong()) == (2, [])


@pytest.mark.parametrize(("seed", "share"), [(2, 0.15), (3, 0.4)])
def test_noise_enables_nothing_that_is_not_asked(
    rigs: Callable[[int, float], Rig], seed: int, share: float
) -> None:
    rig = rigs(seed, share)
    rig.run(6.0, by_turns)
    assert rig.peer.enabled() != []
    assert rig.wrong() == []


def test_an_unplugged_peer_releases_within_its_dead_man_time(rigs: Callable[[int, float], Rig]) -> None:
    rig = rigs(4, 0.0)
    rig.run(1.0, lambda _: True)
    rig.cable.cut.set()
    cut_s = time.monotonic()
    rig.run(1.0, lambda _: True)
    ((_, released_s),) = rig.peer.enabled()
    assert released_s - cut_s <= DEAD_MAN_S + DELAY_S + SLACK_S
    assert not rig.link.up


def test_a_cable_that_is_plugged_in_again_leaves_the_car_released(
    rigs: Callable[[int, float], Rig],
) -> None:
    rig = rigs(5, 0.0)
    rig.run(1.0, lambda _: True)
    rig.cable.cut.set()
    rig.run(0.8, lambda _: False)
    rig.cable.cut.clear()
    rig.run(1.0, lambda _: False)
    assert rig.link.up
    assert len(rig.peer.enabled()) == 1


@pytest.mark.parametrize(
    "message",
    [
        "02 0001 0005 01",  # SET without a session
        "01 0001 0001 02 00 0064",  # HELLO of protocol 2, then a SET of whatever session
        "01 0001 0001 01 00",  # a HELLO that is too short
        "02 0001 0005 08",  # a level that does not exist
        "00",
        "",
    ],
)
def test_a_message_that_is_none_of_ours_drives_nothing(
    rigs: Callable[[int, float], Rig], message: str
) -> None:
    rig = rigs(6, 0.0)
    with SerialLink(PortConfig(rig.cable.gate)) as port:
        for data in (bytes.fromhex(message), bytes.fromhex("02 0000 0009 01")):
            port.send(data)
        port._port.write(b"\xff" * 500 + b"\0" + encode(b"")[:2] + b"\0\0")
        time.sleep(0.2)
    assert rig.peer.lines == []
    rig.run(1.0, lambda _: True)
    assert len(rig.peer.enabled()) == 1
