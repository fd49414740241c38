"""`gatehouse models opens`: what a threshold costs, on a labelled folder."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tqdm import tqdm

from ...config import Config
from ...evaluate.canvas import SvgCanvas
from ...evaluate.labels import read_labels
from ...evaluate.visits.costs import costs, usable
from ...evaluate.visits.photos import Approach
from ...evaluate.visits.report import HEIGHT, WIDTH, Costs, as_json, as_text, draw
from ...hw.cameras.footage import read_image
from ...vision.factory import build_recognition
from ..bounds import whole
from .results import check_place, save

_DRAWS = 3


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="pictures with labelled plates: box and text"
    )
    parser.add_argument(
        "--labels", type=Path, metavar="FILE", help="a CSV file; else the one in DIR is found"
    )
    parser.add_argument("--json", metavar="FILE", help="every figure as JSON; - instead of the tables")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="charts, as SVG")
    parser.add_argument("--visits", type=whole(1), default=2, metavar="N", help="of each picture (2)")


def run(args: argparse.Namespace, config: Config) -> int:
    check_place(args.plot)
    check_place(None if args.json in (None, "-") else Path(args.json))
    pictures = usable(read_labels(args.folder, args.labels).pictures)
    recognition = build_recognition(config.vision, config.infer)
    for fault in recognition.faults:
        print(fault, file=sys.stderr)
    with tqdm(total=len(pictures), unit="picture", file=sys.stderr, disable=None, leave=False) as bar:
        found, complaints = costs(
            config,
            recognition,
            pictures,
            read_image,
            how=Approach(visits=args.visits),
            draws=_DRAWS,
            driven=bar.update,
            tried=bar.refresh,
        )
    _write(args, found)
    for line in complaints:
        print(line, file=sys.stderr)
    return 2 if complaints else 0


def _write(args: argparse.Namespace, found: Costs) -> None:
    text = json.dumps(as_json(found), indent=1)
    print(text if args.json == "-" else as_text(found))
    if args.json not in (None, "-"):
        save(Path(args.json), f"{text}\n")
    if args.plot is not None:
        canvas = SvgCanvas(WIDTH, HEIGHT)
        draw(found, canvas)
        save(args.plot, canvas.text())
