"""Why RAUC did not install, found where it says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.faults import BundleRefused
from appliance.update.base import Bundle, Kind, Version
from appliance.update.rauc import Ran, RaucInstaller


def test_why_an_install_failed_is_found_among_its_progress(tmp_path: Path) -> None:
    why = "LastError: Installation error: Failed to copy data: Error reading from file: Input/output error"
    ran = Ran(1, f"100% Installing failed.\n{why}\n", "Installing `x` failed\n")
    bundle = Bundle(tmp_path / "x", Kind.SYSTEM, "gatehouse-rpi", Version.parse("1"))

    with pytest.raises(BundleRefused, match="changed on the way: LastError"):
        RaucInstaller(Path("system.conf"), lambda words, hear: ran).install(bundle, lambda *_: None)
