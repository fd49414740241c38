"""Each stage of the pipeline alone, as fast as it can, on pictures of the same footage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Event, Thread

from ...clock import Clock
from ...faults import BenchFault, CameraLost
from ...hw.base import BaseCamera
from ...infer.device import BaseDevice, Placed
from ...infer.lane import Lane
from ...sight import AnyPicture, Box, Detection, Kind, Surface
from ...vision.base import BaseDetector, BasePlateReader, Shot
from ...vision.prepare import Cut, Preparer

Work = Callable[[], object]

# First runs of a size allocate, and the second is captured.
_WARM = 3
# Runs that are queued before their end is waited for, so that the waiting is no part of them.
_AHEAD = 8


@dataclass(frozen=True, slots=True)
class Stage:
    """How many frames a second a stage would let through."""

    name: str
    fps: float


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """Does a stage's work for `seconds`."""

    clock: Clock
    seconds: float

    def rate(self, work: Work, things: float) -> float:
        """Things a second, where each call of `work` does so many."""
        for _ in range(_WARM):
            work()
        start_s = now_s = self.clock.monotonic()
        calls = 0
        while now_s - start_s < self.seconds:
            work()
            calls += 1
            now_s = self.clock.monotonic()
        return things * calls / (now_s - start_s)


def decode(cameras: Sequence[BaseCamera], clock: Clock, seconds: float) -> Stage:
    """All cameras at once, each on a thread of its own; pictures are kept and thrown away."""
    readers = [_Reading(camera) for camera in cameras]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.ready.wait()
    start_s, before = clock.monotonic(), sum(r.frames for r in readers)
    Event().wait(seconds)
    frames, took_s = sum(r.frames for r in readers) - before, clock.monotonic() - start_s
    for reader in readers:
        reader.stop()
    lost = [reader.lost for reader in readers if reader.lost is not None]
    if lost:
        raise BenchFault(lost[0].detail, part=lost[0].part)
    return Stage("decode", frames / took_s)


class _Reading(Thread):
    """Reads a camera until it is stopped."""

    def __init__(self, camera: BaseCamera) -> None:
        super().__init__(name=f"decode-{camera.name}", daemon=True)
        self.frames = 0
        self.ready = Event()
        self.lost: CameraLost | None = None
        self._camera = camera
        self._stopping = Event()

    def run(self) -> None:
        try:
            self._read()
        except CameraLost as fault:
            self.lost = fault
        finally:
            self.ready.set()

    def stop(self) -> None:
        self._stopping.set()
        self.join()

    def _read(self) -> None:
        with self._camera:
            while not self._stopping.is_set():
                self._camera.read(1.0)
                self.frames += 1
                self.ready.set()


def prepare(
    lane: Lane, device: BaseDevice | None, pictures: Sequence[AnyPicture], area: Box, watch: Stopwatch
) -> Stage:
    """Filling the detector's own buffers, as many pictures at once as it takes."""
    name, room = next(iter(lane.inputs.items()))
    images, _, height, width = room.shape
    batch = [pictures[place % len(pictures)] for place in range(images)]
    size = (width, height)
    placed = [Placed(picture, area, size) for picture in batch if isinstance(picture, Surface)]
    if device is not None and len(placed) == images:
        return Stage(
            "prepare", watch.rate(_queued(partial(device.fill, placed, lane, name), lane), images * _AHEAD)
        )
    cuts = [Cut(picture, area, size) for picture in batch]
    return Stage("prepare", watch.rate(partial(Preparer().fill, cuts, lane, name), images))


def net(lane: Lane, device: BaseDevice | None, name: str, watch: Stopwatch) -> Stage:
    """The bare net, with its inputs ready and its answers left where they are."""
    images = next(iter(lane.inputs.values())).shape[0]
    if device is None:
        return Stage(name, watch.rate(lane.run, images))
    return Stage(name, watch.rate(_queued(partial(lane.run_there, device.stream), lane), images * _AHEAD))


def widest(lanes: Sequence[Lane]) -> Lane:
    """The newest of those that are open and take the most images. Raises ValueError for none."""
    return max(
        (lane for lane in reversed(lanes) if lane.inputs),
        key=lambda lane: next(iter(lane.inputs.values())).shape[0],
    )


def _queued(work: Work, lane: Lane) -> Work:
    """Several of them, and the wait for the last."""

    def all_of_them() -> None:
        for _ in range(_AHEAD):
            work()
        lane.read(())

    return all_of_them


def detect(detector: BaseDetector, shots: Sequence[Shot], watch: Stopwatch) -> Stage:
    """Preparing, the net and what picks its answers, one batch after the other."""
    batch = [shots[place % len(shots)] for place in range(detector.most)]
    return Stage("detect", watch.rate(partial(detector.detect_many, batch), len(batch)))


def read(
    reader: BasePlateReader,
    plates: Sequence[tuple[AnyPicture, Detection]],
    reads_a_frame: float,
    watch: Stopwatch,
) -> Stage | None:
    """The reader, in frames: not every frame has a plate to be read. None where nothing is ever read."""
    if not plates or not reads_a_frame:
        return None
    batch = [plates[place % len(plates)] for place in range(reader.most)]
    return Stage("read", watch.rate(partial(reader.read_many, batch), len(batch)) / reads_a_frame)


def plates_of(
    shots: Sequence[Shot], found: Sequence[Sequence[Detection]]
) -> list[tuple[AnyPicture, Detection]]:
    """Every plate with the picture that shows it."""
    seen = zip(shots, found)
    return [(shot.picture, one) for shot, all_ in seen for one in all_ if one.kind is Kind.PLATE]


def slowest(stages: Sequence[Stage]) -> Stage:
    """The one that would hold up the others. Raises ValueError for none."""
    return min(stages, key=lambda stage: stage.fps)
