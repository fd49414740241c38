"""Where the pipeline's threads sit, as the gate's do by its [threads]."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ...vision.sit import Sit, stay


@dataclass(frozen=True, slots=True)
class Seating:
    """What threads do first, by what they are for."""

    capture: Sit = stay
    vision: Sit = stay
    reading: Sit = stay


@contextmanager
def elsewhere(cores: Collection[int]) -> Iterator[None]:
    """Threads that are started meanwhile may use these processors: a new one sits where its maker does."""
    own = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, own)
