"""`gatehouse bench --gains`: what each way of going faster gains by itself."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import cv2
import numpy as np

from ..bench.gains import Gain, Pair, Track
from ..bench.plot import Block
from ..bench.process import confined, processors
from ..bench.stage import wide
from ..config import Config
from ..config.load import load_config
from ..faults import EngineFailed
from ..infer.base import BaseSession, Precision
from ..infer.chain import make_backend
from ..infer.models import load_manifest
from ..sight import Layout, Picture
from ..vision.factory import Recognition, build_recognition
from ..vision.own.detector import NetDetector
from .bench_input import bar, load, samples, timers, told_size
from .bench_plot import save_plot
from .models.results import check_place

FRAMES, QUICK_FRAMES = 40, 8
CAMERAS = (1, 2, 4)
_STEP = 32
_SUBJECTS = 5

Step = Callable[[], object]


def show_gains(args: argparse.Namespace, config: Config) -> int:
    """Measure and print. Raises EngineFailed."""
    if config.vision.reader == "ppocr":
        raise EngineFailed("its gains are measured on the project's own nets", part="vision.reader")
    check_place(args.plot)
    twin = wide(load_config(None, "sim", environment={}).config)
    count = args.frames or (QUICK_FRAMES if args.quick else FRAMES)
    before = load()
    with bar((1 + _SUBJECTS) * count) as shown:
        made = samples(args.paths, twin, count, shown.update)
        pairs = [_pair(one.picture) for one in made]
        gains = list(_measured(config, Track(pairs, timers(), shown.update)))
    save_plot(args.plot, [Block(gain.subject, gain.laps) for gain in gains])
    if args.json:
        told = [gain.as_json() for gain in gains]
        print(json.dumps({"bench_gains": 1, "load": [before, load()], "gains": told}))
        return 0
    print(f"{told_size(made)}; milliseconds that pass, and of processors")
    print("\n".join(_table(gains)))
    print("kernels, graphs and streams, on an NVIDIA GPU: gatehouse bench --gpu")
    print(f"load average {before:.1f} before, {load():.1f} after")
    return 0


def _measured(config: Config, track: Track) -> Iterator[Gain]:
    """On one processor what does not need more."""
    single, first = _with(config, threads=1), track.pairs[0].bgr
    side = config.vision.detect_side
    with confined(1):
        with closing(_detector_session(single)) as session:
            detector = NetDetector(session, side, config.vision.detection_threshold, most=max(CAMERAS))
            yield track.inputs(detector)
            yield track.batches(detector, CAMERAS)
            yield track.lanes(session, _shape(first, side))
        wanted = (Precision.FP32, Precision.INT8)
        yield track.choices(
            "detect and read, by precision",
            {str(one): _built(_with(single, precision=one)) for one in wanted},
        )
    counts = dict.fromkeys((1, processors()))
    yield track.choices(
        "detect and read, by threads", {f"threads: {n}": _built(_with(config, threads=n)) for n in counts}
    )


def _with(config: Config, **infer: object) -> Config:
    return config.model_copy(update={"infer": config.infer.model_copy(update=infer)})


def _built(config: Config) -> Recognition:
    return build_recognition(config.vision, config.infer)


def _detector_session(config: Config) -> BaseSession:
    manifest = load_manifest(config.vision.reader, own=config.infer.models, side=config.vision.detect_side)
    return make_backend(config.infer.chain[0], config.infer).load(manifest.file("detector"))


def _shape(picture: Picture, side: int) -> tuple[int, int, int, int]:
    """Of the detector's input for a whole picture."""
    scale = side / max(picture.width, picture.height)
    height, width = (-(-round(length * scale) // _STEP) * _STEP for length in (picture.height, picture.width))
    return 1, 3, height, width


def _pair(picture: Picture) -> Pair:
    """The picture with even sides, and the same as NV12."""
    height, width = picture.height // 2 * 2, picture.width // 2 * 2
    image = np.ascontiguousarray(picture.planes[0][:height, :width])
    planar = cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420)
    chroma = planar[height:].reshape(2, height // 2, width // 2).transpose(1, 2, 0)
    nv12 = (np.asarray(planar[:height], np.uint8), np.ascontiguousarray(chroma, np.uint8))
    return Pair(Picture(Layout.NV12, nv12), Picture.of(image))


def _table(gains: Sequence[Gain]) -> Iterator[str]:
    for gain in gains:
        yield f"{gain.subject:40}{'p50':>9}{'gain':>7}{'processor':>12}{'gain':>7}"
        spent = gain.laps[0].cpu_ms
        for lap in gain.laps:
            passed = f"{lap.wall.p50:9.2f}{1 / lap.over_first:7.2f}"
            yield f"  {lap.name:38}{passed}{lap.cpu_ms:12.2f}{spent / lap.cpu_ms:7.2f}"
