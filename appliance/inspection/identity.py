"""Which board this is, and whether the profile, the JetPack and the memory fit it."""

from __future__ import annotations

from ..hw.board import GENERIC, SIM
from ..hw.jetpack import read_release
from .report import Reports, fine, warn, wrong
from .site import Site

PART = "board"
NEEDS_MB = 700
"""The gate takes some 300 MB; the system beside it, its caches and an update want as much again."""


def profile(site: Site) -> Reports:
    configured, found = site.config.board, site.board.profile
    if found == GENERIC:
        yield warn(
            PART,
            f"This board is not known: {_said(site)}.",
            'The profile "generic" serves it: nothing moves until you name the pins and set gate.armed.',
        )
    if configured in (found, SIM):
        yield fine(PART, f"{configured}: {_said(site)}" if site.board.model else configured)
    else:
        yield warn(
            PART,
            f'The profile "{configured}" is configured, but this is "{found}" ({_said(site)}).',
            'Set board = "auto".',
        )


def carrier(site: Site) -> Reports:
    if site.board.has_foreign_carrier:
        yield warn(
            PART,
            "This module sits on a carrier board that is not NVIDIA's.",
            "Its header may be routed otherwise: compare each pin of [outputs] and [inputs] with its manual.",
        )


def memory(site: Site) -> Reports:
    board = site.board
    if not board.memory_mb:
        return
    if board.memory_mb < NEEDS_MB:
        remedy = "Take the model with 2 GB or more."
        yield wrong(PART, f"It has {board.memory_mb} MB of memory, {NEEDS_MB} MB are needed.", remedy)
    elif board.profile != SIM:
        yield fine(PART, f"{board.memory_gb} GB of memory")


def jetpack(site: Site) -> Reports:
    if not site.board.is_jetson:
        return
    release = read_release(site.board.tegra_release)
    if release is None:
        yield warn(
            PART,
            "/etc/nv_tegra_release names no release of Jetson Linux.",
            "Without NVIDIA's libraries TensorRT does not serve: flash JetPack 6.1 or later.",
        )
    elif release.too_old:
        yield wrong(
            PART,
            f"Jetson Linux {release.l4t} comes with JetPack {release.version or 'before 6.1'}: its Python or"
            " TensorRT is too old.",
            "Flash JetPack 6.1 (Jetson Linux 36.4) or later.",
        )
    elif not release.version:
        yield warn(
            PART,
            f"Jetson Linux {release.l4t} is newer than any that was looked at.",
            "Let `gatehouse models verify` prove the nets on it before you arm the gate.",
        )
    else:
        ships = f"CUDA {release.cuda}, TensorRT {release.tensorrt}"
        yield fine(PART, f"Jetson Linux {release.l4t} (JetPack {release.version}: {ships})")


def _said(site: Site) -> str:
    board = site.board
    named = board.model or "it names no model"
    return f"{named}; {board.compatible[0]}" if board.compatible else named
