"""`gatehouse tune`: how seldom the gate may look, by the owner's own footage."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from tqdm import tqdm

from ..config import Config
from ..config.load import read_config
from ..config.measured import write_measured
from ..config.schema import Camera
from ..evaluate.canvas import SvgCanvas
from ..evaluate.tuning.chart import HEIGHT, WIDTH, draw
from ..evaluate.tuning.film import find_films
from ..evaluate.tuning.report import as_json, chosen
from ..evaluate.tuning.search import thresholds
from ..evaluate.tuning.session import Session, Tuning
from ..evaluate.tuning.table import as_text
from ..evaluate.tuning.watch import Watcher
from ..faults import ConfigFault, TuningFault
from ..hw.board import GENERIC, SIM
from ..vision.factory import Recognition, build_recognition, unsure_share
from .bounds import chart, number, whole
from .models.png import PngCanvas
from .models.results import check_place, save
from .settings import read_settings

HELP = """\
Find, on videos of your own gate, how seldom it may look and how sure a detection must be so that every
vehicle is still found and its plate read. The nets look at every frame once; then the gate's own loop,
tracker and vote are run over what they said, with one setting after the other.

  gatehouse tune monday.mp4 night.mp4          tables: what each setting finds, reads and costs
  gatehouse tune footage/ --labels came.csv    held against the vehicles that you know came
  gatehouse tune footage/ --plot tune.svg      the curves
  gatehouse tune footage/ --write              keep the choice where `gatehouse run` finds it

came.csv has the columns video,plate and, if you like, from_s,to_s. Without labels, who came is what the nets
read when they look at every frame. docs/tuning.md explains the figures.

Exit code 0: tuned. 2: cannot tune, or something was left out."""

_SIDES = (416, 640, 960)
_WAIT_S = 1.0


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", type=Path, metavar="VIDEO", help="a video or a folder of them")
    parser.add_argument("--labels", type=Path, metavar="FILE", help="a CSV file: video,plate,from_s,to_s")
    parser.add_argument("--camera", metavar="NAME", help="whose region of interest counts (the first one)")
    parser.add_argument(
        "--fps", type=number(0, 240, above=True), metavar="F", help="look no more often (as the camera gives)"
    )
    parser.add_argument(
        "--sides",
        type=whole(160, 2048),
        nargs="+",
        metavar="N",
        help="sides of the detector's input to try",
    )
    parser.add_argument(
        "--wait",
        type=number(0, 60),
        default=_WAIT_S,
        metavar="S",
        help=f"allowed delay of a read ({_WAIT_S:g})",
    )
    parser.add_argument("--write", action="store_true", help="keep the choice beside your own file")
    parser.add_argument("--json", action="store_true", help="one object, for programs")
    parser.add_argument("--plot", type=chart, metavar="FILE", help="the curves, as .svg or .png")


def run(args: argparse.Namespace) -> int:
    config = _config(args)
    check_place(args.plot)
    if args.write and config.board == GENERIC:
        raise ConfigFault("--write: this computer is no gate's. Name the gate's board, for one --board pi5.")
    name, camera = _camera(config, args.camera)
    films, complaints = find_films(
        args.paths, camera.fps, args.fps or max(camera.fps, config.vision.recognise_fps)
    )
    if not films:
        raise TuningFault(complaints[0] if complaints else "there is no video")
    session = Session(config, name, camera, films, args.wait, args.labels, complaints)
    session.read_labels()
    tuning = _tune(session, _sides(config, args.sides))
    # First of all: hours of looking are not lost to a disk that refuses what follows.
    print(json.dumps(as_json(tuning), indent=1) if args.json else as_text(tuning), flush=True)
    if args.plot is not None:
        _plot(args.plot, tuning)
    written = _write(args, tuning) if args.write else ["\n--write keeps this."]
    if not args.json:
        print("\n".join(written))
    for complaint in session.complaints:
        print(complaint, file=sys.stderr)
    return 2 if session.complaints else 0


def _config(args: argparse.Namespace) -> Config:
    """The gate's configuration. On a computer without a gate, videos are seen as `gatehouse read` does: the
    twin's thresholds are for drawn vehicles.
    """
    config = read_settings(args).config
    return read_config(args.config, None).config if _elsewhere(args, config) else config


def _elsewhere(args: argparse.Namespace, config: Config) -> bool:
    return config.board == SIM and args.board is None


def _camera(config: Config, name: str | None) -> tuple[str, Camera]:
    """The camera of this name, else the first one; all of the picture where none is configured."""
    if name is None:
        return next(iter(config.cameras.items()), ("(none configured)", Camera()))
    if name not in config.cameras:
        known = ", ".join(config.cameras) or "none"
        raise ConfigFault(f"--camera {name}: no camera has this name; configured: {known}.")
    return name, config.cameras[name]


def _sides(config: Config, asked: Sequence[int] | None) -> tuple[int, ...]:
    """The one that is set, and those that are asked for, else the usual smaller ones: they cost less."""
    now = config.vision.detect_side
    others = [side for side in _SIDES if side < now] if asked is None else asked
    return tuple(sorted({*others, now}))


def _tune(session: Session, sides: Sequence[int]) -> Tuning:
    config = session.config
    lowest = thresholds(config.vision)[0]
    eyes = {side: _recognition(config, side, lowest) for side in sides}
    detectors = {side: one.detector for side, one in eyes.items()}
    watcher = Watcher(session.view, detectors, next(iter(eyes.values())).reader, time.perf_counter)
    frames = sum(film.frames // film.every for film in session.films)
    with _bar(frames, "looking", "frame") as bar:
        session.watch(watcher, bar.update)
    unsure = unsure_share(config.vision.reader)
    with _bar(session.bounds(sides).count, "trying", "setting") as bar:
        return session.tune(sides, watcher.times, unsure, bar.update)


def _bar(total: int, what: str, unit: str) -> tqdm[NoReturn]:
    return tqdm(total=total, desc=what, unit=unit, file=sys.stderr, disable=None, leave=False)


def _recognition(config: Config, side: int, lowest: float) -> Recognition:
    """The live nets, telling all that the lowest threshold lets pass."""
    vision = config.vision.model_copy(update={"detect_side": side, "detection_threshold": lowest})
    recognition = build_recognition(vision, config.infer)
    for fault in recognition.faults:
        print(fault, file=sys.stderr)
    return recognition


def _plot(path: Path, tuning: Tuning) -> None:
    if path.suffix.lower() == ".png":
        picture = PngCanvas(WIDTH, HEIGHT)
        draw(tuning, picture)
        save(path, picture.data())
    else:
        canvas = SvgCanvas(WIDTH, HEIGHT)
        draw(tuning, canvas)
        save(path, canvas.text())


def _write(args: argparse.Namespace, tuning: Tuning) -> list[str]:
    """Keep the choice. Says where it is, and each key in which the owner's file wins over it."""
    place = tuning.config.infer.measured
    write_measured(place, tuning.config.board, chosen(tuning))
    loaded = read_settings(args)
    lines = [f"\nwritten to {place}; your own file wins over it"]
    for table, values in chosen(tuning).items():
        for key in values:
            origin = loaded.origin((table, key))
            if origin.source != str(place):
                lines.append(f"but {origin} sets {table}.{key}, which wins")
    return lines
