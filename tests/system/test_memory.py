"""Memory stays flat however many frames come, and collections stop nobody: a gate in virtual time.

`python -m tests.system.flat_child 1000000` is the same over a million frames: docs/hardware/power.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FRAMES = 24_000
"""Two hundred vehicles; the tuple a frame that a leak keeps is 2 MB of them."""
GROWN = 64 << 10
"""Bytes that may come after the first half: a plate more, a deque that is nearly full. A leak keeps 1 MB."""
PAUSE_S = 0.02
"""What a person at STOP and an arm in motion do not notice."""
MOST_RESIDENT = 300 << 20


def gate(*words: str) -> dict[str, Any]:
    """What the gate of a process of its own says at its end."""
    command = [sys.executable, "-m", "tests.system.flat_child", str(FRAMES), *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=True)
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def grown(said: dict[str, Any]) -> int:
    """The most that was held in the second half beyond the most in the first."""
    marks = said["marks"]
    half = len(marks) // 2
    return int(max(marks[half:]) - max(marks[:half]))


@pytest.mark.timeout(300)
def test_no_frame_leaves_anything_behind() -> None:
    said = gate("traced")
    assert said["visits"] > 100
    assert said["openings"] > 50
    assert grown(said) < GROWN


@pytest.mark.timeout(300)
def test_a_tuple_a_frame_that_is_kept_would_be_found() -> None:
    assert grown(gate("traced", "leaking")) > GROWN


@pytest.mark.timeout(300)
def test_no_collection_stops_the_gate() -> None:
    said, thawed = gate(), gate("thawed")
    assert said["collections"] > 0
    assert said["longest_pause_s"] < PAUSE_S
    # What it would be without the freeze: the test sees a pause where there is one.
    assert thawed["longest_pause_s"] > 5 * said["longest_pause_s"]


@pytest.mark.timeout(300)
def test_the_whole_process_on_the_twin_with_the_own_nets_is_small(tmp_path: Path) -> None:
    # Not getrusage: its maximum outlives exec, and would be this process's where that is larger.
    script = "import sys; from appliance.__main__ import main; code = main(sys.argv[1:]); "
    script += "at_most = [line for line in open('/proc/self/status') if line.startswith('VmHWM')]; "
    script += "print(at_most[0].split()[1], file=sys.stderr)"
    command = [sys.executable, "-c", script, "sim", "--visits", "2", "--seed", "7", "--headless"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stderr.split()[-1]) << 10 < MOST_RESIDENT
