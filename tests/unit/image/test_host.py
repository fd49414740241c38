"""What the building computer lacks is said in one line, and nothing is begun."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

HOST = Path(__file__).parents[3] / "image-build" / "host.sh"
COMPLETE = {
    "id": "echo 0",
    "dpkg-query": "echo installed",
    "arch-test": "exit 0",
    "apt-get": 'echo "apt-get $*" >> "$IMAGE_OUT/asked"',
}


def host(
    work: Path, *words: str, board: str = "qemu-arm64", **programs: str
) -> subprocess.CompletedProcess[str]:
    """Run host.sh on a computer whose programs answer as told."""
    for name, script in {**COMPLETE, **programs}.items():
        program = work / "bin" / name.replace("_", "-")
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    folders = {"IMAGE_CACHE": str(work / "cache"), "IMAGE_OUT": str(work)}
    path = f"{work / 'bin'}:{os.environ['PATH']}"
    environment = {
        **os.environ,
        **folders,
        "MIRROR": "a",
        "SECURITY_MIRROR": "b",
        "PATH": path,
        "BOARD": board,
    }
    return subprocess.run((HOST, *words), env=environment, check=False, capture_output=True, text=True)


def test_a_computer_that_has_everything_is_accepted(tmp_path: Path) -> None:
    done = host(tmp_path)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("programs", "said"),
    [
        ({"id": "echo 1000"}, "image-build: this needs root"),
        ({"dpkg_query": '[ "$3" != mtools ] && echo installed'}, "no-install-recommends mtools\n"),
        (
            {"arch_test": "exit 1", "update_binfmts": "exit 1", "mount": "exit 1"},
            "the kernel does not run arm64 programs",
        ),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, programs: dict[str, str], said: str) -> None:
    done = host(tmp_path, **programs)

    assert done.returncode == 2
    assert said in done.stderr


def test_only_what_is_missing_is_installed_when_asked(tmp_path: Path) -> None:
    done = host(tmp_path, "--install", dpkg_query='[ "$3" != mtools ] && echo installed')

    assert done.returncode == 0
    assert (tmp_path / "asked").read_text().splitlines() == [
        "apt-get update -qq",
        "apt-get install -qq --yes --no-install-recommends mtools",
    ]


def test_a_board_without_an_image_is_told_what_there_is(tmp_path: Path) -> None:
    done = host(tmp_path, board="jetson")

    assert done.returncode == 2
    assert "there are: qemu-arm64 rpi. A Jetson" in done.stderr
    assert "image-build/jetson/install.sh" in done.stderr
