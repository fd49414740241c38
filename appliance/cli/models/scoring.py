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
from ...faults import EngineFallback, LabelFault
from ...hw.cameras.footage import read_image
from ...infer.base import Precision
from ...vision.factory import Recognition, build_recognition
from .png import PngCanvas

_SHOWN = 20
"""More complaints about labels than this are counted: a wrong column would give one for each."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="pictures with labels")
    parser.add_argument(
        "--labels", type=Path, metavar="FILE", help="a CSV file; else the one in DIR is found"
    )
    parser.add_argument("--json", metavar="FILE", help="every figure as JSON; - instead of the report")
    parser.add_argument("--plot", type=_chart, metavar="FILE", help="charts, as .svg or .png")
    parser.add_argument("--set", metavar="NAME", help="this model set; else the configured one")
    parser.add_argument("--precision", choices=[str(one) for one in Precision], help="else as configured")


def run(args: argparse.Namespace, config: Config) -> int:
    labelled = read_labels(args.folder, args.labels)
    evaluation = score(recognition_for(args, config), labelled.pictures, args.set or config.vision.reader)
    _write(args, evaluation)
    return complain(labelled, evaluation)


def recognition_for(args: argparse.Namespace, config: Config) -> Recognition:
    """The nets that the arguments ask for. What was asked for and does not serve is not scored."""
    vision = config.vision.model_copy(update={"reader": args.set or config.vision.reader})
    precision = args.precision or config.infer.precision
    recognition = build_recognition(
        vision, config.infer.model_copy(update={"precision": precision}), photo=True
    )
    for fault in recognition.faults:
        if args.precision and isinstance(fault, EngineFallback):
            raise fault
        print(fault, file=sys.stderr)
    return recognition


def score(recognition: Recognition, pictures: Sequence[Picture], name: str) -> Evaluation:
    """Look at all pictures, with a progress bar for people."""
    precisions = sorted({str(one) for one in recognition.precisions.values()})
    source = Source(name, "/".join(precisions), recognition.backend)
    with tqdm(total=len(pictures), unit="picture", file=sys.stderr, disable=None, leave=False) as bar:
        return evaluate(recognition, source, pictures, read_image, bar.update)


def complain(labelled: Labelled, evaluation: Evaluation) -> int:
    """Say what was left out; the exit code."""
    for kind, count in labelled.passed_over.items():
        print(f"{count} labels of class {kind} passed over: no net looks for it.", file=sys.stderr)
    complaints = [*labelled.complaints, *evaluation.complaints]
    for line in complaints[:_SHOWN]:
        print(line, file=sys.stderr)
    if len(complaints) > _SHOWN:
        print(f"and {len(complaints) - _SHOWN} more labels or pictures left out", file=sys.stderr)
    return 2 if complaints else 0


def _write(args: argparse.Namespace, evaluation: Evaluation) -> None:
    data = json.dumps(as_json(evaluation), indent=1)
    try:
        if args.json not in (None, "-"):
            Path(args.json).write_text(data + "\n", encoding="utf-8")
        if args.plot is not None:
            _plot(args.plot, evaluation)
    except OSError as error:
        raise LabelFault(
            f"the result cannot be written: {error.strerror}", part=str(error.filename)
        ) from error
    print(data if args.json == "-" else as_text(evaluation))


def _plot(path: Path, evaluation: Evaluation) -> None:
    if path.suffix.lower() == ".png":
        picture = PngCanvas(WIDTH, HEIGHT)
        draw(evaluation, picture)
        picture.save(path)
    else:
        canvas = SvgCanvas(WIDTH, HEIGHT)
        draw(evaluation, canvas)
        path.write_text(canvas.text(), encoding="utf-8")


def _chart(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in (".svg", ".png"):
        raise argparse.ArgumentTypeError("must end in .svg or .png")
    return path
