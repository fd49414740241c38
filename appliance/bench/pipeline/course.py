"""The course of measurements, and what each part of it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from ...faults import BenchFault
from ...infer.device import BaseDevice
from ...sight import AnyPicture, Box, Surface
from ...vision.base import Shot
from ...vision.view import View
from . import marginal, stages
from .capacity import Limits, Search, Trial
from .film import EndlessCamera, Open
from .films import cameras
from .plain import PlainNets, run_plain
from .python import Recording, python
from .rig import Eyes, Rig
from .run import Instruments, Plan, Ran, run
from .seams import Seams
from .stages import Stage, Stopwatch
from .warm import warm_up

PARTS = ("stages", "throughput", "real", "marginal", "capacity", "plain", "memory")
FPS = 30.0
# Pictures on which stages are timed alone.
_POOL = 48
# Frames between two of them, so that vehicles near and far are among them.
_POOL_STEP = 7
# What a set of nets calls it.
_DETECTOR = "detector"


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of everything. `sides` times each number of cameras is run for the marginal cost, `side_s`
    long; a trial of the searches lasts `trial_s`, and `most` bounds them.
    """

    cameras: int = 16
    stage_s: float = 2.0
    warm_s: float = 2.0
    run_s: float = 5.0
    side_s: float = 3.0
    sides: int = 2
    trial_s: float = 3.0
    memory_frames: int = 100_000
    memory_step: int = 5_000
    first: int = 32
    most: int = 96
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Footing:
    """What the course stands on: footage through a decoder, the gate's eyes, and the script beside them.

    `open_plain` shows the footage through OpenCV. `plain` are the script's nets by the name of their
    provider, made when they are needed.
    """

    open_film: Open
    open_plain: Open
    frames: int
    eyes: Eyes
    seams: Seams
    instruments: Instruments
    plain: Sequence[tuple[str, Callable[[], PlainNets]]]


