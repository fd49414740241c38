"""`gatehouse bench --backends`: which backend suits this board; the choice goes beside the owner's file."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time

from tqdm import tqdm

from ..bench.backends import Choice, Contest, Measured, choose
from ..config import Config
from ..config.measured import write_measured
from ..config.schema import BACKENDS
from ..infer.models import load_manifest

RUNS, QUICK_RUNS = 30, 5
_WIDEST = max(map(len, BACKENDS))


def compare_backends(args: argparse.Namespace, config: Config) -> int:
    """Measure, print and write. Raises BenchFault when no backend serves, ConfigFault when not writable."""
    manifest = load_manifest(config.vision.reader, own=config.infer.models, side=config.vision.detect_side)
    runs = QUICK_RUNS if args.quick else RUNS
    contest = Contest(manifest, config.infer, os.cpu_count() or 1, time.perf_counter, runs)
    rows = list(
        tqdm(contest.measure(), desc="measuring", unit="file", file=sys.stderr, disable=None, leave=False)
    )
    if not args.json:
        print("\n".join(_line(row) for row in rows))
    choice = choose(manifest, rows)
    # First said, then written: a disk that refuses must not cost what took minutes to measure.
    print(json.dumps(_told(config, rows, choice)) if args.json else _sentence(choice), flush=True)
    write_measured(config.infer.measured, config.board, {"infer": choice.as_settings()})
    if not args.json:
        print(f"written to {config.infer.measured}; your own file wins over it")
    return 0


def _line(row: Measured) -> str:
    if row.precision is None:
        return f"{row.backend:{_WIDEST}} not here: {row.refusal}"
    head = f"{row.backend:{_WIDEST}} {row.net:10}{row.precision!s:6}{_threads(row.threads):>11}"
    if row.spread is None:
        return f"{head}  not trusted: {row.refusal}"
    times = f"{row.spread.p50:9.2f} ms p50{row.spread.p95:9.2f} ms p95"
    # A backend without threads works elsewhere; what it takes of the processor says nothing of its speed.
    return f"{head}{times}{row.work_ms or 0.0:9.2f} ms of processor" if row.threads else f"{head}{times}"


def _threads(count: int) -> str:
    return {0: "", 1: "1 thread"}.get(count, f"{count} threads")


def _sentence(choice: Choice) -> str:
    return (
        f"\nchosen: {', then '.join(choice.chain)}; {_threads(choice.threads) or 'device'}, precision"
        f" {choice.precision}: {choice.ms:.1f} ms for a frame of a visit"
    )


def _told(config: Config, rows: list[Measured], choice: Choice) -> dict[str, object]:
    return {
        "bench_backends": 1,
        "board": config.board,
        "set": config.vision.reader,
        "measured": [row.as_json() for row in rows],
        "choice": {**choice.as_settings(), "ms": round(choice.ms, 3)},
        "written": str(config.infer.measured),
    }
