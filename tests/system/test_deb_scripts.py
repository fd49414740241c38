"""The package's script before an upgrade waits for a vehicle, and then refuses (law 14). Tools only note."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from .systemd_rig import no_systemd

PRERM = Path(__file__).parents[2] / "image-build" / "deb" / "prerm"
OWN_RUN = f"mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && exec sh {PRERM} $1 9.9"
SYSTEMCTL = '[ "$1" != is-active ] || exit $INACTIVE; echo "$STATUS"'
pytestmark = pytest.mark.skipif(bool(no_systemd()), reason=no_systemd() or "mounts work")


def prerm(place: Path, what: str, status: str, inactive: int = 0) -> tuple[int, list[str]]:
    """Its exit code, and what was done, each word a tool."""
    scripts = {"systemctl": SYSTEMCTL, "deb-systemd-invoke": f"echo stop >> {place}/told"}
    for name in ("sleep", "find"):
        scripts[name] = f"echo {name} >> {place}/told"
    for name, script in scripts.items():
        (place / name).write_text(f"#!/bin/sh\n{script}\n")
        (place / name).chmod(0o755)
    surroundings = {"PATH": f"{place}:{os.environ['PATH']}", "STATUS": status, "INACTIVE": str(inactive)}
    words = ("unshare", "-m", "--propagation", "private", "sh", "-c", OWN_RUN, "sh", what)
    done = subprocess.run(words, env=surroundings, capture_output=True, check=False)
    told = place / "told"
    return done.returncode, told.read_text().split() if told.exists() else []


def test_a_gate_at_rest_is_ended_before_files_are_exchanged(tmp_path: Path) -> None:
    assert prerm(tmp_path, "upgrade", "idle_roi") == (0, ["stop", "find"])


@pytest.mark.parametrize("state", ["recognize", "actuate"])
def test_an_upgrade_waits_a_minute_for_a_vehicle_and_is_refused(tmp_path: Path, state: str) -> None:
    assert prerm(tmp_path, "upgrade", state) == (1, ["sleep"] * 60)


def test_the_new_package_does_not_push_past_the_old_one_s_refusal(tmp_path: Path) -> None:
    assert prerm(tmp_path, "failed-upgrade", "actuate") == (1, [])


def test_a_gate_that_ended_amid_a_passage_can_be_upgraded(tmp_path: Path) -> None:
    assert prerm(tmp_path, "upgrade", "actuate", inactive=3) == (0, ["stop", "find"])


def test_a_removal_waits_for_nobody(tmp_path: Path) -> None:
    assert prerm(tmp_path, "remove", "actuate") == (0, ["stop", "find"])
