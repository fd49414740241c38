"""`gatehouse read`: reads the plates on photos, folders of them, and videos."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from tqdm import tqdm

from ..config.load import load_config
from ..config.schema import Config
from ..faults import GateFault
from ..sight import Box, Detection
from ..vision.factory import Recognition, build_recognition
from ..vision.scene import PlateSeen, Scene, see
from .pictures import Picture, files_of, frame_count, frames_of

HELP = """\
Read the plates on photos, folders of them, or videos.

  gatehouse read photo.jpg                 one line a picture, for people
  gatehouse read photos/ drive.mp4 --json  one JSON object a line and frame, for programs

A file that cannot be used gets one line on stderr; the others are still read, and the exit code is 2.
"""

_LIKELY = 0.3
"""Text below this is more often a sign than a plate (see docs/recognition.md)."""


@dataclass(frozen=True, slots=True)
class _Source:
    path: Path
    frames: int


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a photo, a folder or a video")
    parser.add_argument("--json", action="store_true", help="one JSON object a line and frame")
    parser.add_argument(
        "--min-confidence", type=_share, default=_LIKELY, metavar="S", help=f"0 to 1 (default {_LIKELY})"
    )
    parser.add_argument("--every", type=_positive, default=1, metavar="N", help="of a video: each N-th frame")


def run(args: argparse.Namespace) -> int:
    config = load_config(args.config, args.board).config
    sources, faults = _sources(args.paths, args.every)
    if sources:
        recognition = _recognition(config)
        faults += _read_all(args, recognition, sources)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 2 if faults else 0


def _recognition(config: Config) -> Recognition:
    recognition = build_recognition(config.vision, config.infer, photo=True)
    for fault in recognition.faults:
        print(fault, file=sys.stderr)
    return recognition


def _sources(paths: Sequence[Path], every: int) -> tuple[list[_Source], list[GateFault]]:
    """Every file that the paths name, with its number of frames, and what cannot be used."""
    sources: list[_Source] = []
    faults: list[GateFault] = []
    for path in paths:
        try:
            sources.extend(_Source(file, -(-frame_count(file) // every)) for file in files_of(path))
        except GateFault as fault:
            faults.append(fault)
    return sources, faults


def _read_all(
    args: argparse.Namespace, recognition: Recognition, sources: Sequence[_Source]
) -> list[GateFault]:
    """Print each frame's line as soon as it is read. Returns what could not be used."""
    faults: list[GateFault] = []
    total = sum(source.frames for source in sources)
    quiet = None if total > 1 else True
    with tqdm(total=total, unit="frame", file=sys.stderr, disable=quiet, leave=False) as bar:
        for source in sources:
            try:
                for line in _lines(args, recognition, source.path):
                    bar.write(line, file=sys.stdout)
                    bar.update()
            except GateFault as fault:
                faults.append(fault)
    return faults


def _lines(args: argparse.Namespace, recognition: Recognition, path: Path) -> Iterator[str]:
    start = perf_counter()
    for picture in frames_of(path, args.every):
        load_s = perf_counter() - start
        scene = see(recognition.detector, recognition.reader, picture.image, min_score=args.min_confidence)
        yield json.dumps(_object(picture, scene, load_s)) if args.json else _sentence(picture, scene)
        start = perf_counter()


def _object(picture: Picture, scene: Scene, load_s: float) -> dict[str, object]:
    """The frame as the contract of `read --json` words it."""
    stages = {"load": load_s, "detect": scene.detect_s, "read": scene.read_s}
    return {
        "file": str(picture.path),
        "frame": picture.frame,
        "vehicles": [_vehicle(vehicle) for vehicle in scene.vehicles],
        "plates": [_plate(plate) for plate in scene.plates],
        "faces": [_face(face) for face in scene.faces],
        "ms": {stage: round(seconds * 1000, 2) for stage, seconds in stages.items()},
    }


def _vehicle(seen: Detection) -> dict[str, object]:
    return {"type": str(seen.kind), "score": round(seen.score, 4), "box": _box(seen.box)}


def _plate(seen: PlateSeen) -> dict[str, object]:
    read = seen.read
    return {"text": read.text, "score": round(read.score, 4), "box": _box(seen.box), "region": read.region}


def _face(seen: Detection) -> dict[str, object]:
    box, score = _box(seen.box), round(seen.score, 4)
    return {"score": score, "box": box, "person": None, "similarity": None, "live": None}


def _box(box: Box) -> list[float]:
    return [round(side, 1) for side in (box.x1, box.y1, box.x2, box.y2)]


def _sentence(picture: Picture, scene: Scene) -> str:
    plates = ", ".join(f"{plate.read.text} ({plate.read.score:.0%})" for plate in scene.plates)
    where = f"{picture.path}" if picture.frame == 0 else f"{picture.path} frame {picture.frame}"
    took = (scene.detect_s + scene.read_s) * 1000
    return f"{where}: {plates or 'no plate'}  [{took:.0f} ms]"


def _share(text: str) -> float:
    value = float(text)
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError("from 0 to 1")
    return value


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value
