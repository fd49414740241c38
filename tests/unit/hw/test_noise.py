"""The car's link through a cable that flips, drops, doubles, halves and delays, in virtual time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import count
from random import Random

import pytest

from appliance.faults import LinkFault
from appliance.hw.base import BaseSerialLink
from appliance.hw.car_messages import CarLevels
from appliance.hw.fake import FakeCarPeer
from appliance.hw.framing import FrameReader, encode
from appliance.hw.link import SILENT_HEARTBEATS, CarLink

from .rig import a_clock

HEARTBEAT_S = 0.1
DEAD_MAN_S = SILENT_HEARTBEATS * HEARTBEAT_S
TICK_S = 0.01
DELAY_S = 0.03


class Cable:
    """One direction. Frames go in, bytes come out, later and perhaps not the same."""

    def __init__(self, random: Random, share: float, now: Callable[[], float]) -> None:
        self._random, self._share, self._now = random, share, now
        self._on_the_way: deque[tuple[float, bytes]] = deque()
        self._seen: list[bytes] = []
        self._last_s = 0.0
        self.cut = False

    def put(self, frame: bytes) -> None:
        if self.cut:
            return
        self._seen.append(frame)
        for part in self._spoilt(frame):
            self._last_s = max(self._last_s, self._now() + self._random.uniform(0.0, DELAY_S))
            self._on_the_way.append((self._last_s, part))

    def take(self) -> bytes:
        arrived = bytearray()
        while self._on_the_way and self._on_the_way[0][0] <= self._now():
            arrived += self._on_the_way.popleft()[1]
        return bytes(arrived)

    def _spoilt(self, frame: bytes) -> list[bytes]:
        random = self._random
        if random.random() >= self._share:
            return [frame]
        at = random.randrange(len(frame))
        flipped = frame[:at] + bytes([frame[at] ^ 1 << random.randrange(8)]) + frame[at + 1 :]
        replayed = random.choice(self._seen)
        ways = [
            [],
            [flipped],
            [frame[:at] + frame[at + 1 :]],
            [frame, frame],
            [frame[:at]],
            [frame, replayed],
        ]
        return random.choice(ways)


class Line(BaseSerialLink):
    """The gate's port at a cable to a peer and one back."""

    def __init__(self, to_peer: Cable, to_gate: Cable) -> None:
        self._to_peer, self._to_gate = to_peer, to_gate
        self._reader = FrameReader()
        self._inbox: deque[bytes] = deque()

    def open(self) -> None:
        self._reader = FrameReader()

    def send(self, payload: bytes) -> None:
        if self._to_peer.cut:
            raise LinkFault("unplugged", part="serial")
        self._to_peer.put(encode(payload))

    def receive(self, timeout_s: float) -> bytes | None:
        self._inbox.extend(self._reader.feed(self._to_gate.take()))
        return self._inbox.popleft() if self._inbox else None

    def close(self) -> None:
        self._inbox.clear()


class Run:
    """A gate that asks for the car by turns, and its peer, over a cable that spoils `share` of frames."""

    def __init__(self, seed: int, share: float) -> None:
        self.clock = a_clock()
        random, now, tags = Random(seed), self.clock.monotonic, count(seed * 7919)
        self.cables = Cable(random, share, now), Cable(random, share, now)
        self.link = CarLink(Line(*self.cables), HEARTBEAT_S, lambda: next(tags) % 0x10000)
        self.peer = FakeCarPeer(now)
        self._ears = FrameReader()
        self.asked_s = float("-inf")
        self.enabled_ticks = 0

    def step(self, wanted: bool) -> None:
        self.clock.advance(TICK_S)
        now_s = self.clock.monotonic()
        self.link.tick(now_s)
        self.link.ask(CarLevels(enable=wanted and self.link.up))
        if wanted and self.link.up:
            self.asked_s = now_s
        for message in self._ears.feed(self.cables[0].take()):
            for answer in self.peer(message):
                self.cables[1].put(encode(answer))
        self.enabled_ticks += self.peer.levels.enable

    @property
    def lawful(self) -> bool:
        """Enabled only while it is asked, or was a moment ago: the dead-man time, and the way."""
        late_s = self.clock.monotonic() - self.asked_s
        return not self.peer.levels.enable or late_s <= DEAD_MAN_S + DELAY_S + TICK_S


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.6])
@pytest.mark.parametrize("seed", range(5))
def test_a_noisy_cable_enables_nothing_that_is_not_asked(seed: int, share: float) -> None:
    run = Run(seed, share)
    broken = []
    for tick in range(3000):
        run.step(wanted=tick // 150 % 2 == 1)
        if not run.lawful:
            broken.append(tick)
    assert broken == []
    assert run.enabled_ticks > 0


@pytest.mark.parametrize("seed", range(10))
def test_a_cable_that_replays_enables_nothing_when_nobody_asks_any_more(seed: int) -> None:
    run = Run(seed, 0.5)
    for tick in range(800):
        run.step(wanted=tick < 200)
    before = run.enabled_ticks
    for _ in range(3000):
        run.step(wanted=False)
    assert run.enabled_ticks == before


@pytest.mark.parametrize("seed", range(5))
def test_an_unplugged_peer_releases_within_its_dead_man_time(seed: int) -> None:
    run = Run(seed, 0.0)
    while not run.peer.levels.enable:
        run.step(wanted=True)
    for cable in run.cables:
        cable.cut = True
    cut_s = run.clock.monotonic()
    while run.peer.levels.enable:
        run.step(wanted=True)
    assert run.clock.monotonic() - cut_s <= DEAD_MAN_S + DELAY_S + TICK_S
    assert not run.link.up
