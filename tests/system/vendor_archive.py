"""Signed apt archives with the names of a Pi's vendor and of Debian, and next to nothing in their packages.

The vendor's own cannot be reached from where the tests run. What lies where in a package is as in his:
/boot/vmlinuz-VERSION, device trees and overlays below /usr/lib/linux-image-VERSION, firmware in
/usr/lib/raspi-firmware.
"""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SUITE = "trixie"
COMPONENTS = ("main", "non-free-firmware")
KERNEL = "6.12.47+rpt-rpi"
BUILT_IN = (
    "sdhci-iproc",
    "sdhci-brcmstb",
    "mmc_block",
    "nvme",
    "crc32c_generic",
    "ext4",
    "squashfs",
    "overlay",
)


@dataclass(frozen=True, slots=True)
class Package:
    """A binary package; `files` maps a path in the root to its text."""

    name: str
    version: str = "1:20251001-1+rpt1"
    depends: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    essential: bool = False

    def control(self) -> str:
        depends = f"Depends: {self.depends}\n" if self.depends else ""
        essential = "Essential: yes\n" if self.essential else ""
        return (
            f"Package: {self.name}\nVersion: {self.version}\nArchitecture: arm64\n{depends}{essential}"
            "Maintainer: Nobody <nobody@example.org>\nDescription: stands in for the vendor's\n"
        )


def vendor_packages() -> tuple[Package, ...]:
    """What `lists/rpi` names of the vendor's, and what that pulls in."""
    firmware = {f"usr/lib/raspi-firmware/{name}": name for name in ("start4.elf", "fixup4.dat")}
    return (
        *_kernel("v8", "bcm2711-rpi-4-b"),
        *_kernel("2712", "bcm2712-rpi-5-b"),
        Package("raspi-firmware", files=firmware),
        Package("firmware-brcm80211", files={"usr/lib/firmware/brcm/brcmfmac43455-sdio.bin": "radio"}),
        Package("python3-libcamera", "9:0.5", "python3", {"usr/share/libcamera/ipa": "pisp"}),
        Package("python3-picamera2", "9:0.3", "python3-libcamera, python3-numpy"),
    )


def _kernel(flavour: str, board: str) -> tuple[Package, ...]:
    version = f"{KERNEL}-{flavour}"
    modules = f"usr/lib/modules/{version}"
    built_in = "".join(f"kernel/fs/{name}.ko\n" for name in (*BUILT_IN, "dm-verity"))
    trees = f"usr/lib/linux-image-{version}"
    files = {
        f"boot/vmlinuz-{version}": f"kernel {version}",
        f"{modules}/modules.builtin": built_in,
        f"{modules}/modules.order": "",
        f"{modules}/kernel/sound/loud.ko": "",
        f"{trees}/broadcom/{board}.dtb": board,
        f"{trees}/overlays/disable-bt.dtbo": "overlay",
    }
    image = Package(f"linux-image-{version}", "1:6.12.47-1+rpt1", files=files)
    return image, Package(f"linux-image-rpi-{flavour}", image.version, image.name)


def debian_packages(lists: Sequence[Path]) -> tuple[Package, ...]:
    """What the lists name of Debian's, and the one essential package without which there is no system."""
    lines = [line.split("#")[0].strip() for path in lists for line in path.read_text().splitlines()]
    vendors = {package.name for package in vendor_packages()}
    names = {*lines, "python3-numpy", "apt"} - vendors - {""}
    essential = Package("base-files", "13", essential=True)
    return essential, *(Package(name, "1") for name in sorted(names))


def publish(packages: Sequence[Package], place: Path, suites: Sequence[str] = (SUITE,)) -> Path:
    """Write the archive to `place / "archive"`, signed by a key made for it; returns the keyring.

    Every suite and each of its components holds all of the packages.
    """
    archive = place / "archive"
    index = "\n".join(_stored(package, archive, place / "tree") for package in packages)
    seal = hashlib.sha256(index.encode()).hexdigest()
    sign = _signer(place)
    for suite in suites:
        dist = archive / "dists" / suite
        listed = [f"{component}/binary-arm64/Packages" for component in COMPONENTS]
        for name in listed:
            (dist / name).parent.mkdir(parents=True)
            (dist / name).write_text(index)
        hashes = "".join(f" {seal} {len(index.encode())} {name}\n" for name in listed)
        (dist / "Release").write_text(
            f"Origin: Stand-in\nSuite: {suite}\nCodename: {suite}\nArchitectures: arm64\n"
            f"Components: {' '.join(COMPONENTS)}\nDate: Sat, 01 Nov 2025 00:00:00 UTC\nSHA256:\n{hashes}"
        )
        sign(dist / "Release")
    return place / "keyring.gpg"


def _stored(package: Package, archive: Path, tree: Path) -> str:
    """Builds the package into the archive's pool; its paragraph of the index."""
    root = tree / package.name
    for name, text in package.files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "DEBIAN").mkdir(parents=True)
    (root / "DEBIAN" / "control").write_text(package.control())
    pool = Path("pool") / f"{package.name}.deb"
    (archive / "pool").mkdir(parents=True, exist_ok=True)
    build = ("dpkg-deb", "--root-owner-group", "-Zgzip", "--build", str(root), str(archive / pool))
    subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
    bits = (archive / pool).read_bytes()
    seal = hashlib.sha256(bits).hexdigest()
    return f"{package.control()}Filename: {pool}\nSize: {len(bits)}\nSHA256: {seal}\n"


def _signer(place: Path) -> Callable[[Path], None]:
    """Makes a key and its keyring; signs Release files."""
    home = place / "gnupg"
    home.mkdir(mode=0o700)
    unlocked = ("--pinentry-mode", "loopback", "--passphrase", "")
    gpg = ("gpg", "--homedir", str(home), "--batch", "--quiet", *unlocked)
    make = [*gpg, "--quick-generate-key", "Stand-in", "ed25519", "sign"]
    subprocess.run(make, check=True, capture_output=True)
    subprocess.run([*gpg, "--output", str(place / "keyring.gpg"), "--export"], check=True)

    def sign(release: Path) -> None:
        signed = ("--output", str(release.with_name("InRelease")), "--clearsign", str(release))
        subprocess.run([*gpg, *signed], check=True)

    return sign
