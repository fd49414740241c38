"""A loop with everything around it faked, on a clock that the test turns."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count

from appliance.clock import ManualClock
from appliance.config.schema import Camera, Vision, Vote
from appliance.events import PlateVoted, SceneSeen
from appliance.faults import LooksFailed, ReaderStalled
from appliance.vision.base import BaseDetector
from appliance.vision.desk import ModelledDesk, ReadDone
from appliance.vision.drops import Drops
from appliance.vision.looking import InlineLooking, LooksDone, NullLooking
from appliance.vision.loop import LoopSettings, Parts, VisionLoop
from appliance.vision.mailbox import Mailbox
from appliance.vision.stopwatch import BaseStopwatch, NullStopwatch

from .makers import Events, FakeDescriber, FakeDetector, FakeReader, FaultLog, clock, frame, result


class StallingDesk(ModelledDesk):
    """Stalls while it is told to."""

    stalled = False
    collected: tuple[ReadDone, ...] = ()
    """All answers that it gave."""

    def collect(self, camera: str) -> tuple[ReadDone, ...]:
        if self.stalled:
            raise ReaderStalled("hung")
        answers = super().collect(camera)
        self.collected += answers
        return answers


class StickingLooking(InlineLooking):
    """Is stuck while it is told to be."""

    stuck = False

    def collect(self, camera: str) -> tuple[LooksDone, ...]:
        if self.stuck:
            raise LooksFailed("stuck", part="vehicle")
        return super().collect(camera)


@dataclass
class Bench:
    """A loop with everything around it faked."""

    detector: FakeDetector
    reader: FakeReader = field(default_factory=lambda: FakeReader(result("AB12CD")))
    describer: FakeDescriber | None = None
    camera: Camera = field(default_factory=Camera)
    vision: Vision = field(default_factory=Vision)
    name: str = "cam"
    time: ManualClock = field(default_factory=clock)
    events: Events = field(default_factory=list)
    faults: FaultLog = field(default_factory=FaultLog)
    drops: Drops = field(default_factory=Drops)
    stopwatch: BaseStopwatch = field(default_factory=NullStopwatch)
    shared: BaseDetector | None = None
    """A detector that serves other cameras, too, in the place of `detector`."""
    seq: int = 0

    def __post_init__(self) -> None:
        self.mailbox = Mailbox(self.time, self.drops)
        self.desk = StallingDesk(
            self.reader, self.time, self.drops, size=2, read_s=0.05, stopwatch=self.stopwatch
        )
        self.looking = StickingLooking(self.describer or FakeDescriber())
        self.parts = Parts(
            detector=self.shared or self.detector,
            desk=self.desk,
            looking=self.looking if self.describer else NullLooking(),
            clock=self.time,
            publish=self.events.append,
            faults=self.faults,
            drops=self.drops,
            next_id=count(1).__next__,
            stopwatch=self.stopwatch,
        )
        self.loop = VisionLoop(
            self.name, LoopSettings(self.camera, self.vision, Vote()), self.mailbox, self.parts
        )

    def run(self, frames: int, every_s: float = 0.1) -> None:
        for _ in range(frames):
            self.time.advance(every_s)
            self.put()
            self.loop.step()

    def put(self) -> None:
        """A frame of this moment."""
        self.seq += 1
        self.mailbox.put(replace(frame(self.time.monotonic(), self.seq), camera=self.name))

    def scenes(self) -> list[SceneSeen]:
        return [e for e in self.events if isinstance(e, SceneSeen)]

    def votes(self) -> list[PlateVoted]:
        return [e for e in self.events if isinstance(e, PlateVoted)]
