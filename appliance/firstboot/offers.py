"""The files that the owner leaves on the card: looked at, taken when good, refused with the reason.

A file is looked at again only when it has changed, so that what the owner later sets elsewhere stays.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..durable import replace
from ..faults import ConfigFault
from .places import Places
from .wifi import wpa_supplicant

CONFIGURATION, WIFI, SSH = "gatehouse.toml", "wifi.toml", "authorized_keys"
_SSH_KINDS = r"ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+|sk-\S+@openssh\.com"
_SSH_KEY = re.compile(rf"({_SSH_KINDS}) [A-Za-z0-9+/]+={{0,3}}( .*)?")
_LARGEST = 256 * 1024
"""Larger than any of these files can sensibly be; what is larger was not meant for us."""

Examine = Callable[[Path], bytes]
"""What is to be kept of an offered file. Raises ConfigFault when it cannot be used."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One kind of file that may lie on the card."""

    name: str
    kept_at: Path
    examine: Examine
    mode: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the files: names that were taken, and a line for each mistake in the others."""

    taken: tuple[str, ...]
    refused: tuple[str, ...]


def offers(places: Places, check: Callable[[Path], None]) -> tuple[Offer, ...]:
    """What the owner may leave. `check` raises ConfigFault when a gatehouse.toml may not be armed."""

    def configuration(path: Path) -> bytes:
        check(path)
        return path.read_bytes()

    return (
        Offer(CONFIGURATION, places.owner / CONFIGURATION, configuration, 0o644),
        Offer(WIFI, places.system / "wpa_supplicant.conf", lambda path: wpa_supplicant(path).encode(), 0o600),
        Offer(SSH, places.system / "ssh" / SSH, ssh_keys, 0o600),
    )


def mark_of(name: str, places: Places) -> Path:
    """Where the seal of the file of this name that was taken last is kept."""
    return places.system / f"taken_{name}"


def unchanged(places: Places) -> tuple[str, ...]:
    """Names of the files that lie on the card as they were taken. One that cannot be read has not changed."""
    return tuple(name for name in (CONFIGURATION, WIFI, SSH) if _is_unchanged(name, places))


def is_new(name: str, places: Places) -> bool:
    """Whether a file of this name and a sensible size lies on the card, other than as it was taken.

    Raises OSError.
    """
    path = places.card / name
    return path.is_file() and path.stat().st_size <= _LARGEST and name not in unchanged(places)


def take(offered: tuple[Offer, ...], places: Places) -> Outcome:
    """Look at what lies on the card. A refused file changes nothing of what was kept before."""
    taken, refused = [], []
    for offer in offered:
        try:
            if _take(offer, places):
                taken.append(offer.name)
        except ConfigFault as fault:
            refused.extend(fault.detail.splitlines())
        except OSError as error:
            refused.append(f"{offer.name}: {error.strerror or error}. Write the file to the card again.")
    return Outcome(tuple(taken), tuple(refused))


def ssh_keys(path: Path) -> bytes:
    """The public keys of an authorized_keys file. Raises ConfigFault at a line that is none."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except UnicodeDecodeError as error:
        raise ConfigFault(f"{path}: is not UTF-8 text. Save it as plain text.") from error
    keys = [line for line in lines if line and not line.startswith("#")]
    for number, line in enumerate(lines, 1):
        if line in keys and not _SSH_KEY.fullmatch(line):
            raise ConfigFault(f"{path}: line {number} is no public SSH key. Copy id_ed25519.pub.")
    return "".join(f"{key}\n" for key in keys).encode()


def _is_unchanged(name: str, places: Places) -> bool:
    path, mark = places.card / name, mark_of(name, places)
    try:
        if not path.is_file() or not mark.is_file():
            return False
        return path.stat().st_size <= _LARGEST and _seal(path) == mark.read_bytes()
    except OSError:
        return True


def _take(offer: Offer, places: Places) -> bool:
    path = places.card / offer.name
    if not path.is_file():
        return False
    if path.stat().st_size > _LARGEST:
        raise ConfigFault(f"{path}: is larger than {_LARGEST // 1024} KiB. Is it the right file?")
    seal, mark = _seal(path), mark_of(offer.name, places)
    if mark.is_file() and mark.read_bytes() == seal:
        return False
    replace(offer.kept_at, offer.examine(path))
    offer.kept_at.chmod(offer.mode)
    replace(mark, seal)
    return True


def _seal(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).hexdigest().encode()
