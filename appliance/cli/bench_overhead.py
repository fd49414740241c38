"""`gatehouse bench --overhead`: what a rewrite of the hot path could gain (docs/decisions/)."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from ..bench.handover import Handover, compare_ways, every_way
from ..bench.native import FLAGS
from ..bench.process import confined
from ..bench.recognition import SteppedLoop
from ..bench.rewrite import Rewritten, measure_rewrite
from ..bench.shares import Heard, Shares, measure_shares
from ..bench.stage import twin_camera, wide
from ..bench.tap import Tap
from ..clock import Clock
from ..config import Config
from ..config.load import load_config
from ..config.schema import Camera
from ..faults import BenchFault, ExtraMissing
from ..hw.system_clock import SystemClock
from ..infer.chain import make_backend
from ..infer.models import load_manifest
from ..sight import Frame, Picture
from ..vision.factory import build_recognition
from .bench_input import bar, load, samples, timers, unshared

FRAMES, QUICK_FRAMES = 60, 12
BLOCKS, QUICK_BLOCKS = 40, 4
A_BLOCK = 50
"""Hand-overs of one way before the next has its turn."""

Step = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Overhead:
    """`rewritten` is None where there is no C++ compiler."""

    shares: Shares
    ways: tuple[Handover, ...]
    rewritten: Rewritten | None
    load: tuple[float, float]

    def as_json(self) -> dict[str, object]:
        return {
            "bench_overhead": 1,
            "load": list(self.load),
            "frame": self.shares.as_json(),
            "handover": [way.as_json() for way in self.ways],
            "rewrite": None if self.rewritten is None else self.rewritten.as_json(),
        }


def show_overhead(args: argparse.Namespace, config: Config) -> int:
    """Measure on one processor, and print. Raises EngineFailed, BenchFault."""
    twin = wide(load_config(None, "sim", environment={}).config)
    count = args.frames or (QUICK_FRAMES if args.quick else FRAMES)
    blocks = QUICK_BLOCKS if args.quick else BLOCKS
    before = load()
    with bar(2 * count + blocks) as shown:
        pictures = [one.picture for one in samples(args.paths, twin, count, shown.update)]
        ways = _ways(pictures[0], blocks, shown.update)
        single = config.model_copy(update={"infer": config.infer.model_copy(update={"threads": 1})})
        with confined(1):
            shares = _shares(single, twin_camera(twin), pictures)
            rewritten = _rewritten(single, pictures, shown.update)
    found = Overhead(shares, ways, rewritten, (before, load()))
    print(json.dumps(found.as_json()) if args.json else "\n".join(_lines(found)))
    return 0


def _shares(config: Config, camera: Camera, pictures: Sequence[Picture]) -> Shares:
    timer = unshared().wall
    tap, other = Tap(timer), Tap(timer)
    loops = [
        SteppedLoop(
            build_recognition(config.vision, config.infer, make=one.backend),
            camera,
            config.vision,
            config.vote,
        )
        for one in (tap, other)
    ]
    ear = Heard([cv2, cv2.dnn], timer)
    return measure_shares((loops[0], tap.log), (loops[1], ear), pictures, timer)


def _ways(picture: Picture, blocks: int, step: Step) -> tuple[Handover, ...]:
    clock: Clock = SystemClock(vouched=True)
    frames = [Frame("bench", seq, clock.monotonic(), picture) for seq in range(A_BLOCK)]
    with every_way(clock) as ways:
        return compare_ways(ways, frames, blocks, timers().cpu, step)


def _rewritten(config: Config, pictures: Sequence[Picture], step: Step) -> Rewritten | None:
    manifest = load_manifest(config.vision.reader, own=config.infer.models, side=config.vision.detect_side)
    session = make_backend(config.infer.chain[0], config.infer).load(manifest.file("detector"))
    try:
        with tempfile.TemporaryDirectory(prefix="gatehouse-bench-") as folder:
            side = config.vision.detect_side
            return measure_rewrite(session, side, pictures, Path(folder), timers(), step)
    except (BenchFault, ExtraMissing) as fault:
        print(fault, file=sys.stderr)
        return None
    finally:
        session.close()


def _lines(found: Overhead) -> Iterator[str]:
    shares = found.shares
    yield f"a frame on one processor, one thread: {shares.frame_ms:.2f} ms of it"
    for name, ms in (
        ("engines", shares.engines_ms),
        ("OpenCV", shares.opencv_ms),
        ("Python and NumPy", shares.python_ms),
    ):
        yield f"  {name:40}{ms:9.3f} ms{ms / shares.frame_ms:7.1%}"
    yield f"  were the last one free: {shares.most_gain:.2f} times the frames"
    yield f"{'a hand-over between threads, microseconds':42}{'p50':>9}{'p99':>9}{'processor':>11}"
    for way in found.ways:
        yield f"  {way.name:40}{_us(way.wall.p50)}{_us(way.wall.p99)}{way.cpu_ms * 1000:11.1f}"
    if found.rewritten is not None:
        yield f"one picture prepared, g++ {' '.join(FLAGS[:2])}"
        for lap in found.rewritten.laps:
            yield f"  {lap.name:40}{lap.wall.p50:9.3f} ms{lap.over_first:7.2f} times"
        yield f"  most apart: {found.rewritten.most_apart:.2f} of 255"
    yield f"load average {found.load[0]:.1f} before, {found.load[1]:.1f} after"


def _us(ms: float) -> str:
    return f"{1000 * ms:9.0f}"
