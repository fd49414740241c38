"""`gatehouse bench --peers`: ours beside what others would use, on the same pictures."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from functools import partial
from importlib import import_module

from ..bench.peers import BasePeer, MakePeer, OurPeer, Standing, compare_peers
from ..bench.pictures import labelled
from ..bench.plot import Block
from ..bench.process import processors
from ..bench.stage import wide
from ..config import Config
from ..config.load import load_config
from ..faults import ExtraMissing
from ..infer.files import DISTRIBUTION
from ..vision.factory import build_recognition
from .bench_input import bar, load, samples, timers, told_size
from .bench_plot import save_plot
from .models.results import check_place

FRAMES, QUICK_FRAMES = 40, 6
OURS = (("gatehouse", False), ("gatehouse", True), ("ppocr", False), ("ppocr", True))
"""Model set, and whether it looks as closely as at a single photo."""


def compare_with_peers(args: argparse.Namespace, config: Config) -> int:
    """Measure and print. Raises ExtraMissing where the peer is not installed, EngineFailed."""
    check_place(args.plot)
    makers: list[MakePeer] = [partial(_ours, config, name, photo) for name, photo in OURS]
    makers.append(_rapid())
    count, on = args.frames or (QUICK_FRAMES if args.quick else FRAMES), processors()
    twin = wide(load_config(None, "sim", environment={}).config)
    before = load()
    with bar(count + count * len({1, on})) as shown:
        made = samples(args.paths, twin, count, shown.update, labelled(args.paths))
        rows = list(compare_peers(makers, made, on, timers(), shown.update))
    save_plot(args.plot, list(_blocks(rows)))
    if args.json:
        told = {"bench_peers": 1, "load": [before, load()], "peers": [row.as_json() for row in rows]}
        print(json.dumps(told))
        return 0
    print("\n".join((f"{told_size(made)}, every plate read; milliseconds a picture", *_table(rows))))
    print(f"load average {before:.1f} before, {load():.1f} after")
    return 0


def _ours(config: Config, reader: str, photo: bool, threads: int) -> BasePeer:
    vision = config.vision.model_copy(update={"reader": reader})
    infer = config.infer.model_copy(update={"threads": threads})
    name = f"{reader}, {'photo' if photo else 'live'}"
    return OurPeer(name, build_recognition(vision, infer, photo=photo))


def _rapid() -> MakePeer:
    """Its module holds the vendor's, which comes with an extra."""
    try:
        made: MakePeer = import_module("..bench.rapid", __package__).RapidPeer
    except ImportError as error:
        raise ExtraMissing(f"pip install '{DISTRIBUTION}[ppocr]' brings it", part="rapidocr") from error
    return made


def _blocks(rows: Sequence[Standing]) -> Iterator[Block]:
    for count in dict.fromkeys(row.processors for row in rows):
        yield Block(_on(count), tuple(row.lap for row in rows if row.processors == count))


def _on(count: int) -> str:
    return f"on {count} processor{'s' if count > 1 else ''}"


def _table(rows: Sequence[Standing]) -> Iterator[str]:
    for count in dict.fromkeys(row.processors for row in rows):
        yield f"{_on(count):28}{'p50':>9}{'p95':>9}{'processor':>11}{'over ours':>11}{'plates read':>13}"
        yield from (_line(row) for row in rows if row.processors == count)


def _line(row: Standing) -> str:
    lap, read = row.lap, f"{row.read} of {row.asked}"
    times = f"{lap.wall.p50:9.1f}{lap.wall.p95:9.1f}{lap.cpu_ms:11.1f}{lap.over_first:11.2f}"
    return f"  {lap.name:26}{times}{read:>13}"
