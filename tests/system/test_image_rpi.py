"""The Raspberry Pi's recipe asks apt itself: sources, signatures and packages, from archives that stand in.

Nothing is unpacked (mmdebstrap --simulate): what is looked at is what would be installed, and from where.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .vendor_archive import KERNEL, debian_packages, publish, vendor_packages

BUILD = Path(__file__).parents[2] / "image-build"
NEEDED = ("mmdebstrap", "arch-test", "depmod", "dpkg-deb", "dpkg-divert", "gpg", "openssl")
LISTS = (BUILD / "lists" / "common", BUILD / "lists" / "rpi")
missing = [tool for tool in NEEDED if shutil.which(tool) is None]
pytestmark = [
    pytest.mark.skipif(bool(missing or os.geteuid()), reason=f"needs root and {' '.join(missing or NEEDED)}"),
    pytest.mark.timeout(600),
]


@dataclass(frozen=True, slots=True)
class Archives:
    """Where both archives lie, and whose signatures they bear."""

    debian: Path
    vendor: Path

    def source(self, place: Path) -> str:
        return f"copy:{place}/archive"

    def build(self, place: Path, keyring: Path) -> subprocess.CompletedProcess[str]:
        """base.sh, whose mmdebstrap only says what it would do; its log is `place`/cache/*.log."""
        tools = place / "tools"
        tools.mkdir()
        (tools / "mmdebstrap").write_text(f'#!/bin/sh\nexec {shutil.which("mmdebstrap")} --simulate "$@"\n')
        (tools / "mmdebstrap").chmod(0o755)
        debian = f"[signed-by={self.debian / 'keyring.gpg'}] {self.source(self.debian)}"
        surroundings = {
            **os.environ,
            "PATH": f"{tools}:{os.environ['PATH']}",
            "BOARD": "rpi",
            "IMAGE_CACHE": str(place / "cache"),
            "IMAGE_OUT": str(place / "out"),
            "MIRROR": debian,
            "SECURITY_MIRROR": debian,
            "VENDOR_MIRROR": self.source(self.vendor),
            "VENDOR_KEYRING": str(keyring),
        }
        return subprocess.run(
            [str(BUILD / "base.sh")], env=surroundings, capture_output=True, text=True, check=False
        )


@pytest.fixture(scope="module")
def archives() -> Iterator[Archives]:
    with tempfile.TemporaryDirectory() as folder:
        debian, vendor = Path(folder, "debian"), Path(folder, "vendor")
        for place in (debian, vendor):
            place.mkdir()
        # apt checks signatures as a user who may read next to nothing.
        Path(folder).chmod(0o755)
        publish(debian_packages(LISTS), debian, ("trixie", "trixie-updates", "trixie-security"))
        publish(vendor_packages(), vendor)
        yield Archives(debian, vendor)


def log(place: Path) -> str:
    (path,) = (place / "cache").glob("*.log")
    return path.read_text()


def test_kernels_firmware_and_cameras_are_the_vendor_s(archives: Archives, tmp_path: Path) -> None:
    archives.build(tmp_path, archives.vendor / "keyring.gpg")

    chosen = dict(re.findall(r"^Inst (\S+) \((\S+)", log(tmp_path), re.MULTILINE))
    theirs = {package.name: package.version for package in vendor_packages()}
    assert {name: chosen.get(name) for name in theirs} == theirs
    assert {f"linux-image-{KERNEL}-v8", f"linux-image-{KERNEL}-2712", "wpasupplicant"} <= set(chosen)


def test_packages_that_another_key_has_signed_are_not_taken(archives: Archives, tmp_path: Path) -> None:
    refused = archives.build(tmp_path, archives.debian / "keyring.gpg")

    assert refused.returncode == 1
    assert f"{archives.source(archives.vendor)} trixie InRelease' is not signed" in log(tmp_path)
    assert f"{archives.source(archives.debian)} trixie InRelease' is not signed" not in log(tmp_path)
