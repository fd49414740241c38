"""`gatehouse models evaluate`: scores a model set on a labelled folder."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from ...config import Config
from ...evaluate.canvas import SvgCanvas
from ...evaluate.labels import Labelled, Picture, read_labels
from ...evaluate.plot import HEIGHT, WIDTH, draw
from ...evaluate.report import as_json, as_text
from ...evaluate.session import Evaluation, Source, evaluate
from ...faults import EngineFailed, EngineFallback, InputDataFault
from ...hw.cameras.footage import read_image
from ...infer.base import Precision
from ...vision.factory import Recognition, build_recognition
from ..bounds import chart
from .png import PngCanvas
from .results import check_place, save

# More complaints about labels than this are counted: a wrong column would give one for each.
_SHOWN = 20


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="pictures with labels")
    parser.add_argument(
        "--labels", type=Path, metavar="FILE", help="a CSV file; else the one in DIR is found"
    )
    parser.add_argument("--json", metavar="FILE", help="every figure as JSON; - instead of the report")
    parser.add_argument("--plot", type=chart, metavar="FILE", help="charts, as .svg or .png")
    parser.add_argument("--set", metavar="NAME", help="this model set; else the configured one")
    parser.add_argument("--precision", choices=[str(one) for one in Precision], help="else as configured")


def run(args: argparse.Namespace, config: Config) -> int:
    check_place(args.plot)
    check_place(None if args.json in (None, "-") else Path(args.json))
    labelled = read_labels(args.folder, args.labels)
    evaluation = score(recognition_for(args, config), labelled.pictures, args.set or config.vision.reader)
    if not evaluation.outcomes:
        complain(labelled, evaluation)
        raise InputDataFault(
            f"none of its {len(labelled.pictures)} pictures can be used", part=str(args.folder)
        )
    _write(args, evaluation)
    return complain(labelled, evaluation)


def recognition_for(args: argparse.Namespace, config: Config) -> Recognition:
    """The nets that the arguments ask for. Raises EngineFallback or EngineFailed when what was asked for
    does not serve.
    """
    vision = config.vision.model_copy(update={"reader": args.set or config.vision.reader})
    precision = args.precision or config.infer.precision
    recognition = build_recognition(
        vision, config.infer.model_copy(update={"precision": precision}), photo=True
    )
    for fault in recognition.faults:
        if args.precision and isinstance(fault, EngineFallback):
            raise fault
        print(fault, file=sys.stderr)
    if args.precision and Precision(args.precision) not in recognition.precisions.values():
        raise EngineFailed(f"no net of it has {args.precision}", part=vision.reader)
    return recognition


def score(recognition: Recognition, pictures: Sequence[Picture], name: str) -> Evaluation:
    """Look at all pictures, with a progress bar for people."""
    source = Source(name, _precisions(recognition), recognition.backend)
    with tqdm(total=len(pictures), unit="picture", file=sys.stderr, disable=None, leave=False) as bar:
        return evaluate(recognition, source, pictures, read_image, bar.update)


def _precisions(recognition: Recognition) -> str:
    """One word where all nets serve in the same, else one for each net."""
    words = {str(one) for one in recognition.precisions.values()}
    told = (f"{part} {precision}" for part, precision in recognition.precisions.items())
    return words.pop() if len(words) == 1 else ", ".join(told)


def complain(labelled: Labelled, evaluation: Evaluation) -> int:
    """Say what was left out; the exit code."""
    for kind, count in labelled.passed_over.items():
        print(f"{count} labels of class {kind} passed over: no net looks for it.", file=sys.stderr)
    complaints = [*labelled.complaints, *evaluation.complaints]
    tell(complaints)
    return 2 if complaints else 0


def tell(complaints: Sequence[str]) -> None:
    """A line for each label or picture that was left out; where there are many, how many more."""
    for line in complaints[:_SHOWN]:
        print(line, file=sys.stderr)
    if len(complaints) > _SHOWN:
        print(f"and {len(complaints) - _SHOWN} more labels or pictures left out", file=sys.stderr)


def _write(args: argparse.Namespace, evaluation: Evaluation) -> None:
    data = json.dumps(as_json(evaluation), indent=1)
    if args.json not in (None, "-"):
        save(Path(args.json), data + "\n")
    if args.plot is not None:
        _plot(args.plot, evaluation)
    print(data if args.json == "-" else as_text(evaluation))


def _plot(path: Path, evaluation: Evaluation) -> None:
    if path.suffix.lower() == ".png":
        picture = PngCanvas(WIDTH, HEIGHT)
        draw(evaluation, picture)
        save(path, picture.data())
    else:
        canvas = SvgCanvas(WIDTH, HEIGHT)
        draw(evaluation, canvas)
        save(path, canvas.text())
