"""The gate's own eyes on endless footage: captures, loops, desk and vision thread, and what they do."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event

from ...clock import Clock
from ...config.schema import Camera, Vision, Vote
from ...events import PlateVoted, SceneSeen, VisionEvent
from ...faults import BenchFault, GateFault
from ...sight import Effort
from ...vision.base import BaseDescriber
from ...vision.capture import Capture, CaptureThread
from ...vision.desk import ThreadedDesk
from ...vision.drops import Dropped, Drops
from ...vision.looking import BaseLooking, NullLooking, ThreadedLooking
from ...vision.loop import LoopSettings, Parts, VisionLoop
from ...vision.mailbox import Mailbox
from ...vision.rounds import Rounds
from ...vision.thread import VisionThread
from .film import EndlessCamera
from .seams import BusyDetector, BusyReader
from .seating import Seating
from .turnstile import Turnstile

# Frames of a camera that may wait where none is lost, and batches of its decoder.
_QUEUE = 8
# Every frame that is there is due, also of a vehicle that is known.
_ALWAYS = {"recognise_fps": 1e6, "settled_fps": 1e6}
_LOST = (Dropped.REPLACED, Dropped.NO_ROOM, Dropped.STALE, Dropped.FAILED)


@dataclass(frozen=True, slots=True)
class Eyes:
    """What all runs share: the nets, and how the gate is set."""

    detector: BusyDetector
    reader: BusyReader
    describer: BaseDescriber | None
    camera: Camera
    vision: Vision
    vote: Vote
    seating: Seating = field(default_factory=Seating)

    @property
    def settings(self) -> LoopSettings:
        """Of a loop that looks at every frame."""
        return LoopSettings(self.camera, self.vision.model_copy(update=_ALWAYS), self.vote)


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted since the start of a run."""

    given: int
    """Frames that cameras showed."""
    seen: int
    lost: int
    """Missed by a camera, overtaken in its mailbox, or too old when their turn came."""
    reads: int

    def __sub__(self, before: Tally) -> Tally:
        return Tally(
            self.given - before.given,
            self.seen - before.seen,
            self.lost - before.lost,
            self.reads - before.reads,
        )


class Ears:
    """Hears what loops publish, and the faults of all parts; any of them ends the measurement."""

    def __init__(self) -> None:
        self.latencies_s: list[float] = []
        self.texts: dict[str, int] = {}
        self.faults: list[GateFault] = []

    def publish(self, event: VisionEvent) -> None:
        if isinstance(event, SceneSeen):
            self.latencies_s.append(event.seen_s - event.captured_s)
        elif isinstance(event, PlateVoted):
            self.texts[event.vote.text] = self.texts.get(event.vote.text, 0) + 1

    def raised(self, fault: GateFault) -> None:
        self.faults.append(fault)

    def cleared(self, kind: str, part: str) -> None:
        """Once it was there, the figures are not of a sound gate."""


class Rig:
    """Starts with `start`. `lossless` lets no frame be lost: cameras wait for the loops."""

    def __init__(self, eyes: Eyes, cameras: Sequence[EndlessCamera], clock: Clock, *, lossless: bool) -> None:
        self.ears = Ears()
        self._eyes = eyes
        self._cameras = cameras
        self._clock = clock
        self._wake = Event()
        self._drops = Drops()
        self._parts = self._made()
        self._read_before = eyes.reader.plates
        self._mailboxes = [self._mailbox(lossless) for _ in cameras]
        self._loops = [self._loop(*pair) for pair in zip(cameras, self._mailboxes)]
        self._vision = VisionThread(Rounds(self._loops, self._parts), self._wake, eyes.seating.vision)
        self._captures = [self._capture(*pair) for pair in zip(cameras, self._mailboxes)]

    @property
    def cameras(self) -> int:
        return len(self._cameras)

    @property
    def begun(self) -> bool:
        """Whether a picture of every camera was seen."""
        return all(loop.processed for loop in self._loops)

    @property
    def tally(self) -> Tally:
        dropped = sum(count for (_, why), count in self._drops.tally().items() if why in _LOST)
        return Tally(
            given=sum(camera.given for camera in self._cameras),
            seen=sum(loop.processed for loop in self._loops),
            lost=dropped + sum(camera.missed for camera in self._cameras),
            reads=self._eyes.reader.plates - self._read_before,
        )

    def start(self) -> None:
        for thread in (self._vision, *self._captures):
            thread.start()

    def check(self) -> None:
        """Raises BenchFault when a part has failed."""
        threads: tuple[VisionThread | CaptureThread, ...] = (self._vision, *self._captures)
        for thread in threads:
            if not thread.is_alive():
                raise BenchFault(f"{thread.name} ended: {thread.error!r}")
        if self.ears.faults:
            raise BenchFault(self.ears.faults[0].detail, part=self.ears.faults[0].part)

    def stop(self) -> None:
        """End all threads."""
        for mailbox in self._mailboxes:
            if isinstance(mailbox, Turnstile):
                mailbox.close()
        for capture in self._captures:
            capture.stop()
        self._vision.stop()
        self._parts.desk.close()
        self._parts.looking.close()

    def _made(self) -> Parts:
        eyes, ids = self._eyes, itertools.count(1)
        desk = ThreadedDesk(
            eyes.reader,
            self._clock,
            self._drops,
            size=eyes.vision.read_queue,
            limit_s=eyes.vision.read_limit_s,
            wake=self._wake.set,
            sit=eyes.seating.reading,
        )
        return Parts(
            detector=eyes.detector,
            desk=desk,
            looking=self._looking(),
            clock=self._clock,
            publish=self.ears.publish,
            faults=self.ears,
            drops=self._drops,
            next_id=lambda: next(ids),
        )

    def _looking(self) -> BaseLooking:
        if self._eyes.describer is None:
            return NullLooking()
        return ThreadedLooking(
            self._eyes.describer,
            self._clock,
            limit_s=self._eyes.vision.read_limit_s,
            wake=self._wake.set,
            sit=self._eyes.seating.reading,
        )

    def _mailbox(self, lossless: bool) -> Mailbox:
        if lossless:
            return Turnstile(self._clock, self._wake.set, _QUEUE)
        return Mailbox(self._clock, self._drops, self._wake.set)

    def _loop(self, camera: EndlessCamera, mailbox: Mailbox) -> VisionLoop:
        loop = VisionLoop(camera.name, self._eyes.settings, mailbox, self._parts)
        loop.look(Effort.RECOGNISE)
        return loop

    def _capture(self, camera: EndlessCamera, mailbox: Mailbox) -> CaptureThread:
        capture = Capture(camera.name, camera, self._eyes.camera, self._clock, mailbox.put, self.ears)
        return CaptureThread(camera.name, capture, self._eyes.seating.capture)
