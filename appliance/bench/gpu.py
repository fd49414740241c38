"""What each part of the way on a GPU takes: preparing pictures, copies, and nets with and without graphs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..faults import EngineFailed
from ..infer.base import BaseSession
from ..infer.device import BaseDevice, Placed, Plane
from ..infer.gpu_device import GpuDevice
from ..infer.gpu_lane import Buffers, GpuLane
from ..infer.lane import Arrays, Lane, TensorSpec
from ..sight import Box, Layout, Matrix, Picture, Surface
from ..vision.prepare import Cut, Preparer
from .race import Timers

Work = Callable[[int], object]

WIDTH, HEIGHT = 1920, 1080
BATCHES = (1, 4, 16)
_WHOLE, _PLATE = Box(0, 0, WIDTH, HEIGHT), Box(800, 500, 960, 554)
_WARM = 3
# Runs that are queued before their end is waited for.
_AHEAD = 8
# Calls in one graph: its launch counts for little among them.
_CAPTURED = 16
_QUALITY = 85


@dataclass(frozen=True, slots=True)
class Use:
    """A net with the part of a frame that it reads, scaled to `size` in an input of `shape` (H, W)."""

    net: str
    box: Box
    size: tuple[int, int]
    shape: tuple[int, int]


USES = (Use("detector", _WHOLE, (416, 234), (256, 416)), Use("reader", _PLATE, (192, 64), (64, 192)))


@dataclass(frozen=True, slots=True)
class Figure:
    """Microseconds of one call on so many pictures: that passed, and of processors.

    `apart` is how far the answers are from those of the first way, in shares of the largest number; None
    where there are none.
    """

    subject: str
    way: str
    pictures: int
    us: float
    cpu_us: float
    apart: float | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """A net as one backend runs it."""

    name: str
    session: BaseSession
    device: BaseDevice


class GpuBench:
    """Each figure is the mean of `runs` calls, one thread's."""

    def __init__(self, device: GpuDevice, timers: Timers, runs: int) -> None:
        self._gpu, self._device = device.gpu, device
        self._timers, self._runs = timers, runs
        self._pictures = [_noise(seed) for seed in range(max(BATCHES))]
        self._surfaces = [device.put(picture) for picture in self._pictures]

    def preparing(self, counts: Sequence[int] = BATCHES) -> Iterator[Figure]:
        """NV12 of 1080p into the input of a net: the kernel alone, as it is called, and through the host."""
        for use in USES:
            for count in counts:
                lane = self._lane(count, use.shape)
                placed = [Placed(one, use.box, use.size) for one in self._surfaces[:count]]
                cuts = [Cut(one, use.box, use.size) for one in self._pictures[:count]]
                subject = f"prepare, {use.net}"
                yield self._kernel(subject, lane, placed)
                yield self._timed(subject, "called", count, self._filling(lane, placed))
                yield self._timed(subject, "on the host, uploaded", count, _by_host(lane, cuts))
                lane.close()

    def copying(self) -> Iterator[Figure]:
        """What leaves the decoder's memory, and the GPU."""
        device, frames = self._device, self._surfaces
        ways: Mapping[str, Work] = {
            "keep a frame": lambda at: device.keep(_plane(frames[at % len(frames)])),
            "fingerprint a frame": lambda at: device.fingerprint(frames[at % len(frames)]),
            "fetch a plate": lambda at: device.fetch(frames[at % len(frames)], _PLATE),
            "fetch a frame": lambda at: device.fetch(frames[at % len(frames)], _WHOLE),
            "JPEG of a frame": lambda at: device.jpeg(frames[at % len(frames)], _WHOLE, _QUALITY),
        }
        for name, work in ways.items():
            yield self._timed("copy", name, 1, work)

    def running(self, use: Use, ways: Sequence[Way], counts: Sequence[int] = BATCHES) -> Iterator[Figure]:
        """The bare net in each way, its input ready and its answers left there."""
        for count in counts:
            first: Arrays | None = None
            for way in ways:
                lane = self._prepared(way, use, count)
                answers = {name: seen.copy() for name, seen in lane.read(_answers(way)).items()}
                first = first or answers
                yield self._timed(use.net, way.name, count, _running([(way, lane)]), _apart(first, answers))
                lane.close()

    def together(self, use: Use, ways: Sequence[Way], counts: Sequence[int] = BATCHES) -> Iterator[Figure]:
        """The same net on streams of their own, in turn; by the run."""
        for count in counts:
            lanes = [(way, self._prepared(way, use, count)) for way in ways]
            yield self._timed(use.net, f"{len(ways)} streams", count, _running(lanes))
            for _, lane in lanes:
                lane.close()

    def _prepared(self, way: Way, use: Use, count: int) -> Lane:
        """A lane that has run on pictures."""
        name = way.session.inputs[0].name
        lane = way.session.lane({name: (count, 3, *use.shape)})
        way.device.fill([Placed(one, use.box, use.size) for one in self._surfaces[:count]], lane, name)
        lane.run_there(way.device.stream)
        return lane

    def _lane(self, count: int, shape: tuple[int, int]) -> GpuLane:
        with self._gpu.current():
            buffers = Buffers(self._gpu)
            spec = TensorSpec("x", (None,) * 4, np.dtype(np.float32))
            buffers.add(spec, (count, 3, *shape))
        return GpuLane(self._gpu, self._device.queue, buffers, ["x"], lambda: None, graphs=False)

    def _filling(self, lane: Lane, placed: Sequence[Placed]) -> Work:
        def fill(at: int) -> None:
            self._device.fill(placed, lane, "x")
            if at % _AHEAD == 0:
                lane.read(())

        return fill

    def _kernel(self, subject: str, lane: Lane, placed: Sequence[Placed]) -> Figure:
        """By a graph of many calls: what is left is the GPU's own time."""

        def fill_all() -> None:
            for _ in range(_CAPTURED):
                self._device.fill(placed, lane, "x")

        with self._gpu.current():
            graph = self._gpu.capture(fill_all, self._device.queue)
            if graph is None:
                raise EngineFailed("kernels cannot be captured", part="cuda")

            def replay(at: int) -> None:
                graph.launch(self._device.stream)
                lane.read(())

            told = self._timed(subject, "kernel", len(placed), replay)
            graph.free()
        return Figure(subject, "kernel", len(placed), told.us / _CAPTURED, told.cpu_us / _CAPTURED)

    def _timed(self, subject: str, way: str, pictures: int, work: Work, apart: float | None = None) -> Figure:
        for at in range(_WARM):
            work(at)
        start_s, start_cpu_s = self._timers.wall(), self._timers.cpu()
        for at in range(self._runs):
            work(at)
        wall, cpu = self._timers.wall() - start_s, self._timers.cpu() - start_cpu_s
        return Figure(subject, way, pictures, 1e6 * wall / self._runs, 1e6 * cpu / self._runs, apart)


