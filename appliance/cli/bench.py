"""`gatehouse bench`: how fast this computer reads and opens."""

from __future__ import annotations

import argparse
import json
import logging
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ..bench.process import confined, memory, processors
from ..bench.race import Timers
from ..bench.recognition import Recognised, measure_recognition
from ..bench.report import Computer, Report
from ..bench.session import Bed, Session, Task
from ..bench.stage import twin_camera, wide
from ..bench.tap import Tap
from ..config import Config
from ..config.load import load_config
from ..config.schema import Camera
from ..faults import BenchRefused
from ..hw.system_clock import SystemClock
from ..sight import Picture
from ..vision.factory import build_recognition
from .bench_against import earlier, judged, must_suffice
from .bench_backends import compare_backends
from .bench_folder import folder_beside
from .bench_gains import show_gains
from .bench_gpu import show_gpu
from .bench_input import bar, load, samples, timers, unshared
from .bench_layers import show_layers
from .bench_overhead import show_overhead
from .bench_peers import compare_with_peers
from .bench_pipeline import configure_pipeline, measure_pipeline
from .bounds import whole
from .settings import read_settings

HELP = """\
Measure this computer: how long the nets take, and how long it takes from a vote to the open output,
with the record made durable in between. No hardware is touched: the gate that is measured stands on
mock pins, with its real threads, and records beside your record, on the same disk.

  gatehouse bench                          about two minutes
  gatehouse bench photos/                  recognise your own pictures instead of rendered ones
  gatehouse bench --json > today.json      one object, for programs
  gatehouse bench --against today.json     exit code 1 and a line for each figure that got worse
  gatehouse bench --layers                 where the time of each net goes
  gatehouse bench --backends               which backend suits this board, written where `run` finds it
  gatehouse bench --peers                  beside rapidocr, on one processor and on all
  gatehouse bench --gains                  what pixels, batches, threads and precision gain, each apart
  gatehouse bench --gpu                    kernels, copies, graphs, streams and precisions on an NVIDIA GPU
  gatehouse bench --overhead               what is not the nets: Python, hand-overs, and the same in C++
  gatehouse bench --pipeline gate.mp4      many cameras from footage to votes, and a plain script beside

Exit code 0: measured; 1: worse than the file given by --against; 2: cannot be measured."""

FRAMES, OPENINGS = 60, 200
QUICK_FRAMES, QUICK_OPENINGS = 12, 20
STOPS_SHARE = 4
"""One STOP for so many openings: each takes the debounce and more."""
IDLE_S, QUICK_IDLE_S = 4.0, 1.0
FEWEST = 5
MEGA = 2**20

