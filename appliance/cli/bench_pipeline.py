"""`gatehouse bench --pipeline VIDEO`: many cameras from footage to votes, and a plain script beside."""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ..bench.pipeline.course import PARTS, Course, Footing, Scale
from ..bench.pipeline.film import Open
from ..bench.pipeline.films import DECODERS, frames_of, nvdec_film, opencv_film
from ..bench.pipeline.instruments import copied, gpu_memory_mb
from ..bench.pipeline.plain import PlainNets, plain_nets
from ..bench.pipeline.plot import HEIGHT, WIDTH, draw
from ..bench.pipeline.report import compared, head, measured
from ..bench.pipeline.rig import Eyes
from ..bench.pipeline.run import Instruments
from ..bench.pipeline.seams import BusyDetector, BusyReader, Seams
from ..bench.pipeline.seating import Seating, elsewhere
from ..clock import Clock
from ..config import Config
from ..config.schema import Camera
from ..evaluate.canvas import SvgCanvas
from ..faults import BenchRefused, GateFault
from ..hw.system_clock import SystemClock
from ..infer.base import Precision
from ..infer.models import load_manifest
from ..runtime.decoding import GpuMemory
from ..runtime.live import SWITCH_S
from ..runtime.seats import Role, Seats
from ..vision.base import FaultSink
from ..vision.factory import Recognition, build_recognition
from .bench_against import earlier, judged
from .models.results import check_place, save

CAMERAS = 16
# Pictures that NVDEC hands over at once: footage is there ahead of time.
_BATCH = 8
_QUICK = Scale(
    stage_s=0.3, warm_s=0.4, run_s=1.0, side_s=0.5, sides=1, trial_s=1.0, memory_frames=1000, first=2, most=8
)


def configure_pipeline(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pipeline", type=Path, metavar="VIDEO", help="time many cameras from this footage")
    parser.add_argument(
        "--cameras", type=int, default=CAMERAS, metavar="N", help=f"of --pipeline ({CAMERAS})"
    )
    parser.add_argument("--decoder", choices=DECODERS, default="opencv", help="of --pipeline (opencv)")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="of --pipeline (all)")


def measure_pipeline(args: argparse.Namespace, config: Config) -> int:
    """Measure the parts that are asked for. Raises BenchFault, EngineFailed and InputDataFault."""
    if args.cameras < 1:
        raise BenchRefused("at least 1", part="--cameras")
    check_place(args.plot)
    then, scale = earlier(args, "bench_pipeline"), _scale(args)
    # As the gate runs: a thread that computes gives the interpreter's lock back that often.
    sys.setswitchinterval(SWITCH_S)
    told: dict[str, Any] = {
        "bench_pipeline": 1,
        "video": args.pipeline.name,
        "decoder": args.decoder,
        "cameras": scale.cameras,
    }
    footing, recognition = _footing(args, config)
    told |= {"backend": recognition.backend, "precisions": _precisions(recognition)}
    # What is measured stays said, should a later part fail; stdout is the object's where one is asked for.
    say = partial(print, file=sys.stderr if args.json else sys.stdout, flush=True)
    say(head(told))
    course = Course(footing, scale)
    # As the gate does once it sees: a collection of all that was loaded would stop every thread.
    gc.freeze()
    for name, figures in course.parts(args.parts):
        told[name] = figures
        say("\n".join(measured(name, figures)))
    for line in compared(told):
        say(line)
    if args.json:
        print(json.dumps(told))
    if args.plot is not None:
        canvas = SvgCanvas(WIDTH, HEIGHT)
        draw(told, canvas)
        save(args.plot, canvas.text())
    return judged(then, told)


def _scale(args: argparse.Namespace) -> Scale:
    whole = _QUICK if args.quick else Scale()
    return replace(whole, cameras=args.cameras)


def _footing(args: argparse.Namespace, config: Config) -> tuple[Footing, Recognition]:
    clock, seams, memory = SystemClock(), Seams(), GpuMemory(config.infer)
    recognition = build_recognition(config.vision, config.infer, make=seams.backend)
    for fault in recognition.faults:
        print(fault, file=sys.stderr)
    footing = Footing(
        open_film=_film(args, clock, memory),
        open_plain=opencv_film(args.pipeline, clock),
        frames=frames_of(args.pipeline),
        eyes=_eyes(config, recognition),
        seams=seams,
        instruments=Instruments(
            clock=clock,
            cpu_s=time.process_time,
            copied=copied(lambda: (memory.device, seams.device)),
            gpu_mb=gpu_memory_mb,
            # Nobody sets this event: its wait is a sleep.
            wait=threading.Event().wait,
        ),
        plain=_plain(config, on_gpu=seams.device is not None),
    )
    return footing, recognition


def _film(args: argparse.Namespace, clock: Clock, memory: GpuMemory) -> Open:
    if args.decoder == "nvdec":
        cores = os.sched_getaffinity(0)
        return nvdec_film(args.pipeline, clock, memory, _BATCH, partial(elsewhere, cores))
    return opencv_film(args.pipeline, clock)


def _eyes(config: Config, recognition: Recognition) -> Eyes:
    camera = next(iter(config.cameras.values()), Camera(driver="file"))
    return Eyes(
        detector=BusyDetector(recognition.detector, time.perf_counter),
        reader=BusyReader(recognition.reader, time.perf_counter),
        describer=recognition.describer,
        camera=camera,
        vision=config.vision,
        vote=config.vote,
        seating=_seating(config),
    )


class _Refusals(FaultSink):
    """Says which seats the board lacks."""

    def raised(self, fault: GateFault) -> None:
        print(fault, file=sys.stderr)

    def cleared(self, kind: str, part: str) -> None:
        """A seat is taken once."""


def _seating(config: Config) -> Seating:
    seats = Seats(config.threads, _Refusals())
    roles = (Role.CAPTURE, Role.VISION, Role.READING)
    return Seating(*(partial(seats.take, role) for role in roles))


def _plain(config: Config, *, on_gpu: bool) -> Sequence[tuple[str, Callable[[], PlainNets]]]:
    """The script's nets, the same files as the gate's; on the GPU too where the gate's are there."""
    wanted = None if config.infer.precision == "auto" else Precision(config.infer.precision)
    manifest = load_manifest(
        config.vision.reader, own=config.infer.models, precision=wanted, side=config.vision.detect_side
    )
    files = (manifest.file("detector").path, manifest.file("reader").path)
    providers = ("cuda", "cpu") if on_gpu else ("cpu",)
    return [(name, partial(plain_nets, *files, config.vision.detect_side, name)) for name in providers]


def _precisions(recognition: Recognition) -> dict[str, str]:
    return {part: str(precision) for part, precision in recognition.precisions.items()}
