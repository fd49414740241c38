"""The gate under the real systemd, by its unit's own numbers: restarts, their end, and a dead process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from appliance.runtime.ladder import Part, Rung
from appliance.runtime.recovery_file import RecoveryFile

from .systemd_rig import UNITS, Manager, managed, needs_systemd

CHILD = Path(__file__).with_name("hang_child.py")
CONFIG = '[record]\npath = "gate.db"\n'
RELEASE = ("-m", "appliance", "run", "--release-outputs", "--board", "sim", "--config", "gate.toml")
WATCHDOG_S = 15.0
"""Of the unit. systemd looks at each feed, of which there is one a second."""
BUSY_S = 2.0


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "gate.toml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def child(part: str, place: Path) -> tuple[str, ...]:
    return (str(CHILD), part, str(place / "gate.db"))


def told(place: Path) -> str:
    path = place / "told"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def steps(place: Path) -> list[tuple[Rung, Part]]:
    return [(step.rung, step.part) for step in RecoveryFile(place / "recovery.json").load().steps]


def serves(manager: Manager) -> bool:
    return manager.show("ActiveState") == "active"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize("board", ["", "jetson"])
def test_systemd_understands_every_unit(tmp_path: Path, board: str) -> None:
    units = [shutil.copy(path, tmp_path) for path in sorted(UNITS.glob("gatehouse*"))]
    for added in UNITS.glob(f"{board}/*.d") if board else ():
        shutil.copytree(added, tmp_path / added.name)
    for unit in map(Path, units):
        unit.write_text(unit.read_text().replace("/usr/bin/gatehouse", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, units)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
@pytest.mark.timeout(900)
def test_a_gate_that_is_killed_again_and_again_stays_down_until_a_hand_starts_it(place: Path) -> None:
    with managed(child("process", place), RELEASE, place) as manager:
        manager.wait(lambda: " began" in told(place))
        began_s = time.monotonic()
        manager.wait(lambda: manager.show("ActiveState") == "failed", longer_s=60.0)
        down_s = time.monotonic() - began_s
        said, code = manager.show("StatusText"), manager.show("ExecMainStatus")
        lives, killed = told(place).count(" began"), steps(place)
        time.sleep(3.0)
        still_down = manager.show("ActiveState")
        manager.ctl("reset-failed")
        manager.ctl("start")
        by_hand = told(place).count(" began")
    print(f"stays down {down_s:.1f} s after the first start")

    assert (lives, killed) == (5, [(Rung.PROCESS, Part.GATE)] * 5)
    assert (code, still_down) == ("3", "failed")
    assert said == "stays down: it ended 5 times in a day; last: a signal ended it; start it by hand"
    assert by_hand == 6


@needs_systemd
@pytest.mark.timeout(900)
def test_a_process_that_stands_still_is_ended_and_its_outputs_are_released(place: Path) -> None:
    with managed(child("nothing", place), RELEASE, place) as manager:
        manager.wait(lambda: serves(manager))
        first = manager.pid
        os.kill(first, signal.SIGSTOP)
        stopped_s = time.monotonic()
        manager.wait(lambda: manager.show("SubState") == "stop-post")
        ended_s = time.monotonic() - stopped_s
        manager.wait(lambda: manager.show("SubState") != "stop-post")
        released_s = time.monotonic() - stopped_s
        manager.wait(lambda: serves(manager) and manager.pid != first)
        again_s = time.monotonic() - stopped_s
    print(f"ended {ended_s:.2f} s, outputs {released_s:.2f} s, serves {again_s:.2f} s after SIGSTOP")

    assert WATCHDOG_S - 1.0 - BUSY_S < ended_s < WATCHDOG_S + BUSY_S
    assert ended_s < released_s < again_s
    assert steps(place) == [(Rung.PROCESS, Part.GATE)]


@needs_systemd
@pytest.mark.timeout(900)
def test_a_gpu_that_is_lost_three_times_gives_way_to_the_next_backend(place: Path) -> None:
    with managed(child("gpu", place), RELEASE, place) as manager:
        manager.wait(lambda: " loaded onnxruntime 1" in told(place), longer_s=60.0)
        manager.wait(lambda: serves(manager))
        lives = told(place).count(" began")
        time.sleep(3.0)
        alive = manager.show("ActiveState")
    times = [
        float(line.split()[0]) for line in told(place).splitlines() if " lost" in line or "ime 1" in line
    ]
    print(f"the next backend serves {times[-1] - times[0]:.1f} s after the first loss")

    assert (lives, alive) == (4, "active")
    assert steps(place) == [(Rung.PROCESS, Part.EYES)] * 3
