"""What signed updates need on this board: whom it trusts, and nothing half done."""

from __future__ import annotations

import configparser
from pathlib import Path

from .report import Reports, fine, warn, wrong
from .site import Site

PART = "updates"
_CERTIFICATE = "-----BEGIN CERTIFICATE-----"
_INSTALL = "ota/README.md tells what an image or a package installs."


def trusted(site: Site, rauc: Path) -> Reports:
    """Whose bundles it takes, as RAUC's configuration `rauc` says."""
    settings = configparser.ConfigParser(interpolation=None, strict=False)
    text = site.text(str(rauc).lstrip("/"))
    if not text:
        yield fine(PART, f"no {rauc}: this board takes no bundles")
        return
    try:
        settings.read_string(text)
        keyring = settings["keyring"]["path"]
    except (configparser.Error, KeyError):
        yield wrong(PART, f"{rauc} names no keyring: every bundle is refused.", _INSTALL)
        return
    count = site.text(keyring.lstrip("/")).count(_CERTIFICATE)
    if count:
        yield fine(PART, f"bundles of {count} CA{'s' * (count > 1)} are taken ({keyring})")
    else:
        yield wrong(PART, f"{keyring} holds no certificate: every bundle is refused.", _INSTALL)


def slots(told: str) -> Reports:
    """`told` says of each slot how it stands."""
    yield fine(PART, told)


def pending(update: str) -> Reports:
    """`update` names the one that has neither proved itself nor gone back, empty where there is none."""
    if update:
        remedy = "See `gatehouse ota status`; what is only installed waits for `gatehouse ota restart`."
        yield warn(PART, f"{update}: until then no other is taken.", remedy)