MODES: Mapping[str, Callable[[argparse.Namespace, Config], int]] = {
    "backends": compare_backends,
    "gains": show_gains,
    "gpu": show_gpu,
    "layers": show_layers,
    "overhead": show_overhead,
    "peers": compare_with_peers,
    "pipeline": measure_pipeline,
}
"""Option -> what it measures in place of the rest."""
GOES_WITH: Mapping[str, Sequence[str | None]] = {
    "against": ("pipeline", None),
    "plot": ("gains", "peers", "pipeline"),
    "paths": ("gains", "overhead", "peers", None),
}
"""What may be given beside a mode -> the modes that heed it; None is that of no option."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="pictures to recognise (else rendered ones)"
    )
    parser.add_argument("--json", action="store_true", help="print one object, for programs")
    parser.add_argument("--quick", action="store_true", help="fewer of everything: seconds, and less sure")
    parser.add_argument("--frames", type=whole(FEWEST), metavar="N", help=f"pictures to recognise ({FRAMES})")
    parser.add_argument("--openings", type=whole(FEWEST), metavar="N", help=f"openings to time ({OPENINGS})")
    parser.add_argument("--backends", action="store_true", help="compare all backends, and keep the choice")
    parser.add_argument("--layers", action="store_true", help="time the layers of each net")
    parser.add_argument("--gains", action="store_true", help="time each way of going faster by itself")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="of --gains, --peers, --pipeline; SVG")
    parser.add_argument("--gpu", action="store_true", help="time each part of the way on an NVIDIA GPU")
    parser.add_argument("--overhead", action="store_true", help="time what is not the nets")
    parser.add_argument("--peers", action="store_true", help="time rapidocr on the same pictures")
    parser.add_argument("--against", type=Path, metavar="FILE", help="compare with what --json printed then")
    configure_pipeline(parser)


def run(args: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(name)s: %(message)s")
    mode = _mode(args)
    if mode is not None:
        return MODES[mode](args, read_settings(args).config)
    then = earlier(args, "bench")
    must_suffice(then, _frames(args))
    ours = read_settings(args).config
    report = _measure(ours, args)
    told = report.as_json()
    print(json.dumps(told) if args.json else "\n".join(report.lines()))
    return judged(then, told)


def _mode(args: argparse.Namespace) -> str | None:
    """What is measured in place of the rest. Raises BenchRefused rather than heed less than was asked for."""
    asked = [name for name in MODES if getattr(args, name)]
    if len(asked) > 1:
        raise BenchRefused("one thing is measured at a time", part=" ".join(f"--{name}" for name in asked))
    mode = asked[0] if asked else None
    for given, modes in GOES_WITH.items():
        if getattr(args, given) and mode not in modes:
            known = " or ".join(f"--{one}" if one else "no other option" for one in modes)
            raise BenchRefused(f"goes with {known}", part="PATH" if given == "paths" else f"--{given}")
    return mode


def _frames(args: argparse.Namespace) -> int:
    told: int = args.frames or (QUICK_FRAMES if args.quick else FRAMES)
    return told


def _measure(ours: Config, args: argparse.Namespace) -> Report:
    frames = _frames(args)
    openings = args.openings or (QUICK_OPENINGS if args.quick else OPENINGS)
    stops = max(FEWEST, openings // STOPS_SHARE)
    twin = wide(load_config(None, "sim", environment={}).config)
    before = load()
    with folder_beside(ours.record.path) as folder, bar(3 * frames + 2 * (openings + stops)) as shown:
        pictures = [one.picture for one in samples(args.paths, twin, frames, shown.update)]
        camera = _camera(args.paths, twin)
        recognised = _recognise(ours, pictures, camera, timers(), shown.update)
        used = memory()
        with confined(1):
            one_core = _recognise(_single(ours), pictures, camera, unshared(), shown.update)
        bed = Bed(ours, twin, SystemClock(vouched=True), time.process_time, folder, pictures)
        alone = Task(openings, stops, QUICK_IDLE_S if args.quick else IDLE_S)
        timed_alone = Session(bed, "alone", seeing=False).run(alone, shown.update)
        timed_seeing = Session(bed, "seeing", seeing=True).run(Task(openings, stops), shown.update)
    computer = Computer(processors(), platform.machine(), platform.python_version(), (before, load()))
    held = sum(plane.nbytes for picture in pictures for plane in picture.planes) / MEGA
    return Report(computer, recognised, one_core, used, held, timed_alone, timed_seeing)


def _single(ours: Config) -> Config:
    return ours.model_copy(update={"infer": ours.infer.model_copy(update={"threads": 1})})


def _camera(paths: list[Path], twin: Config) -> Camera:
    """Where to look: all of a given picture, the twin's region of a rendered one."""
    return Camera(driver="file", source=str(paths[0])) if paths else twin_camera(twin)


def _recognise(
    ours: Config,
    pictures: Sequence[Picture],
    camera: Camera,
    clocks: Timers,
    step: Callable[[], object],
) -> Recognised:
    tap = Tap(clocks.wall)
    recognition = build_recognition(ours.vision, ours.infer, make=tap.backend)
    settings = (ours.vision, ours.vote)
    return measure_recognition(recognition, tap, pictures, camera, settings, clocks, step)
