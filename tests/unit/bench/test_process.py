"""What the kernel says of the process, and what it may not say."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from appliance.bench.process import Memory, confined, memory, queued_s, thread_cpu_s


def test_memory_is_read_in_megabytes(tmp_path: Path) -> None:
    status = tmp_path / "status"
    status.write_text("Name:\tgatehouse\nVmHWM:\t    4096 kB\nVmRSS:\t    2048 kB\n", encoding="ascii")

    assert memory(status) == Memory(now_mb=2.0, peak_mb=4.0)


def test_memory_that_is_not_told_is_not_zero(tmp_path: Path) -> None:
    assert memory(tmp_path / "none") == Memory(None, None)


def test_waiting_for_a_processor_is_in_nanoseconds(tmp_path: Path) -> None:
    (tmp_path / "12").mkdir()
    (tmp_path / "12" / "schedstat").write_text("500 1500000000 3\n", encoding="ascii")

    assert queued_s(12, tmp_path) == 1.5


def test_a_kernel_without_the_account_says_nothing(tmp_path: Path) -> None:
    assert queued_s(12, tmp_path) == 0.0


def test_a_thread_has_used_some_processor() -> None:
    assert thread_cpu_s(threading.current_thread()) > 0.0


def test_a_thread_that_starts_meanwhile_is_confined_too() -> None:
    seen: list[int] = []
    with confined(1):
        thread = threading.Thread(target=lambda: seen.append(len(os.sched_getaffinity(0))))
        thread.start()
        thread.join()

    assert seen == [1]


def test_afterwards_all_processors_are_there_again() -> None:
    before = os.sched_getaffinity(0)
    with confined(1):
        pass

    assert os.sched_getaffinity(0) == before
