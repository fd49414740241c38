"""`gatehouse models quantize`: an INT8 version of a net, calibrated on the owner's own footage."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from ...config import Config
from ...evaluate.agreement import Agreement
from ...evaluate.frames import Footages
from ...evaluate.labels import Picture, labels_if_any
from ...faults import ExtraMissing, ResultFailed
from ...hw.cameras.footage import Shot
from ...infer.files import DISTRIBUTION
from ..bounds import whole
from .scoring import tell

if TYPE_CHECKING:
    from ...evaluate.trial import Trial

FEWEST = 16
MOST = 400
POINT = 100
"""Of fewer things one is more than a point."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--frames",
        type=Path,
        required=True,
        metavar="DIR",
        help="your pictures and videos, with labels or not",
    )
    parser.add_argument(
        "--labels", type=Path, metavar="FILE", help="a CSV file; else the one in DIR is found, if any"
    )
    parser.add_argument("--net", default="detector", metavar="PART", help="of the set (default detector)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="else infer.models of the configuration")
    parser.add_argument("--few", action="store_true", help="keep it even where few things could be compared")
    parser.add_argument(
        "--most", type=whole(FEWEST), default=MOST, metavar="N", help=f"frames (default {MOST})"
    )


def run(args: argparse.Namespace, config: Config) -> int:
    _need_extra()
    # Only now: it imports the onnx package, which the other actions can do without.
    from ...evaluate.trial import Trial

    out: Path = args.out or config.infer.models
    footage = Footages.of(args.frames, args.most, _labelled(args.frames, args.labels))
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="trial-", dir=out) as folder:
            trial = Trial.of(config, args.net, Path(folder), _shown)
            return _tried(trial, footage, out, 1 if args.few else POINT)
    except OSError as error:
        raise ResultFailed(str(error.strerror), part=str(out)) from error


def _tried(trial: Trial, footage: Footages, out: Path, least: int) -> int:
    """`least` is how many things of each kind must be compared."""
    slack = trial.quantize(footage)
    if slack is None:
        print("Refused: it does not answer its golden frames. FP32 serves on.")
        return 1
    agreement = trial.compare(footage)
    print(_report(trial, agreement))
    losses = agreement.losses()
    if losses:
        print("Refused, it lost more than a point: " + "; ".join(losses) + ". FP32 serves on.")
        return 1
    short = agreement.short(trial.evidence, least)
    if short:
        print(_too_few(short, least, agreement.frames))
        return 1
    place = trial.install(out)
    print(
        f"Kept: {place}. It serves from the next start; `gatehouse models verify` tries it on each backend."
    )
    return 0


def _need_extra() -> None:
    if find_spec("onnx") is None:
        raise ExtraMissing(f"pip install '{DISTRIBUTION}[quantize]' brings it", part="onnx")


def _labelled(place: Path, file: Path | None) -> Sequence[Picture]:
    """The labels of the footage; footage without any is compared with FP32 alone. Raises LabelFault."""
    if file is None and not place.is_dir():
        return ()
    labelled = labels_if_any(place, file)
    tell(labelled.complaints)
    return labelled.pictures


def _shown(shots: Iterator[Shot], what: str) -> Iterator[Shot]:
    """The frames, with a progress bar for people."""
    yield from tqdm(shots, desc=what, unit="frame", file=sys.stderr, disable=None, leave=False)


def _report(trial: Trial, agreement: Agreement) -> str:
    old, new = (path.stat().st_size / 1e6 for path in (trial.source.path, trial.target))
    lines = [f"{trial.net.name}: {old:.1f} MB in FP32, {new:.1f} MB in INT8"]
    for name, one in agreement.counts.items():
        lines.append(f"{name} of FP32 kept: {one.kept} of {one.before}")
    for name, shares in agreement.labelled.items():
        lines.append(
            f"{name}: {shares.before:.1%} in FP32, {shares.after:.1%} in INT8 ({shares.count} labels)"
        )
    lines.append(f"frames compared: {agreement.frames}")
    return "\n".join(lines)


def _too_few(short: Mapping[str, int], least: int, frames: int) -> str:
    """How many frames like these would do: half of them are compared."""
    told = ", ".join(f"{count} {name}" for name, count in short.items())
    fewest = min(short.values())
    if not fewest:
        return f"Refused: {told} to compare. Give frames that show them. FP32 serves on."
    need = ceil(2 * frames * least / fewest)
    return (
        f"Refused: only {told} to compare; of fewer than {least} a single loss is more than a point."
        f" Give about {need} frames like these (--most {need}), or --few to keep it all the same."
        " FP32 serves on."
    )
