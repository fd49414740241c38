"""What the measurements of `gatehouse bench` begin with: pictures, timers, a bar."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from tqdm import tqdm

from ..bench.pictures import Plates, Sample, given, rendered
from ..bench.race import Timers
from ..config import Config
from ..faults import BenchRefused


def timers() -> Timers:
    """This computer's."""
    return Timers(time.perf_counter, time.process_time)


def unshared() -> Timers:
    """Of this thread on its processor, for what runs on one thread alone: whatever else the computer does
    takes time from it, but is no part of it.
    """
    return Timers(time.thread_time, time.thread_time)


def bar(total: int) -> tqdm[NoReturn]:
    """Progress, for people."""
    return tqdm(total=total, desc="measuring", unit="step", file=sys.stderr, disable=None, leave=False)


def samples(
    paths: list[Path], twin: Config, count: int, step: Callable[[], object], plates: Plates | None = None
) -> list[Sample]:
    """The first `count` pictures given, else as many rendered ones. Raises InputDataFault, BenchRefused."""
    made = []
    for sample in given(paths, count, plates) if paths else rendered(twin, count):
        made.append(sample)
        step()
    if not made:
        raise BenchRefused("there is no picture to recognise")
    return made


def load() -> float:
    """The load average of the last minute."""
    return os.getloadavg()[0]


def told_size(made: list[Sample]) -> str:
    first = made[0].picture
    return f"{len(made)} pictures of {first.width} x {first.height}"
