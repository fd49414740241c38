"""The root file system, and the partition that the record lies on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..faults import DiskFull, RecordFailed
from .report import Report, Reports, fine, warn, waste, wrong
from .site import Site

DISK = "disk"
ROOT = "root"
_FORGETFUL = ("tmpfs", "ramfs", "overlay")
_NO_JOURNAL = ("vfat", "exfat", "msdos", "ext2")
_UNSAFE = {"data=writeback", "nobarrier", "barrier=0"}
_NETWORK = ("nfs", "nfs4", "cifs", "9p", "fuse.sshfs")


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of /proc/mounts."""

    device: str
    place: str
    kind: str
    options: tuple[str, ...]


Loss = tuple[Callable[[Mount], bool], Callable[[str, str, str], Report], str, str]

# When it applies, how grave it is, what is wrong, the remedy; gravest first.
_LOSSES: tuple[Loss, ...] = (
    (
        lambda mount: mount.kind in _FORGETFUL,
        wrong,
        "it is forgotten when the power goes.",
        "Set record.path to a data partition.",
    ),
    (
        lambda mount: mount.kind in _NO_JOURNAL or bool(_UNSAFE & set(mount.options)),
        wrong,
        "what was written does not survive a power cut.",
        "Use ext4 or f2fs with its defaults.",
    ),
    (
        lambda mount: mount.kind in _NETWORK,
        warn,
        "where the network is down, nothing opens.",
        "Set record.path to a data partition of this board.",
    ),
    (
        lambda mount: mount.place == "/",
        warn,
        "when the root file system fills, the whole board stops.",
        "Give the record a partition of its own, mounted at /var/lib/gatehouse.",
    ),
)


def root(site: Site) -> Reports:
    mount = next((m for m in _mounts(site) if m.place == "/"), None)
    if mount is None:
        return
    if mount.kind == "overlay":
        yield fine(ROOT, "an overlay: the card below it stays as it is")
    elif "ro" in mount.options:
        yield fine(ROOT, "read-only")
    else:
        yield warn(
            ROOT,
            "The root file system is writable: a power cut may damage it.",
            "Use the flashed image, or make it an overlay (on a Raspberry Pi: raspi-config, Overlay FS).",
        )


def data(site: Site) -> Reports:
    """Where the record lies: law 10 wants what was written to be there after a power cut."""
    place = existing(site.config.record.path.absolute().parent)
    mount = mount_of(place, _mounts(site))
    if mount is None:
        return
    yield from _lasting(mount)
    yield from _wearing(mount)


def room(site: Site) -> Reports:
    """Raises RecordFailed or DiskFull."""
    settings = site.config.record
    folder = existing(settings.path.absolute().parent)
    if not os.access(folder, os.W_OK):
        raise RecordFailed(f"{folder} cannot be written by this user", part=DISK)
    free_mb = shutil.disk_usage(folder).free // 2**20
    if free_mb < settings.min_free_mb:
        raise DiskFull(f"{free_mb} MB free, {settings.min_free_mb} MB wanted", part=str(folder))
    yield fine(DISK, f"{free_mb} MB free in {folder}")


def existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def mount_of(place: Path, mounts: list[Mount]) -> Mount | None:
    """The innermost mount that holds `place`; of two on one another the later one."""
    holding = [mount for mount in mounts if place.is_relative_to(mount.place)]
    return max(reversed(holding), key=lambda mount: len(mount.place), default=None)


def _mounts(site: Site) -> list[Mount]:
    lines = (line.split() for line in site.text("proc/mounts").splitlines())
    return [Mount(w[0], _plain(w[1]), w[2], tuple(w[3].split(","))) for w in lines if len(w) >= 4]


def _plain(place: str) -> str:
    """The kernel writes a blank in a path as an octal escape."""
    return place.replace("\\040", " ")


def _lasting(mount: Mount) -> Iterator[Report]:
    """The gravest reason why the record may be gone after a power cut, or that there is none."""
    shown = f"{mount.place} ({mount.kind}, {','.join(mount.options)})"
    for applies, make, sentence, remedy in _LOSSES:
        if applies(mount):
            yield make(DISK, f"The record lies on {shown}: {sentence}", remedy)
            return
    yield fine(DISK, f"the record lies on {shown}")


def _wearing(mount: Mount) -> Iterator[Report]:
    if mount.kind in _FORGETFUL:
        return
    if "sync" in mount.options:
        yield waste(
            DISK,
            f"{mount.place} is mounted sync: each byte is written at once, which wears the card.",
            "Remove sync in /etc/fstab; the record asks for durability where it needs it.",
        )
    if not {"noatime", "relatime", "ro"} & set(mount.options):
        yield waste(
            DISK,
            f"{mount.place} notes each read on the card.",
            "Mount it with noatime in /etc/fstab.",
        )
