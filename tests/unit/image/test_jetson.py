"""The Jetson installer on a folder that looks like NVIDIA's root, with tools that only note their orders."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.unit.house.tree import ROOT

INSTALL = ROOT / "image-build" / "jetson" / "install.sh"
RELEASE = "# R36 (release), REVISION: 4.3, GCID: 38968081, BOARD: generic, EABI: aarch64\n"
LEVEL = "sys/firmware/efi/efivars/RootfsRedundancyLevel-781e084c-a330-417c-b678-38e696380cb9"
DROP_IN = "etc/systemd/system/gatehouse.service.d/50-jetson.conf"
FIELDS = 'case $3 in Package) echo gatehouse ;; *) echo "$DEB_VERSION" ;; esac'


@dataclass
class Rig:
    """A root, a package, and the commands that were given."""

    place: Path
    version: str = "2.0~ubuntu22.04"

    @property
    def root(self) -> Path:
        return self.place / "rootfs"

    def put(self, name: str, content: bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def tool(self, name: str, script: str) -> None:
        path = self.place / "tools" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def install(self, *options: str) -> subprocess.CompletedProcess[str]:
        search = f"{self.place / 'tools'}:{os.environ['PATH']}"
        return subprocess.run(
            [str(INSTALL), "--root", str(self.root), *options, str(self.place / "gatehouse.deb")],
            env={**os.environ, "PATH": search, "DEB_VERSION": self.version},
            capture_output=True,
            text=True,
            check=False,
        )

    def told(self) -> list[str]:
        log = self.place / "told"
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    rig = Rig(tmp_path)
    rig.put("etc/nv_tegra_release", RELEASE.encode())
    rig.put("usr/sbin/nvbootctrl", b"").chmod(0o755)
    (tmp_path / "gatehouse.deb").write_bytes(b"a package")
    for name in ("chroot", "systemctl"):
        rig.tool(name, f'echo "{name} $*" >> {tmp_path}/told')
    rig.tool("dpkg-deb", FIELDS)
    rig.tool("id", "echo 0")
    return rig


def test_the_package_is_installed_and_nvidia_s_own_verdict_is_masked(rig: Rig) -> None:
    done = rig.install()

    assert done.returncode == 0, done.stderr
    assert rig.told() == [
        f"systemctl --root={rig.root} mask nv-l4t-bootloader-config.service",
        f"chroot {rig.root} apt-get install --yes --no-install-recommends /var/cache/gatehouse.deb",
    ]
    assert (rig.root / DROP_IN).is_file()
    assert not (rig.root / "var/cache/gatehouse.deb").exists()


def test_a_second_time_ends_as_the_first(rig: Rig) -> None:
    rig.install()
    first = sorted(path for path in rig.root.rglob("*") if path.is_file())

    assert rig.install().returncode == 0
    assert sorted(path for path in rig.root.rglob("*") if path.is_file()) == first


def test_a_dry_run_does_nothing_and_says_what_it_would(rig: Rig) -> None:
    before = sorted(rig.root.rglob("*"))

    done = rig.install("--dry-run")
    assert (done.returncode, rig.told(), sorted(rig.root.rglob("*"))) == (0, [], before)
    assert done.stdout.count("would: ") == 5


def test_a_board_that_has_one_root_keeps_nvidia_s_service(rig: Rig) -> None:
    rig.put(LEVEL, bytes((7, 0, 0, 0, 0, 0, 0, 0)))

    assert rig.install("--one-root").returncode == 0
    assert [line.split()[0] for line in rig.told()] == ["chroot"]


def test_bundles_are_trusted_by_the_owner_s_keyring(rig: Rig) -> None:
    rig.put(LEVEL, bytes((7, 0, 0, 0, 1, 0, 0, 0)))
    (rig.place / "keyring.pem").write_text("keys")

    assert rig.install("--keyring", str(rig.place / "keyring.pem")).returncode == 0
    assert (rig.root / "etc/rauc/keyring.pem").read_text() == "keys"
    assert "by-partlabel/APP_b" in (rig.root / "etc/rauc/system.conf").read_text()
    assert rig.told()[-1].endswith("enable gatehouse-ota-proof.service gatehouse-ota-poll.timer")


@pytest.mark.parametrize(
    ("release", "remedy"),
    [
        (None, "name it with --root"),
        ("# no such thing\n", "flash JetPack 6.1"),
        (
            RELEASE.replace("REVISION: 4.3", "REVISION: 3.0"),
            "Jetson Linux 36.3.0 is too old; flash JetPack 6.1",
        ),
        (RELEASE.replace("R36", "R35"), "too old"),
    ],
)
def test_a_root_that_does_not_fit_is_refused(rig: Rig, release: str | None, remedy: str) -> None:
    (rig.root / "etc/nv_tegra_release").unlink()
    if release is not None:
        rig.put("etc/nv_tegra_release", release.encode())

    refused(rig, remedy)


def test_a_package_for_another_system_is_refused(rig: Rig) -> None:
    rig.version = "2.0~deb13"

    refused(rig, "~ubuntu22.04_arm64.deb")


def test_a_board_that_was_flashed_for_one_root_is_refused(rig: Rig) -> None:
    rig.put(LEVEL, bytes((7, 0, 0, 0, 0, 0, 0, 0)))

    refused(rig, "flash it with ROOTFS_AB=1, or say --one-root")


def test_a_root_without_nvidia_s_tools_is_refused(rig: Rig) -> None:
    (rig.root / "usr/sbin/nvbootctrl").unlink()

    refused(rig, "install nvidia-l4t-tools")


@pytest.mark.parametrize(
    ("options", "remedy"),
    [
        (("--keyring", "/nowhere"), "ota/keys.sh keyring"),
        (("--power-mode", "0"), "leave out --power-mode"),
        (("--one-root", "--keyring", str(INSTALL)), "leave out --keyring or --one-root"),
    ],
)
def test_options_that_contradict_are_refused(rig: Rig, options: tuple[str, ...], remedy: str) -> None:
    refused(rig, remedy, *options)


def refused(rig: Rig, remedy: str, *options: str) -> None:
    """With one line and the remedy, and nothing was done."""
    done = rig.install(*options)

    assert (done.returncode, rig.told()) == (2, [])
    assert done.stderr.count("\n") == 1
    assert remedy in done.stderr
