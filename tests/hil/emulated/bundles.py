"""Updates of the image under test, good and bad, on a stick; kept until what goes in changes."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from .machine import STICK_BYTES

ROOT = Path(__file__).resolve().parents[3]
OTA, BUILD = ROOT / "ota", ROOT / "image-build"
KEYS = ROOT / "build" / "keys"
"""Those for development, which an image trusts that was built without other ones."""

GOOD, UNFIT, PANICS, HANGS = "2.0", "2.1", "2.2", "2.3"
"""The versions of the systems that are installed."""
RELEASE = "1.9"
"""That of the application and of the nets."""

_RELEASE = "usr/lib/os-release"
_BROKEN = {
    "etc/systemd/system/gatehouse.service.d/zz-broken.conf": (
        "[Service]\nExecStart=\nExecStart=/bin/false\nExecStopPost=\n"
    )
}
"""A release whose gate dies as soon as it is started."""
_CONFIG = BUILD / "overlay-boot" / "config.txt"
_PATIENCE, _IMPATIENT = "kernel_watchdog_timeout=60", "kernel_watchdog_timeout=15"
"""Of the firmware: what hangs is not to be waited for that long."""
_GOLDEN_TEXT = "4QZT582"
_SMALL = {"boot.img": 1 << 20, "root.img": 8 << 20}
"""What is refused needs no kernel."""


class Works:
    """Makes bundles out of `image`, the folder of a built image (IMAGE_OUT/BOARD), into `folder`."""

    def __init__(self, image: Path, folder: Path) -> None:
        self._image = image
        self._folder = folder
        self._bundles = folder / "bundles"
        self._scratch = folder / "scratch"

    def stick(self) -> Path:
        """All of them on a disk of their own."""
        stick = self._folder / "stick.img"
        if stick.exists():
            return stick
        shutil.rmtree(self._folder, ignore_errors=True)
        for place in (self._bundles, self._scratch):
            place.mkdir(parents=True)
        for make in (self._systems, self._refused, self._harmed, self._releases):
            make()
        part = stick.with_suffix(".part")
        _tool("mke2fs", "-q", "-t", "ext4", "-d", self._bundles, part, f"{STICK_BYTES >> 20}M")
        for place in (self._bundles, self._scratch):
            shutil.rmtree(place)
        return part.rename(stick)

    def _systems(self) -> None:
        """One whose gate works, one whose gate does not; one that panics, one that hangs before systemd."""
        for version, files in ((GOOD, {}), (UNFIT, _BROKEN)):
            sealed = self._root(version, files)
            cmdline = (sealed / "cmdline.txt").read_text()
            self._bundle(version, self._content(version, sealed / "root.img", cmdline))
        small = self._small() / "root.img"
        cmdline = (self._image / "cmdline.txt").read_text()
        # The first program ends at once, or waits for a word on the console that nobody says.
        for version, first in ((PANICS, "/bin/echo"), (HANGS, "/bin/sh")):
            content = self._content(version, small, f"rdinit={first} {cmdline}")
            self._put(content, "config.txt", _CONFIG.read_text().replace(_PATIENCE, _IMPATIENT))
            self._bundle(version, content)

    def _refused(self) -> None:
        small, foreign = self._small(), self._scratch / "foreign"
        _tool(OTA / "keys.sh", "development", foreign)
        self._bundle("foreign", small, keys=foreign)
        self._bundle("revoked", small, signer="revoked")
        self._bundle("jetson", small, board="jetson")
        self._bundle("older", small, version="0.0.1")
        self._bundle("small", small)

    def _harmed(self) -> None:
        whole = self._bundles / "small.raucb"
        data = bytearray(whole.read_bytes())
        (self._bundles / "short.raucb").write_bytes(data[: len(data) // 2])
        # Deep in the payload: found by the tree of hashes, while the slot is being written.
        data[len(data) * 9 // 10] ^= 1
        (self._bundles / "flipped.raucb").write_bytes(data)
        whole.unlink()

    def _releases(self) -> None:
        """This tree's application; its nets, once with a golden frame that says what no net reads in it."""
        misread = self._scratch / "misread"
        shutil.copytree(ROOT / "models", misread)
        reader = misread / "nets" / "reader.toml"
        reader.write_text(reader.read_text().replace(_GOLDEN_TEXT, _GOLDEN_TEXT[::-1]))
        for name, kind, content in (("nets", "models", ROOT / "models"), ("misread", "models", misread)):
            self._bundle(name, content, kind=kind, version=RELEASE)
        _tool(OTA / "make-bundle.sh", "qemu-arm64", "application", KEYS, "dev", VERSION=RELEASE)
        made = ROOT / "build" / "bundles" / f"gatehouse-application-qemu-arm64-{RELEASE}.raucb"
        shutil.move(made, self._bundles / "application.raucb")

    def _bundle(
        self,
        name: str,
        content: Path,
        *,
        kind: str = "system",
        version: str = "",
        board: str = "qemu-arm64",
        keys: Path = KEYS,
        signer: str = "dev",
    ) -> None:
        named = version or (name if name[0].isdigit() else "3.0")
        place = self._bundles / f"{name}.raucb"
        _tool(OTA / "bundle.sh", board, kind, named, content, keys, signer, place)

    def _content(self, name: str, root: Path, cmdline: str) -> Path:
        """The image's own boot partition with another command line, and a root."""
        content = self._scratch / f"{name}.content"
        content.mkdir()
        (content / "root.img").symlink_to(root)
        shutil.copyfile(self._image / "boot.img", content / "boot.img")
        self._put(content, "cmdline.txt", cmdline)
        return content

    def _put(self, content: Path, name: str, text: str) -> None:
        """A file into the boot partition of a content."""
        (content / name).write_text(text)
        _tool("mcopy", "-o", "-i", content / "boot.img", content / name, f"::{name}")

    def _root(self, version: str, files: Mapping[str, str]) -> Path:
        """The image's own root under another version, with files laid over it, sealed."""
        sealed, tree = self._scratch / f"{version}.root", self._image / "root.over"
        sealed.mkdir()
        shutil.rmtree(tree, ignore_errors=True)
        _tool("cp", "-al", self._image / "root", tree)
        known = (self._image / "version").read_text().strip()
        release = (tree / _RELEASE).read_text().replace(f"IMAGE_VERSION={known}", f"IMAGE_VERSION={version}")
        for name, text in {**files, _RELEASE: release}.items():
            # A file of the tree is a second name of the image's own: it is replaced, not written to.
            (tree / name).unlink(missing_ok=True)
            (tree / name).write_text(text)
        _tool(BUILD / "seal.sh", tree, sealed, IMAGE_OUT=self._image.parent, IMAGE_CACHE=self._image.parent)
        shutil.rmtree(tree)
        return sealed

    def _small(self) -> Path:
        place = self._scratch / "small"
        if not place.exists():
            place.mkdir()
            for name, size in _SMALL.items():
                (place / name).write_bytes(random.Random(name).randbytes(size))
        return place


def stick_for(image: Path) -> Path:
    """The stick for a flashable image that lies where it was built. Older ones beside it are removed."""
    built = image.parent / image.stem.removeprefix("gatehouse-")
    sources = (Path(__file__), OTA / "bundle.sh", OTA / "make-bundle.sh", BUILD / "seal.sh")
    inputs = (built / "cmdline.txt", KEYS / "keyring.pem", *sources)
    key = hashlib.sha256(b"".join(one.read_bytes() for one in inputs)).hexdigest()[:16]
    folder = image.parent / f"bundles-{key}"
    for other in image.parent.glob("bundles-*"):
        if other != folder:
            shutil.rmtree(other)
    return Works(built, folder).stick()


def _tool(*words: object, **settings: object) -> None:
    environment = {**os.environ, "MTOOLS_SKIP_CHECK": "1", **{key: str(one) for key, one in settings.items()}}
    done = subprocess.run(
        [str(word) for word in words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    if done.returncode:
        raise RuntimeError(f"{words[0]}: {done.stderr}")
