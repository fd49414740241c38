"""`gatehouse read`: reads the plates on photos, folders of them, and videos."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

from tqdm import tqdm

from ..config.load import load_config
from ..config.schema import Config
from ..faults import InputDataFault
from ..hw.cameras.footage import Footage, Shot, find_footage
from ..sight import Box, Guess, Looks, Picture
from ..vision.closeup import Closer, Closeup, FaceSeen, VehicleSeen
from ..vision.factory import Recognition, build_recognition
from ..vision.scene import PlateSeen, Scene, see
from .bounds import number, whole

HELP = """\
Read the plates on photos, folders of them, or videos.

  gatehouse read photo.jpg                 one line a picture, for people
  gatehouse read photos/ drive.mp4 --json  one JSON object a line and frame, for programs

A file that cannot be used gets one line on stderr; the others are still read, and the exit code is 2.
"""

# Text below this is more often a sign than a plate (see docs/recognition.md).
_LIKELY = 0.25


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a photo, a folder or a video")
    parser.add_argument("--json", action="store_true", help="one JSON object a line and frame")
    parser.add_argument(
        "--min-confidence",
        type=number(0, 1),
        default=_LIKELY,
        metavar="S",
        help=f"0 to 1 (default {_LIKELY})",
    )
    parser.add_argument("--every", type=whole(1), default=1, metavar="N", help="of a video: each N-th frame")


def run(args: argparse.Namespace) -> int:
    config = load_config(args.config, args.board).config
    files, complaints = _files(args.paths)
    if files:
        complaints += _read_all(args, _recognition(config), files)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 2 if complaints else 0


def _recognition(config: Config) -> Recognition:
    recognition = build_recognition(config.vision, config.infer, photo=True)
    for fault in recognition.faults:
        print(fault, file=sys.stderr)
    return recognition


def _files(paths: Sequence[Path]) -> tuple[list[Footage], list[str]]:
    """Every file that the paths name, and what cannot be used."""
    files: list[Footage] = []
    complaints: list[str] = []
    for path in paths:
        try:
            files.extend(Footage(file) for file in find_footage(path))
        except InputDataFault as fault:
            complaints.append(str(fault))
    return files, complaints


def _read_all(args: argparse.Namespace, recognition: Recognition, files: Sequence[Footage]) -> list[str]:
    """Print each frame's line as soon as it is read. Returns what could not be used."""
    complaints: list[str] = []
    with tqdm(total=0, unit="frame", file=sys.stderr, disable=None, leave=False) as bar:
        for file in files:
            try:
                bar.total += -(-file.promised // args.every)
                for line in _lines(args, recognition, file):
                    bar.write(line, file=sys.stdout)
                    bar.update()
                complaints += [file.warning] if file.warning else []
            except InputDataFault as fault:
                complaints.append(str(fault))
    return complaints


def _lines(args: argparse.Namespace, recognition: Recognition, file: Footage) -> Iterator[str]:
    closer = Closer(recognition.describer, recognition.faces)
    start = perf_counter()
    for shot in file:
        if shot.number % args.every:
            continue
        load_s = perf_counter() - start
        picture = Picture.of(shot.image)
        scene = see(recognition.detector, recognition.reader, picture, min_score=args.min_confidence)
        close = closer.look(picture, scene.vehicles, scene.faces)
        yield json.dumps(_object(shot, scene, close, load_s)) if args.json else _sentence(shot, scene, close)
        start = perf_counter()


def _object(shot: Shot, scene: Scene, close: Closeup, load_s: float) -> dict[str, object]:
    """The frame as the contract of `read --json` words it."""
    stages = {
        "load": load_s,
        "detect": scene.detect_s,
        "read": scene.read_s,
        "describe": close.describe_s,
        "faces": close.faces_s,
    }
    return {
        "file": str(shot.path),
        "frame": shot.number,
        "vehicles": [_vehicle(vehicle) for vehicle in close.vehicles],
        "plates": [_plate(plate) for plate in scene.plates],
        "faces": [_face(face) for face in close.faces],
        "ms": {stage: round(seconds * 1000, 2) for stage, seconds in stages.items()},
    }


def _vehicle(seen: VehicleSeen) -> dict[str, object]:
    found, looks = seen.detection, seen.looks
    return {
        "type": str(found.kind),
        "score": round(found.score, 4),
        "box": _box(found.box),
        "colour": looks and _guess(looks.colour),
        "body": looks and _guess(looks.body),
        "model": looks and looks.model and _guess(looks.model),
    }


def _guess(guess: Guess) -> dict[str, object]:
    return {"word": guess.word, "score": round(guess.confidence, 4)}


def _plate(seen: PlateSeen) -> dict[str, object]:
    read = seen.read
    return {"text": read.text, "score": round(read.score, 4), "box": _box(seen.box), "region": read.region}


def _face(seen: FaceSeen) -> dict[str, object]:
    found, look = seen.detection, seen.look
    return {
        "score": round(found.score, 4),
        "box": _box(found.box),
        "person": None,
        "similarity": None,
        "live": look and round(look.live, 4),
        "usable": look and round(look.usable, 4),
        "points": look and [[round(x, 1), round(y, 1)] for x, y in look.points],
    }


def _box(box: Box) -> list[float]:
    return [round(side, 1) for side in (box.x1, box.y1, box.x2, box.y2)]


def _sentence(shot: Shot, scene: Scene, close: Closeup) -> str:
    plates = ", ".join(f"{plate.read.text} ({plate.read.score:.0%})" for plate in scene.plates)
    looks = next((vehicle.looks for vehicle in close.vehicles if vehicle.looks), None)
    on = (
        f" on a {looks.colour.word} {looks.body.word}{_named(looks)}"
        if looks and plates and len(close.vehicles) == 1
        else ""
    )
    where = f"{shot.path}" if shot.number == 0 else f"{shot.path} frame {shot.number}"
    took = (scene.detect_s + scene.read_s + close.describe_s + close.faces_s) * 1000
    return f"{where}: {plates or 'no plate'}{on}  [{took:.0f} ms]"


def _named(looks: Looks) -> str:
    return "" if looks.model is None else f" ({looks.model.word})"