def _by_host(lane: Lane, cuts: Sequence[Cut]) -> Work:
    preparer = Preparer()

    def prepare(at: int) -> None:
        preparer.fill(cuts, lane, "x")
        lane.run()

    return prepare


def _running(lanes: Sequence[tuple[Way, Lane]]) -> Work:
    def run(at: int) -> None:
        way, lane = lanes[at % len(lanes)]
        lane.run_there(way.device.stream)
        if at // len(lanes) % _AHEAD == 0:
            lane.read(())

    return run


def _answers(way: Way) -> list[str]:
    return [spec.name for spec in way.session.outputs]


def _apart(wanted: Arrays, answers: Arrays) -> float:
    return max(
        float(np.abs(answers[name] - seen).max()) / max(1.0, float(np.abs(seen).max()))
        for name, seen in wanted.items()
    )


def _plane(surface: Surface) -> Plane:
    return Plane(surface.luma, surface.chroma, surface.pitch, surface.width, surface.height)


def _noise(seed: int) -> Picture:
    """A frame that nothing compresses and no cache keeps."""
    rng = np.random.default_rng(seed)
    luma: NDArray[np.uint8] = rng.integers(0, 256, (HEIGHT, WIDTH), np.uint8)
    chroma: NDArray[np.uint8] = rng.integers(0, 256, (HEIGHT // 2, WIDTH // 2, 2), np.uint8)
    return Picture(Layout.NV12, (luma, chroma), Matrix.BT709)
