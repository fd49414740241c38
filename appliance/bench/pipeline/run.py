"""One run of the pipeline: warmed up, then counted over a while."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ...clock import Clock
from ...faults import BenchFault
from ..spread import Spread
from .rig import Eyes, Rig, Tally

# So often a run is looked at for whether it is done.
_LOOK_S = 0.25
# Nothing that works shows its first picture later than this.
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Instruments:
    """What is read off this computer: processor seconds of this process, bytes to and from the GPU,
    megabytes of its memory that are taken (None where there is none), and a sleep.
    """

    clock: Clock
    cpu_s: Callable[[], float]
    copied: Callable[[], tuple[int, int]]
    gpu_mb: Callable[[], float | None]
    wait: Callable[[float], object]


@dataclass(frozen=True, slots=True)
class Plan:
    """A run lasts `seconds`, or until `frames` were seen where they are given; `warm_s` begin when every
    camera was seen. The GPU's memory is looked at every `step` frames, 0 for never.
    """

    warm_s: float
    seconds: float
    frames: int = 0
    step: int = 0


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run did. `engine_s` are the seconds in which the detector or the reader was asked for something;
    `memory` is (frames seen, megabytes) over time.
    """

    cameras: int
    seconds: float
    tally: Tally
    latency: Spread | None
    cpu_s: float
    engine_s: float
    up: int
    down: int
    batch: float
    """Pictures that the detector was given at once, on average."""
    memory: tuple[tuple[int, float], ...] = ()
    texts: dict[str, int] = field(default_factory=dict)

    @property
    def fps(self) -> float:
        """Of all cameras together."""
        return self.tally.seen / self.seconds

    @property
    def lost_share(self) -> float:
        """Of the frames that cameras showed or missed, 0 to 1."""
        return self.tally.lost / max(1, self.tally.seen + self.tally.lost)

    @property
    def cpu_share(self) -> float:
        """Of one core, for each camera."""
        return self.cpu_s / self.seconds / self.cameras

    @property
    def cost(self) -> float:
        """Seconds of processors and of engines for a second of all cameras."""
        return (self.cpu_s + self.engine_s) / self.seconds

    def as_json(self) -> dict[str, object]:
        return {
            "cameras": self.cameras,
            "seconds": round(self.seconds, 2),
            "fps": round(self.fps, 1),
            "seen": self.tally.seen,
            "lost_share": round(self.lost_share, 5),
            "reads": self.tally.reads,
            "latency_ms": None if self.latency is None else self.latency.as_json(),
            "cpu_share_a_camera": round(self.cpu_share, 4),
            "engine_share": round(self.engine_s / self.seconds, 4),
            "mb_s": {
                "up": round(self.up / self.seconds / 1e6, 4),
                "down": round(self.down / self.seconds / 1e6, 4),
            },
            "batch": round(self.batch, 2),
            "gpu_mb": [[frames, mb] for frames, mb in self.memory],
            "texts": self.texts,
            "kb_s_a_camera": round((self.up + self.down) / self.seconds / self.cameras / 1e3, 3),
        }


def run(rig: Rig, eyes: Eyes, instruments: Instruments, plan: Plan) -> Ran:
    """Start the rig, count, and stop it. Raises BenchFault when a part fails meanwhile."""
    rig.start()
    try:
        _warm_up(rig, instruments, plan.warm_s)
        return _count(rig, eyes, instruments, plan)
    finally:
        rig.stop()


def _warm_up(rig: Rig, instruments: Instruments, warm_s: float) -> None:
    """First pictures open decoders."""
    end_s = instruments.clock.monotonic() + _PATIENCE_S
    while not rig.begun:
        _look(rig, instruments)
        if instruments.clock.monotonic() > end_s:
            raise BenchFault(f"not every camera showed a picture within {_PATIENCE_S:g} s")
    end_s = instruments.clock.monotonic() + warm_s
    while instruments.clock.monotonic() < end_s:
        _look(rig, instruments)


def _count(rig: Rig, eyes: Eyes, instruments: Instruments, plan: Plan) -> Ran:
    before, heard, start = rig.tally, len(rig.ears.latencies_s), _Reading.of(eyes, instruments)
    samples: list[tuple[int, float | None]] = []
    while not _done(rig.tally - before, instruments.clock.monotonic() - start.now_s, plan):
        _look(rig, instruments)
        seen = (rig.tally - before).seen
        if plan.step and seen >= plan.step * len(samples):
            samples.append((seen, instruments.gpu_mb()))
    end = _Reading.of(eyes, instruments)
    latencies_s = rig.ears.latencies_s[heard:]
    return Ran(
        cameras=rig.cameras,
        seconds=end.now_s - start.now_s,
        tally=rig.tally - before,
        latency=Spread.of(latencies_s) if latencies_s else None,
        cpu_s=end.cpu_s - start.cpu_s,
        engine_s=end.engine_s - start.engine_s,
        up=end.up - start.up,
        down=end.down - start.down,
        batch=(end.pictures - start.pictures) / max(1, end.calls - start.calls),
        memory=tuple((frames, mb) for frames, mb in samples if mb is not None),
        texts=dict(rig.ears.texts),
    )


def _done(tally: Tally, passed_s: float, plan: Plan) -> bool:
    return tally.seen >= plan.frames if plan.frames else passed_s >= plan.seconds


def _look(rig: Rig, instruments: Instruments) -> None:
    instruments.wait(_LOOK_S)
    rig.check()


@dataclass(frozen=True, slots=True)
class _Reading:
    """All instruments at one moment."""

    now_s: float
    cpu_s: float
    up: int
    down: int
    engine_s: float
    pictures: int
    calls: int

    @classmethod
    def of(cls, eyes: Eyes, instruments: Instruments) -> _Reading:
        detector, reader = eyes.detector, eyes.reader
        return cls(
            instruments.clock.monotonic(),
            instruments.cpu_s(),
            *instruments.copied(),
            detector.busy_s + reader.busy_s,
            detector.pictures,
            detector.calls,
        )
