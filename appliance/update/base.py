"""What an update is, the slots it goes to, and the contracts of those who switch and install."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..words import Word

Progress = Callable[[float, str], object]
"""Told a share from 0 to 1 and what is being done."""


class Kind(Word):
    """What a bundle replaces."""

    SYSTEM = "system"
    """The whole root, in the other slot; a restart tries it."""
    APPLICATION = "application"
    """Gatehouse itself, where it is installed apart from the root; a start of the gate tries it."""
    MODELS = "models"
    """Nets; a start of the gate tries them."""


class Slot(Word):
    A = "a"
    B = "b"

    @property
    def other(self) -> Slot:
        return Slot.B if self is Slot.A else Slot.A

    @property
    def bootname(self) -> str:
        """The slot's name in RAUC's configuration."""
        return self.value.upper()


class SlotState(Word):
    GOOD = "good"
    """The gate has worked in it."""
    BAD = "bad"
    """Being written, on trial, or failed."""


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """Numbers, compared one by one, then a word of what comes before that release: 2.1.0rc1 < 2.1."""

    numbers: tuple[int, ...]
    final: bool
    stage: tuple[str, int]
    text: str = field(compare=False)

    @classmethod
    def parse(cls, text: str) -> Version:
        """From 1.4, 2026.11.3 or 2.0rc1. Raises ValueError."""
        found = re.fullmatch(r"v?(\d{1,9}(?:\.\d{1,9}){0,4})(?:[-~.]?(a|b|rc)\.?(\d{1,6}))?", text.strip())
        if found is None:
            raise ValueError(f'"{text}" is no version such as 1.4, 2026.11.3 or 2.0rc1')
        numbers = [int(number) for number in found[1].split(".")]
        while len(numbers) > 1 and not numbers[-1]:
            numbers.pop()
        return cls(tuple(numbers), found[2] is None, (found[2] or "", int(found[3] or 0)), text.strip())

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Bundle:
    """A signed update, its signature verified. `compatible` is what its maker says it is for."""

    path: Path
    kind: Kind
    compatible: str
    version: Version
    description: str = ""


class BaseSlots(ABC):
    """Two boot slots. Each method raises SlotsUnusable.

    A slot that is made primary is tried: unless it is marked good while it runs, the board comes back to the
    slot that was good before, whatever ends the trial.
    """

    @abstractmethod
    def current(self) -> Slot:
        """The slot that runs."""

    @abstractmethod
    def committed(self) -> Slot:
        """The slot that proved itself last; where no slot has yet, the one that runs."""

    @abstractmethod
    def primary(self) -> Slot:
        """The slot that an orderly restart boots."""

    @abstractmethod
    def set_primary(self, slot: Slot) -> None:
        """Let the next orderly restart boot `slot`; the other's name takes back what was asked for before."""

    @abstractmethod
    def state(self, slot: Slot) -> SlotState: ...

    @abstractmethod
    def set_state(self, slot: Slot, state: SlotState) -> None:
        """Good: the slot that runs has proved itself, and every boot from now on is into it.

        Bad: the slot may not be booted, and is not the next one. Refused for what is not running (good), and
        for the one slot that the board can fall back to (bad).
        """

    @property
    def on_trial(self) -> bool:
        """The slot that runs has not proved itself; the other one is what the board falls back to."""
        return self.state(self.current()) is SlotState.BAD


class BaseInstaller(ABC):
    """Verifies bundles, and writes them where they go."""

    @abstractmethod
    def inspect(self, path: Path) -> Bundle:
        """Read a bundle whose signature a key of this board vouches for. Raises BundleRefused."""

    @abstractmethod
    def install(self, bundle: Bundle, progress: Progress) -> None:
        """Write a system to the slot that does not run, and make it primary.

        Raises BundleRefused, InstallFailed.
        """

    @abstractmethod
    def unpack(self, bundle: Bundle, folder: Path) -> None:
        """Every file of the bundle, verified, into a folder that does not exist. Raises as `install`."""