class Course:
    """Measures part by part. Every part raises BenchFault where the gate does not do what it should."""

    def __init__(self, footing: Footing, scale: Scale) -> None:
        self._on = footing
        self._scale = scale
        self._whole: Ran | None = None
        self._shots = self._shown()
        self._found = [footing.eyes.detector.detect_many([shot])[0] for shot in self._shots]

    def parts(self, wanted: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each wanted part's name and figures, as soon as it is measured."""
        known = {
            "throughput": self.throughput,
            "stages": self.stages,
            "real": self.real,
            "marginal": self.marginal,
            "capacity": self.capacity,
            "plain": self.plain,
            "memory": self.memory,
        }
        warm_up(self._on.eyes, self._shots, self._found)
        for name, measure in known.items():
            if name in wanted:
                yield name, measure()

    # -- the parts ---------------------------------------------------------------------------------

    def throughput(self) -> dict[str, Any]:
        """Every frame goes through, as fast as it can."""
        self._whole = self._run(self._scale.cameras, None, self._plan())
        return self._whole.as_json()

    def stages(self) -> dict[str, Any]:
        """Each stage alone, the slowest of them, and what share of its rate the whole reaches."""
        whole = self._whole or self._run(self._scale.cameras, None, self._plan())
        alone = list(self._alone(whole))
        slowest = stages.slowest([stage for stage in alone if stage.name != "detect"])
        return {
            "fps": {stage.name: round(stage.fps, 1) for stage in alone},
            "slowest": slowest.name,
            "whole_fps": round(whole.fps, 1),
            "ratio": round(whole.fps / slowest.fps, 4),
        }

    def real(self) -> dict[str, Any]:
        """30 frames a second from every camera."""
        return self._run(self._scale.cameras, FPS, self._plan()).as_json()

    def marginal(self) -> dict[str, Any]:
        """The cost of one camera more, at 30 frames a second."""
        plan = Plan(self._scale.warm_s / 4, self._scale.side_s)
        # Back and forth: what drifts meanwhile falls on all numbers alike.
        order = (marginal.COUNTS, marginal.COUNTS[::-1]) * self._scale.sides
        runs = [self._run(count, FPS, plan) for counts in order[: self._scale.sides] for count in counts]
        costs = {
            "cpu": _means((ran.cameras, ran.cpu_s / ran.seconds) for ran in runs),
            "engines": _means((ran.cameras, ran.engine_s / ran.seconds) for ran in runs),
            "cost": _means((ran.cameras, ran.cost) for ran in runs),
        }
        lost = max(ran.lost_share for ran in runs)
        return {"by": {name: _marginal(seen) for name, seen in costs.items()}, "lost_share": round(lost, 5)}

    def capacity(self) -> dict[str, Any]:
        """The most cameras at 30 frames a second that keep up."""
        plan = Plan(self._scale.warm_s / 2, self._scale.trial_s)
        ours = self._search(lambda count: _trial(self._run(count, FPS, plan)), self._scale.first)
        return {"limits": _limits(self._scale.limits), "ours": ours}

    def plain(self) -> dict[str, Any]:
        """The most cameras with which the script keeps up, under the same limits."""
        return {name: self._searched_plain(make) for name, make in self._on.plain}

    def memory(self) -> dict[str, Any]:
        """The GPU's memory over a long run as fast as it can; also how fast that was."""
        scale = self._scale
        plan = Plan(scale.warm_s, 0.0, scale.memory_frames, scale.memory_step)
        return self._run(scale.cameras, None, plan).as_json()

    # -- how ---------------------------------------------------------------------------------------

    def _plan(self) -> Plan:
        return Plan(self._scale.warm_s, self._scale.run_s)

    def _run(self, count: int, fps: float | None, plan: Plan) -> Ran:
        on = self._on
        shown = cameras(count, on.open_film, on.frames, fps, on.instruments.clock)
        rig = Rig(on.eyes, shown, on.instruments.clock, lossless=fps is None)
        return run(rig, on.eyes, on.instruments, plan)

    def _alone(self, whole: Ran) -> Iterator[Stage]:
        on, watch = self._on, Stopwatch(self._on.instruments.clock, self._scale.stage_s)
        shown = cameras(self._scale.cameras, on.open_film, on.frames, None, on.instruments.clock)
        yield stages.decode(shown, on.instruments.clock, self._scale.run_s)
        shots, found = self._shots, self._found
        yield stages.detect(on.eyes.detector, shots, watch)
        device = _holding(on.seams.device, shots)
        lane = stages.widest(on.seams.lanes[_DETECTOR])
        pictures = [shot.picture for shot in shots]
        yield stages.prepare(lane, device, pictures, _area(shots), watch)
        yield stages.net(lane, device, "net", watch)
        reads = whole.tally.reads / max(1, whole.tally.seen)
        reading = stages.read(on.eyes.reader, stages.plates_of(shots, found), reads, watch)
        yield from () if reading is None else (reading,)
        recording = Recording(tuple(pictures), tuple(found))
        yield python(recording, on.eyes, self._scale.cameras, on.instruments, self._plan())

    def _shown(self) -> list[Shot]:
        """Pictures of the footage, with where the loop looks."""
        on = self._on
        (camera,) = cameras(1, on.open_film, on.frames, None, on.instruments.clock)
        pictures = list(_pool(camera))
        area = View(on.eyes.camera, pictures[0].width, pictures[0].height).area
        return [Shot(picture, area) for picture in pictures]

    def _search(self, attempt: Callable[[int], Trial], first: int) -> dict[str, Any]:
        search = Search(attempt, self._scale.limits, self._scale.most)
        held = search.find(first)
        return {"cameras": held, "trials": [_told(trial) for trial in search.trials]}

    def _searched_plain(self, make: Callable[[], PlainNets]) -> dict[str, Any]:
        on, scale = self._on, self._scale
        nets, area = make(), _area(self._shots)

        def attempt(count: int) -> Trial:
            shown = cameras(count, on.open_plain, on.frames, FPS, on.instruments.clock)
            watched = (on.instruments.clock, on.instruments.cpu_s, on.instruments.wait)
            ran = run_plain(shown, nets, area, *watched, warm_s=scale.warm_s / 2, seconds=scale.trial_s)
            told.append({"fps": round(ran.fps, 1), "cpu": round(ran.cpu_share, 3), "texts": ran.texts})
            return ran.trial

        told: list[dict[str, Any]] = []
        return {**self._search(attempt, max(1, scale.first // 8)), "runs": told}


def _pool(camera: EndlessCamera) -> Iterator[AnyPicture]:
    with closing(camera):
        camera.open()
        for number in range(_POOL * _POOL_STEP):
            frame = camera.read(1.0)
            if number % _POOL_STEP == 0:
                yield frame.picture


def _holding(device: BaseDevice | None, shots: Sequence[Shot]) -> BaseDevice | None:
    """The GPU where the pictures are on it."""
    return device if all(isinstance(shot.picture, Surface) for shot in shots) else None


def _area(shots: Sequence[Shot]) -> Box:
    area = shots[0].roi
    if area is None:
        raise BenchFault("the camera looks nowhere")
    return area


def _trial(ran: Ran) -> Trial:
    return Trial(ran.cameras, None if ran.latency is None else ran.latency.p95, ran.lost_share)


def _told(trial: Trial) -> dict[str, Any]:
    p95 = trial.latency_p95_ms
    return {
        "cameras": trial.cameras,
        "p95_ms": None if p95 is None else round(p95, 1),
        "lost_share": round(trial.lost_share, 5),
    }


def _limits(limits: Limits) -> dict[str, float]:
    return {"latency_p95_ms": limits.latency_p95_ms, "lost_share": limits.lost_share}


def _means(seen: Iterable[tuple[int, float]]) -> dict[int, float]:
    """Of each number of cameras."""
    by: dict[int, list[float]] = {}
    for cameras_, cost in seen:
        by.setdefault(cameras_, []).append(cost)
    return {count: sum(costs) / len(costs) for count, costs in by.items()}


def _marginal(costs: dict[int, float]) -> dict[str, Any]:
    over = marginal.ratio(costs)
    return {
        "at": {str(n): round(cost, 5) for n, cost in costs.items()},
        "2nd": round(marginal.slope(costs, 2), 6),
        "16th": round(marginal.slope(costs, 16), 6),
        "ratio": None if over is None else round(over, 4),
    }
