"""A gate on fake nets and mock pins, through hundreds of thousands of frames in virtual time, in a process of
its own: how much memory it holds on the way, and how long collections stopped it.

    python -m tests.system.flat_child FRAMES [traced] [leaking] [thawed]

A vehicle comes every eight seconds, each with a plate of its own; every other one may enter.
"""

from __future__ import annotations

import gc
import itertools
import json
import logging
import sys
import time
import tracemalloc
from datetime import datetime, timezone
from typing import Any

import numpy as np

from appliance.clock import ManualClock
from appliance.config import Config
from appliance.events import (
    EnginesTrusted,
    Entry,
    PlateEvent,
    Recorded,
    SelfCheckPassed,
    Visit,
)
from appliance.gate.gate import Gate
from appliance.hw.gpio import make_factory
from appliance.hw.heartbeat import Heartbeat
from appliance.hw.watchdog import FedByTick, NullWatchdog
from appliance.record.journal import Sighting
from appliance.record.writer import NO_SIGHTING, BaseWriter
from appliance.runtime.gatework import Mouth, build_gate
from appliance.runtime.hands import build_hands
from appliance.runtime.ports import Doorman, Scribe
from appliance.sight import AnyPicture, Box, Character, Detection, Frame, Kind, Picture, Reading
from appliance.upkeep.garbage import Garbage
from appliance.upkeep.readings import resident_bytes
from appliance.vision.base import BaseDetector, BasePlateReader, ReadResult
from appliance.vision.complaints import Chorus
from appliance.vision.desk import ModelledDesk
from appliance.vision.drops import Drops
from appliance.vision.looking import NullLooking
from appliance.vision.loop import LoopSettings, Parts, VisionLoop
from appliance.vision.mailbox import Mailbox
from appliance.vision.rounds import Rounds
from appliance.vision.stopwatch import Stage, make_stopwatch

FPS = 15.0
VISIT = 120
"""Frames from one vehicle to the next, so that the arm closes between them."""
THERE = 45
PLATES = 40
"""As many vehicles are ever seen: what is kept of each is there after the first of the marks."""
SAMPLES = 1000
"""More than a stopwatch keeps of a stage."""
HEAP = 60_000
"""Objects that libraries and nets bring; a gate on the twin has 64 000."""
MARKS = 20
"""Times at which memory is looked at."""


class Road(BaseDetector, BasePlateReader):
    """One vehicle after the other drives up, stands and leaves."""

    def __init__(self) -> None:
        self.frame = 0

    @property
    def plate(self) -> str:
        return f"AB{self.frame // VISIT % PLATES:04d}"

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        at = self.frame % VISIT
        if at >= THERE:
            return ()
        x = 10.0 + 2.0 * at
        car = Detection(Kind.CAR, 0.9, Box(x, 10.0, x + 60.0, 80.0))
        return (car, Detection(Kind.PLATE, 0.9, Box(x + 10.0, 50.0, x + 50.0, 62.0)))

    def read(self, picture: AnyPicture, plate: Detection) -> ReadResult:
        return ReadResult(tuple(Character(char, 0.95) for char in self.plate), self.plate)


