"""How fast this computer recognises: the stages, the whole loop, and the engine alone."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial

from ..clock import ManualClock
from ..config.schema import Camera, Vision, Vote
from ..events import VisionEvent
from ..faults import BenchFault, GateFault
from ..sight import AnyPicture, Box, Effort, Frame, Kind
from ..vision.desk import ModelledDesk
from ..vision.factory import Recognition
from ..vision.looking import inline
from ..vision.loop import VisionLoop
from ..vision.mailbox import Mailbox
from .pictures import EVERY_S
from .race import Timers
from .spread import Spread
from .tap import Tap, TimedDetector, TimedReader

Step = Callable[[], object]
Run = Callable[[], object]

_WARM = 3
"""First runs at a new size allocate."""
_EPOCH = datetime(2026, 3, 2, 12, 0, tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class Recognised:
    """What recognition takes. Rates in frames a second, shares 0 to 1."""

    frames: int
    size: tuple[int, int]
    backend: str
    detect: Spread
    read: Spread | None
    """None where no picture shows a plate."""
    loop_fps: float
    bare_fps: float
    engine_share: float
    cpu_s_per_frame: float

    @property
    def ratio_to_bare(self) -> float:
        """The whole loop's rate over that of the detector's engine alone."""
        return self.loop_fps / self.bare_fps


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
    loop = _Loop(Recognition(detector, reader, recognition.backend, ()), camera, *settings)
    for picture in pictures[:_WARM]:
        loop.see(picture)
    _stages(detector, reader, pictures)
    detect, read = tuple(detector.seconds), tuple(reader.seconds)
    bare = _bare_runs(recognition, tap, pictures[-1], detector.area)
    loop_s, cpu_s, bare_s = _raced(loop, bare, pictures, timers, step)
    return Recognised(
        frames=len(pictures),
        size=(pictures[0].width, pictures[0].height),
        backend=recognition.backend,
        detect=Spread.of(detect),
        read=Spread.of(read) if read else None,
        loop_fps=len(pictures) / loop_s,
        engine_share=tap.busy_s / loop_s,
        bare_fps=len(pictures) / bare_s,
        cpu_s_per_frame=cpu_s / len(pictures),
    )


def _stages(detector: TimedDetector, reader: TimedReader, pictures: Sequence[AnyPicture]) -> None:
    """Look at each picture where the loop looked, and read every plate: the loop reads fewer."""
    detector.seconds.clear()
    reader.seconds.clear()
    for picture in pictures:
        for found in detector.detect(picture, detector.area):
            if found.kind is Kind.PLATE:
                reader.read(picture, found)


def _bare_runs(recognition: Recognition, tap: Tap, picture: AnyPicture, area: Box | None) -> list[Run]:
    """The runs of engines that the detector makes for one picture, with their inputs ready."""
    tap.clear()
    recognition.detector.detect(picture, area)
    runs: list[Run] = [partial(s.session.infer, dict(s.last)) for s in tap.sessions if s.last is not None]
    if not runs:
        raise BenchFault("the detector runs no engine")
    tap.clear()
    return runs


def _raced(
    loop: _Loop, bare: Sequence[Run], pictures: Sequence[AnyPicture], timers: Timers, step: Step
) -> tuple[float, float, float]:
    """Seconds of the loop, of processors in the loop, and of the bare engine, over all pictures.

    In turn: what else this computer does slows both alike.
    """
    loop_s = cpu_s = bare_s = 0.0
    for picture in pictures:
        start_s, start_cpu_s = timers.wall(), timers.cpu()
        loop.see(picture)
        seen_s = timers.wall()
        loop_s += seen_s - start_s
        cpu_s += timers.cpu() - start_cpu_s
        for run in bare:
            run()
        bare_s += timers.wall() - seen_s
        step()
    return loop_s, cpu_s, bare_s


class _Loop:
    """A vision loop on a clock of its own: every frame is due, every read is done before the next."""

    def __init__(self, recognition: Recognition, camera: Camera, vision: Vision, vote: Vote) -> None:
        ids = itertools.count(1)
        self._clock = ManualClock(_EPOCH)
        self._mailbox = Mailbox()
        self._seq = 0
        desk = ModelledDesk(recognition.reader, self._clock, size=vision.read_queue, read_s=0.0)
        self._loop = VisionLoop(
            "bench",
            camera,
            vision,
            vote,
            mailbox=self._mailbox,
            detector=recognition.detector,
            desk=desk,
            looking=inline(recognition.describer),
            clock=self._clock,
            publish=_unheard,
            faults=_Loud(),
            next_id=lambda: next(ids),
        )
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
