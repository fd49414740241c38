"""The gate in virtual time: one thread, one clock, the twin as the world; same seed, same run.

The time that detection, reading and a durable write take is that of the [sim] section, not of this
computer: a slow computer runs the same visits, only later.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from ..clock import ManualClock
from ..config import Config
from ..events import EnginesTrusted, SelfCheckPassed, VisionEvent
from ..gate.gate import Gate
from ..gate.ports import Message
from ..hw.gpio import Pins, make_factory
from ..hw.heartbeat import Heartbeat
from ..hw.sim.summary import Summary
from ..hw.sim.twin import Twin
from ..hw.watchdog import FedByTick, NullWatchdog
from ..record.stamp import Origin
from ..record.writer import InlineWriter
from ..vision.capture import Capture
from ..vision.complaints import Chorus
from ..vision.desk import ModelledDesk
from ..vision.drops import Drops
from ..vision.factory import Recognition
from ..vision.looking import inline
from ..vision.loop import LoopSettings, Parts, VisionLoop
from ..vision.mailbox import Mailbox
from .gatework import Mouth, build_gate
from .hands import build_hands
from .ports import Doorman, Scribe

EPOCH = datetime(2026, 3, 2, 12, 0, tzinfo=timezone.utc)
"""A Monday at noon: schedules of a simulated week have somewhere to begin."""
ORIGIN = Origin("twin", "twin")


class Post:
    """Messages that arrive later on the clock, in the order of their arrival."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Message]] = []
        self._count = itertools.count()

    def send(self, at_s: float, message: Message) -> None:
        heapq.heappush(self._heap, (at_s, next(self._count), message))

    def due(self, now_s: float) -> Iterator[Message]:
        while self._heap and self._heap[0][0] <= now_s:
            yield heapq.heappop(self._heap)[2]


@dataclass(slots=True)
class Eye:
    """One camera's capture and loop. `free_s` is when its modelled detection is done."""

    capture: Capture
    loop: VisionLoop
    detect_s: float
    free_s: float = float("-inf")

    def step(self, now_s: float) -> None:
        """A frame is rendered only when the loop wants one: nothing is drawn to be dropped.

        A picture that stands still is looked at in every tick, as by a capture thread: a frozen camera
        is found in time, and costs no rendering.
        """
        wanted = now_s >= self.free_s and now_s >= self.loop.due_s
        if self.capture.wait_s <= 0 and (wanted or self.capture.unchanged):
            self.capture.step()
        if self.loop.step():
            self.free_s = now_s + self.detect_s


def _nobody(event: VisionEvent) -> None:
    """No one watches."""


class VirtualRun:
    """One run of the twin. Build it with `opened`, call `step` until `finished`.

    `watch` hears all that vision tells the gate.
    """

    def __init__(
        self,
        config: Config,
        recognition: Recognition,
        *,
        seed: int,
        visits: int,
        record: Path,
        on_line: Callable[[float, str], None] | None = None,
        watch: Callable[[VisionEvent], None] = _nobody,
    ) -> None:
        self.clock = ManualClock(EPOCH)
        self._tick_s = config.gate.tick_s
        self._record_s = config.sim.record_s
        self._detect_s = config.sim.detect_s
        self._watch = watch
        self._post = Post()
        self._pins: Pins = make_factory("mock")
        self.twin = Twin(config, seed, visits, self.clock, self._pins.factory, on_line=on_line)
        self._hands = build_hands(config, self.clock, self._pins, self.twin.car_port)
        mouth = Mouth()
        settings = config.record.model_copy(update={"path": record})
        self._writer = InlineWriter(
            settings, self.clock, ORIGIN, on_fault=mouth.raised, on_recovered=mouth.cleared
        )
        doorman = Doorman(config, self.clock)
        doorman.decider.replace_list(self.twin.listings)
        self._beat = Heartbeat()
        self._eyes = self._build_eyes(config, recognition, mouth)
        watchdog = FedByTick(NullWatchdog(), self._beat, config.watchdog.loop_limit_s)
        loops = [eye.loop for eye in self._eyes]
        self.gate: Gate = build_gate(
            config, self.clock, self._hands, doorman, Scribe(self._writer), watchdog, loops
        )
        mouth.open(self.gate)
        for fault in recognition.faults:
            mouth.raised(fault)

    @contextmanager
    def opened(self) -> Iterator[VirtualRun]:
        """Claim the pins, pass the self-check, and give everything back at the end."""
        self._hands.open()
        try:
            self.gate.post(SelfCheckPassed())
            self.gate.post(EnginesTrusted())
            yield self
        finally:
            self.gate.shut_down("The run ended.")
            self._writer.close()
            self._hands.close()
            self._pins.close()

    @property
    def finished(self) -> bool:
        return self.twin.finished

    def summary(self) -> Summary:
        return self.twin.summary()

    def step(self) -> None:
        """One tick of everything, in the order in which it happens at a real gate."""
        self.clock.advance(self._tick_s)
        now_s = self.clock.monotonic()
        self.twin.advance_to(now_s)
        for message in self._post.due(now_s):
            self.gate.post(message)
        self.gate.tick()
        for answer in self._writer.pump():
            self._post.send(now_s + self._record_s, answer)
        for eye in self._eyes:
            eye.step(now_s)
        self._beat.beat(now_s)

    def _build_eyes(self, config: Config, recognition: Recognition, mouth: Mouth) -> list[Eye]:
        parts = self._parts(config, recognition, mouth)
        return [self._eye(config, name, parts, mouth) for name in self.twin.cameras]

    def _parts(self, config: Config, recognition: Recognition, mouth: Mouth) -> Parts:
        drops, ids = Drops(), itertools.count(1)
        size, read_s = config.vision.read_queue, config.sim.read_s
        return Parts(
            detector=recognition.detector,
            desk=ModelledDesk(recognition.reader, self.clock, drops, size=size, read_s=read_s),
            looking=inline(recognition.describer),
            clock=self.clock,
            publish=self._publish,
            faults=Chorus(mouth),
            drops=drops,
            next_id=lambda: next(ids),
        )

    def _eye(self, config: Config, name: str, parts: Parts, mouth: Mouth) -> Eye:
        mailbox = Mailbox(self.clock, parts.drops)
        settings = LoopSettings(config.cameras[name], config.vision, config.vote)
        loop = VisionLoop(name, settings, mailbox, parts)
        camera = self.twin.cameras[name]
        capture = Capture(name, camera, config.cameras[name], self.clock, mailbox.put, mouth)
        return Eye(capture, loop, self._detect_s)

    def _publish(self, event: VisionEvent) -> None:
        """What was seen is known when the modelled detection is done."""
        self._watch(event)
        self._post.send(self.clock.monotonic() + self._detect_s, event)
