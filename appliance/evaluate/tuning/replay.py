"""Shows the notes of a video to the gate's own inference loop, on a clock that does not wait.

The loop, its tracker and its vote are the gate's; only the nets' answers are recalled. A recalled detection
takes no time, so that the same notes give the same answers on every computer.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import NoReturn

from ...clock import ManualClock
from ...config import Config
from ...config.schema import Camera
from ...events import PlateVoted, SceneSeen, VisionEvent
from ...faults import GateFault
from ...sight import AnyPicture, Box, Detection, Direction, Effort, Frame, Surface, Vote
from ...vision.base import BaseDetector, BasePlateReader, ReadResult
from ...vision.desk import ModelledDesk
from ...vision.drops import Drops
from ...vision.looking import NullLooking
from ...vision.loop import LoopSettings, Parts, VisionLoop
from ...vision.mailbox import Mailbox
from ..visits.judge import Judge, Policy
from .notes import Noted, Reel

CAMERA = "footage"
GRID = tuple(hundredth / 100 for hundredth in range(30, 100, 5))
"""Recognition thresholds that an answer is held against."""

_EPOCH = datetime(2026, 3, 2, 12, 0, tzinfo=timezone.utc)
# Between two pictures the loop comes round this often, as it does on the gate.
_TICK_S = 0.02
# A tick that falls on a picture, but for the rounding of floats, must not come before it.
_SLACK_S = 1e-6
# Twice what one core of a server takes.
_READ_S = 0.02
# What was asked of the last frame is answered by then.
_LAST_READS_S = 0.1


@dataclass(frozen=True, slots=True)
class Answer:
    """A vote that the gate may decide on; `clears` is the highest of GRID that it is sure enough for."""

    text: str
    clears: float
    agreeing: int
    at_s: float


@dataclass(slots=True)
class Stay:
    """One track in the region of interest: from when to when, and what it said."""

    first_s: float
    last_s: float
    answers: list[Answer]


@dataclass(slots=True)
class Work:
    """How often nets ran in so many seconds."""

    seconds: float = 0.0
    detections: int = 0
    reads: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """What one setting makes of one video: who stood in the region of interest, and the nets' work while
    nobody did (`watching`) and while somebody did.
    """

    stays: tuple[Stay, ...]
    watching: Work
    recognising: Work


class Recall:
    """The frame whose notes the recalled nets answer from, and the work that they would have."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.now = Noted(0, 0.0, {}, {})
        self.work = Work()
        # Frames are not kept. What stands for them has their size, and nothing may look into it.
        self.picture = Surface(*size, luma=0, chroma=0, pitch=0, keeper=None, download=_gone)


def _gone() -> NoReturn:
    raise ValueError("a recalled frame has no pixels")


class RecalledDetector(BaseDetector):
    """Tells of the frame what a detector of this side and least score did."""

    def __init__(self, recall: Recall, side: int, least: float) -> None:
        self._recall = recall
        self._side = side
        self._least = least

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        self._recall.work.detections += 1
        return tuple(one for one in self._recall.now.found[self._side] if one.score >= self._least)


class RecalledReader(BasePlateReader):
    """Tells what was read of a plate of the frame."""

    def __init__(self, recall: Recall) -> None:
        self._recall = recall

    def read(self, picture: AnyPicture, plate: Detection) -> ReadResult:
        self._recall.work.reads += 1
        return self._recall.now.reads[plate.box]


class _Strict:
    """A fault in a replay makes the figures worthless: it ends the run."""

    def raised(self, fault: GateFault) -> None:
        raise fault

    def cleared(self, kind: str, part: str) -> None:
        """Nothing stands."""


class Listener:
    """Hears a loop as the gate does: looks harder while a vehicle stands in the region of interest."""

    def __init__(self, config: Config, camera: Camera) -> None:
        self.effort = Effort.WATCH
        self.stays: dict[int, Stay] = {}
        self._approach = camera.approach
        self._judge = Judge(config.access, config.vote, ("any",), Policy("", 0, 0.0), GRID)

    def hear(self, event: VisionEvent) -> None:
        if isinstance(event, SceneSeen):
            self.effort = Effort.RECOGNISE if event.in_roi else Effort.WATCH
            for track in event.tracks:
                if track.in_roi:
                    stay = self.stays.setdefault(track.id, Stay(event.captured_s, event.captured_s, []))
                    stay.last_s = track.last_s
        elif isinstance(event, PlateVoted):
            self._hear_vote(event.vote)

    def _hear_vote(self, vote: Vote) -> None:
        stay = self.stays.get(vote.track.id)
        right_way = self._approach == "any" or vote.track.direction in (Direction.UNKNOWN, self._approach)
        if stay is None or not vote.track.in_roi or not right_way:
            return
        for cleared in self._judge.cleared([vote]):
            stay.answers.append(Answer(vote.text, cleared.threshold, len(vote.agreeing), vote.voted_s))


def replay(reel: Reel, config: Config, camera: Camera, unsure: float) -> Run:
    """What the gate would have seen in a video, with this configuration.

    `unsure` is the share of `vision.detection_threshold` down to which its detector tells what it finds. The
    notes must hold detections of `vision.detect_side` down to there.
    """
    vision, recall, clock = config.vision, Recall(reel.size), ManualClock(_EPOCH)
    drops, listener, ids = Drops(), Listener(config, camera), itertools.count(1)
    mailbox = Mailbox(clock, drops)
    parts = Parts(
        detector=RecalledDetector(recall, vision.detect_side, vision.detection_threshold * unsure),
        desk=ModelledDesk(RecalledReader(recall), clock, drops, size=vision.read_queue, read_s=_READ_S),
        looking=NullLooking(),
        clock=clock,
        publish=listener.hear,
        faults=_Strict(),
        drops=drops,
        next_id=lambda: next(ids),
    )
    loop = VisionLoop(CAMERA, LoopSettings(camera, vision, config.vote), mailbox, parts)
    stage = _Stage(loop, clock, listener, recall)
    for noted in reel.frames:
        stage.wait(noted.at_s)
        recall.now = noted
        mailbox.put(Frame(CAMERA, noted.number, clock.monotonic(), recall.picture))
        stage.step()
    stage.wait(reel.seconds + _LAST_READS_S)
    return Run(tuple(listener.stays.values()), stage.works[Effort.WATCH], stage.works[Effort.RECOGNISE])


class _Stage:
    """Steps a loop as the vision thread does. `works` is the nets' work by how hard the gate looked."""

    def __init__(self, loop: VisionLoop, clock: ManualClock, listener: Listener, recall: Recall) -> None:
        self.works = {Effort.WATCH: Work(), Effort.RECOGNISE: Work()}
        self._loop = loop
        self._clock = clock
        self._listener = listener
        self._recall = recall

    def wait(self, until_s: float) -> None:
        """Let time go by."""
        while until_s - self._clock.monotonic() > _TICK_S + _SLACK_S:
            self._advance(_TICK_S)
            self.step()
        self._advance(max(0.0, until_s - self._clock.monotonic()))

    def step(self) -> None:
        self._recall.work = self.works[self._listener.effort]
        self._loop.step()
        # The gate hears of a step after it, and asks for another effort then.
        self._loop.look(self._listener.effort)

    def _advance(self, seconds: float) -> None:
        self._clock.advance(seconds)
        self.works[self._listener.effort].seconds += seconds


def runs_of(reels: Sequence[Reel], config: Config, camera: Camera, unsure: float) -> tuple[Run, ...]:
    """One run for each video."""
    return tuple(replay(reel, config, camera, unsure) for reel in reels)
