"""The units as systemd itself judges them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.house.tree import ROOT

UNITS = ROOT / "etc" / "systemd"
UPDATES = ROOT / "ota" / "systemd"
MOST_EXPOSED = 2.5
"""Of 10, as `systemd-analyze security` counts it: below 2.5 for what talks to cameras and moves a barrier."""

ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="no systemd-analyze here to ask")


def exposure(unit: Path) -> float:
    command = (ANALYZE or "", "security", "--offline=true", "--no-pager", str(unit))
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(re.findall(r"exposure level for \S+: ([\d.]+)", told)[0])


@needs_systemd
def test_the_gate_s_unit_is_hardened() -> None:
    assert exposure(UNITS / "gatehouse.service") < MOST_EXPOSED


@needs_systemd
def test_a_unit_without_hardening_is_found(tmp_path: Path) -> None:
    unit = tmp_path / "bare.service"
    unit.write_text("[Service]\nExecStart=/bin/true\n")

    assert exposure(unit) > MOST_EXPOSED


def test_what_the_image_enables_of_ours_exists() -> None:
    listed = (ROOT / "image-build" / "lists" / "units").read_text().splitlines()
    ours = {name for name in listed if name.startswith("gatehouse")}

    assert ours
    assert ours - {path.name for folder in (UNITS, UPDATES) for path in folder.iterdir()} == set()
