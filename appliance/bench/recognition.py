"""How fast this computer recognises: the stages, the whole loop, and the engine alone."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from statistics import median

from ..clock import ManualClock
from ..config.schema import Camera, Vision, Vote
from ..events import VisionEvent
from ..faults import BenchFault, GateFault
from ..sight import AnyPicture, Effort, Frame, Kind
from ..vision.desk import ModelledDesk
from ..vision.drops import Drops
from ..vision.factory import Recognition
from ..vision.looking import inline
from ..vision.loop import LoopSettings, Parts, VisionLoop
from ..vision.mailbox import Mailbox
from .pictures import EVERY_S
from .race import Timers
from .spread import Spread
from .tap import Log, Tap, TimedDetector, TimedReader

Step = Callable[[], object]

# First runs at a new size allocate.
_WARM = 3
_EPOCH = datetime(2026, 3, 2, 12, 0, tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class Rate:
    """Frames a second of the loop, and of the same runs of engines alone, their inputs ready.

    `ratio` is the share of the engines' time in the loop's, of the same frame, the middle of all frames.
    """

    loop_fps: float
    bare_fps: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Recognised:
    """What recognition takes. Shares 0 to 1."""

    frames: int
    size: tuple[int, int]
    backend: str
    detect: Spread
    around: Spread
    """The detector without its engine: what comes before the net, and after it."""
    read: Spread | None
    """None where no picture shows a plate."""
    frame: Spread
    """Detection, and a read of each plate that it found."""
    whole: Rate
    settled: Rate | None
    """In frames in which nothing was left to be read, as most of a visit is."""
    engine_share: float
    cpu_s_per_frame: float


@dataclass(slots=True)
class _Laps:
    """Seconds that each frame took: the loop, processors in the loop, its engines alone, engines in it."""

    loop: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    read: list[bool] = field(default_factory=list)

    @property
    def whole(self) -> Rate:
        return _rate(list(zip(self.loop, self.bare)))

    @property
    def settled(self) -> Rate | None:
        quiet = [(loop, bare) for loop, bare, read in zip(self.loop, self.bare, self.read) if not read]
        return _rate(quiet) if quiet else None


def _rate(frames: Sequence[tuple[float, float]]) -> Rate:
    loop_s, bare_s = (sum(each) for each in zip(*frames))
    return Rate(len(frames) / loop_s, len(frames) / bare_s, median(bare / loop for loop, bare in frames))


def measure_recognition(
    recognition: Recognition,
    tap: Tap,
    pictures: Sequence[AnyPicture],
    camera: Camera,
    settings: tuple[Vision, Vote],
    timers: Timers,
    step: Step,
) -> Recognised:
    """Let a loop see `pictures` one after the other, each read before the next. Raises EngineFailed."""
    detector = TimedDetector(recognition.detector, timers.wall)
    reader = TimedReader(recognition.reader, timers.wall)
    loop = SteppedLoop(Recognition(detector, reader, recognition.backend, ()), camera, *settings)
    for picture in pictures[:_WARM]:
        loop.see(picture)
    stages = _stages(detector, reader, tap.log, pictures)
    laps = _raced(loop, reader, tap.log, pictures, timers, step)
    count = len(pictures)
    return Recognised(
        frames=count,
        size=(pictures[0].width, pictures[0].height),
        backend=recognition.backend,
        detect=Spread.of(stages.detect),
        around=Spread.of(stages.around),
        read=Spread.of(stages.read) if stages.read else None,
        frame=Spread.of(stages.frame),
        whole=laps.whole,
        settled=laps.settled,
        engine_share=sum(laps.busy) / sum(laps.loop),
        cpu_s_per_frame=sum(laps.cpu) / count,
    )


@dataclass(frozen=True, slots=True)
class _Stages:
    """Seconds of the stages by themselves."""

    detect: Sequence[float]
    around: Sequence[float]
    read: Sequence[float]
    frame: Sequence[float]


def _stages(
    detector: TimedDetector, reader: TimedReader, log: Log, pictures: Sequence[AnyPicture]
) -> _Stages:
    """Look at each picture where the loop looked, and read every plate: the loop reads fewer."""
    detector.seconds.clear()
    reader.seconds.clear()
    around, frame = [], []
    for picture in pictures:
        before = len(reader.seconds)
        log.clear()
        found = detector.detect(picture, detector.area)
        around.append(detector.seconds[-1] - log.busy_s)
        for one in found:
            if one.kind is Kind.PLATE:
                reader.read(picture, one)
        frame.append(detector.seconds[-1] + sum(reader.seconds[before:]))
    return _Stages(tuple(detector.seconds), around, tuple(reader.seconds), frame)


def _raced(
    loop: SteppedLoop,
    reader: TimedReader,
    log: Log,
    pictures: Sequence[AnyPicture],
    timers: Timers,
    step: Step,
) -> _Laps:
    """The loop on each picture, then the runs of engines that it took, alone.

    In turn: what else this computer does slows both alike. Raises BenchFault where no engine ran.
    """
    laps = _Laps()
    for picture in pictures:
        log.clear()
        before = len(reader.seconds)
        start_s, start_cpu_s = timers.wall(), timers.cpu()
        loop.see(picture)
        seen_s = timers.wall()
        laps.loop.append(seen_s - start_s)
        laps.cpu.append(timers.cpu() - start_cpu_s)
        laps.busy.append(log.busy_s)
        laps.read.append(len(reader.seconds) > before)
        again_s = timers.wall()
        for run in tuple(log.runs):
            run()
        laps.bare.append(timers.wall() - again_s)
        step()
    if not any(laps.busy):
        raise BenchFault("the detector runs no engine")
    return laps


class SteppedLoop:
    """A vision loop on a clock of its own: every frame is due, every read is done before the next."""

    def __init__(self, recognition: Recognition, camera: Camera, vision: Vision, vote: Vote) -> None:
        ids = itertools.count(1)
        self._clock = ManualClock(_EPOCH)
        self._seq = 0
        drops = Drops()
        self._mailbox = Mailbox(self._clock, drops)
        parts = Parts(
            detector=recognition.detector,
            desk=ModelledDesk(recognition.reader, self._clock, drops, size=vision.read_queue, read_s=0.0),
            looking=inline(recognition.describer),
            clock=self._clock,
            publish=_unheard,
            faults=_Loud(),
            drops=drops,
            next_id=lambda: next(ids),
        )
        # Settled or not, every frame is looked at.
        eager = vision.model_copy(update={"settled_fps": vision.recognise_fps})
        self._loop = VisionLoop("bench", LoopSettings(camera, eager, vote), self._mailbox, parts)
        self._loop.look(Effort.RECOGNISE)

    def see(self, picture: AnyPicture) -> None:
        self._clock.advance(EVERY_S)
        self._seq += 1
        self._mailbox.put(Frame("bench", self._seq, self._clock.monotonic(), picture))
        self._loop.step()


def _unheard(event: VisionEvent) -> None:
    """Nobody decides on what the bench sees."""


class _Loud:
    """A fault while measuring ends the measurement."""

    def raised(self, fault: GateFault) -> None:
        raise fault

    def cleared(self, kind: str, part: str) -> None:
        """Nothing stays raised."""
