"""What this process costs, and may: memory, the processor time of a thread, how many processors."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

STATUS = Path("/proc/self/status")
TASKS = Path("/proc/self/task")


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident megabytes now and at most; None where the kernel does not say."""

    now_mb: float | None
    peak_mb: float | None


def memory(status: Path = STATUS) -> Memory:
    """What Linux says of this process."""
    try:
        lines = status.read_text(encoding="ascii").splitlines()
    except OSError:
        return Memory(None, None)
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    return Memory(_mb(fields.get("VmRSS")), _mb(fields.get("VmHWM")))


def _mb(text: str | None) -> float | None:
    """`  1234 kB` in megabytes."""
    return None if text is None else int(text.split()[0]) / 1024


def thread_cpu_s(thread: Thread) -> float:
    """Processor seconds that a living thread has used."""
    return 0.0 if thread.ident is None else time.clock_gettime(time.pthread_getcpuclockid(thread.ident))


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0))


@contextmanager
def confined(count: int, tasks: Path = TASKS) -> Iterator[None]:
    """Every thread of this process, and those that it starts meanwhile, runs on so many processors only."""
    before = os.sched_getaffinity(0)
    _allow(tasks, set(sorted(before, reverse=True)[:count]))
    try:
        yield
    finally:
        _allow(tasks, before)


def _allow(tasks: Path, allowed: set[int]) -> None:
    for task in tasks.iterdir():
        # One that ended meanwhile needs no processor.
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(task.name), allowed)


def queued_s(native_id: int | None, tasks: Path = TASKS) -> float:
    """Seconds in which a thread was ready to run and no processor was free for it; 0 where the
    kernel keeps no such account.
    """
    try:
        words = (tasks / str(native_id) / "schedstat").read_text(encoding="ascii").split()
    except OSError:
        return 0.0
    return int(words[1]) / 1e9
