"""The order of an image's build, with steps that only note that they ran."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.house.tree import ROOT

LONG_S = 600
"""What a step lasts that must be ended; the test gives up earlier."""


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "image-build" / "make-image.sh", tmp_path)
    for name in ("host", "app", "base", "rootfs", "disk"):
        step(tmp_path, name, f"echo {name} >> {tmp_path}/ran")
    return tmp_path


def step(folder: Path, name: str, script: str) -> None:
    program = folder / f"{name}.sh"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def make(folder: Path) -> tuple[int, list[str]]:
    """Return code and steps that ran; waits for the last process that holds the output."""
    done = subprocess.run(
        (folder / "make-image.sh",), capture_output=True, text=True, timeout=LONG_S / 5, check=False
    )
    ran = folder / "ran"
    return done.returncode, ran.read_text().split() if ran.exists() else []


def test_the_computer_is_looked_at_first_and_the_disk_comes_last(steps: Path) -> None:
    code, ran = make(steps)

    assert (code, sorted(ran[1:3])) == (0, ["app", "base"])
    assert (ran[0], ran[3:]) == ("host", ["rootfs", "disk"])


def test_on_a_computer_that_cannot_build_nothing_is_begun(steps: Path) -> None:
    step(steps, "host", "exit 2")

    assert make(steps) == (2, [])


def test_a_base_that_fails_ends_what_was_begun_beside_it(steps: Path) -> None:
    os.mkfifo(steps / "begun")
    step(steps, "app", f"echo begun > {steps}/begun; sleep {LONG_S}; echo app >> {steps}/ran")
    step(steps, "base", f"cat {steps}/begun > /dev/null; exit 1")

    assert make(steps) == (1, ["host"])


def test_an_appliance_that_fails_gives_no_image(steps: Path) -> None:
    step(steps, "app", "exit 3")

    assert make(steps) == (3, ["host", "base"])
