"""What an update needs of the board around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .base import Kind, Version
from .health import Facts


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a trial may take to prove itself, and how long all must hold on end."""

    limit_s: float
    settle_s: float


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the updater cannot do by itself. `busy` says why nothing may be touched now, empty where it may.

    `facts` are what the gate has shown in this `boot` since a monotonic moment, in microseconds.
    `restart_board` and `restart_gate` ask for it and return; `prove` asks for the proof once the gate is up.
    """

    family: str
    versions: Mapping[Kind, Version]
    busy: Callable[[], str]
    boot: str
    facts: Callable[[int], Facts]
    restart_board: Callable[[], object]
    restart_gate: Callable[[], object]
    prove: Callable[[], object]
    sleep: Callable[[float], object]
    work: Path
    """Where bundles are unpacked: on the data partition, as memory is short."""