class LeakingRoad(Road):
    """Keeps one number and one tuple of each frame: what a forgotten list in the loop would."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[tuple[int, float]] = []

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        self.kept.append((self.frame, float(self.frame)))
        return super().detect(picture, roi)


class PromptWriter(BaseWriter):
    """Takes everything, keeps nothing, and answers at once what asks for an answer."""

    def __init__(self, mouth: Mouth) -> None:
        self._mouth = mouth
        self.openings = 0
        self.visits = 0

    def submit_entry(self, entry: Entry, ticket: str | None = None) -> None:
        if ticket is not None:
            self.openings += 1
            self._mouth.post(Recorded(ticket))

    def submit_event(self, event: PlateEvent) -> None: ...

    def submit_visit(self, visit: Visit) -> None:
        self.visits += 1

    def submit_reading(self, reading: Reading, sighting: Sighting = NO_SIGHTING) -> None: ...

    def oldest_wait_s(self) -> float:
        return 0.0


def a_config() -> Config:
    known = {f"AB{number:04d}": "them" for number in range(0, PLATES, 2)}
    values: dict[str, Any] = {
        "board": "sim",
        "pin_factory": "mock",
        "barrier": {"open_s": 0.5, "close_s": 0.5, "dead_time_s": 0.2, "hold_s": 0.3, "pass_timeout_s": 1.0},
        "cameras": {"front": {"driver": "sim", "width": 160, "height": 90}},
        "outputs": {"open": {"pin": "GPIO17", "max_on_s": 9.0}, "close": {"pin": "GPIO27", "max_on_s": 9.0}},
        "access": {"known_plates": known},
        "vision": {"timing_every": 1},
    }
    return Config.model_validate(values)


class World:
    """The gate, its one camera and its loop, a frame a step."""

    def __init__(self, road: Road) -> None:
        config = a_config()
        self.road = road
        self.clock = ManualClock(datetime(2026, 3, 2, 12, 0, tzinfo=timezone.utc), start_s=100.0)
        self._pins = make_factory("mock")
        self._hands = build_hands(config, self.clock, self._pins)
        mouth, doorman = Mouth(), Doorman(config, self.clock)
        self.writer = PromptWriter(mouth)
        self._beat, self._drops = Heartbeat(), Drops()
        self._mailbox = Mailbox(self.clock, self._drops)
        self._rounds, loop = self._build_eyes(config, mouth)
        watchdog = FedByTick(NullWatchdog(), self._beat, config.watchdog.loop_limit_s)
        self.gate: Gate = build_gate(
            config, self.clock, self._hands, doorman, Scribe(self.writer), watchdog, [loop]
        )
        mouth.open(self.gate)
        self._hands.open()
        self.gate.post(SelfCheckPassed())
        self.gate.post(EnginesTrusted())
        self._picture = Picture.of(np.zeros((90, 160, 3), np.uint8))

    def _build_eyes(self, config: Config, mouth: Mouth) -> tuple[Rounds, VisionLoop]:
        stopwatch, ids = make_stopwatch(self.clock, config.vision.timing_every), itertools.count(1)
        for stage in Stage:
            # Full from the start: what fills up to its limit is no leak, and takes hundreds of vehicles.
            for _ in range(SAMPLES):
                stopwatch.since(stage, self.clock.monotonic())
        parts = Parts(
            detector=self.road,
            desk=ModelledDesk(self.road, self.clock, self._drops, size=2, read_s=0.05, stopwatch=stopwatch),
            looking=NullLooking(),
            clock=self.clock,
            publish=mouth.post,
            faults=Chorus(mouth),
            drops=self._drops,
            next_id=ids.__next__,
            stopwatch=stopwatch,
        )
        settings = LoopSettings(config.cameras["front"], config.vision, config.vote)
        loop = VisionLoop("front", settings, self._mailbox, parts)
        return Rounds([loop], parts), loop

    def forget(self) -> None:
        """Clear the mock pins' own history, the only thing here that no board has and that never ends."""
        for pin in self._pins.factory.pins.values():
            pin.clear_states()

    def step(self) -> None:
        self.road.frame += 1
        self.clock.advance(1.0 / FPS)
        now_s = self.clock.monotonic()
        self._mailbox.put(Frame("front", self.road.frame, now_s, self._picture))
        self._rounds.turn()
        self._beat.beat(now_s)
        self.gate.tick()


def traced_bytes() -> int:
    """What is really held: cycles that wait for their collection are no leak."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def run(frames: int, *, traced: bool, leaking: bool, thawed: bool) -> dict[str, Any]:
    logging.disable(logging.CRITICAL)
    if traced:
        # Before anything is made, so that what is replaced later does not look like more.
        tracemalloc.start()
    world = World(LeakingRoad() if leaking else Road())
    # Of this thread's own time: others on this computer make no pause.
    garbage = Garbage(time.thread_time)
    heap = [[number] for number in range(HEAP)]
    for _ in range(VISIT):
        world.step()
    garbage.begin()
    garbage.settle()
    if thawed:
        gc.unfreeze()
    marks: list[int] = []
    for _ in range(MARKS):
        for _ in range(frames // MARKS):
            world.step()
        world.forget()
        marks.append(traced_bytes() if traced else resident_bytes() or 0)
    # The worst that can come: all that is not frozen, at once.
    gc.collect()
    return {
        "heap": len(heap),
        "marks": marks,
        "openings": world.writer.openings,
        "visits": world.writer.visits,
        "collections": garbage.pauses.count,
        "longest_pause_s": garbage.pauses.longest_s,
    }


if __name__ == "__main__":
    words = sys.argv[2:]
    flags = {name: name in words for name in ("traced", "leaking", "thawed")}
    print(json.dumps(run(int(sys.argv[1]), **flags)))
