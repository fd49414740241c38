"""Python's garbage collector, kept from stopping the gate: what is there for good is not searched.

A full collection of a gate with its nets loaded looks at 64 000 objects and holds the interpreter's lock, and
so every thread, the machine's too, for 35 ms on a desktop. Frozen, it takes 0.3 ms: docs/hardware/power.md.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pauses:
    """Collections since the last freeze: how many, and how long the longest held everybody, in seconds."""

    count: int = 0
    longest_s: float = 0.0
    frozen: int = 0
    """Objects that are not searched any more."""


class Garbage:
    """Freezes what is there when the gate is up, and again when it sees; then takes the time of collections.

    The interpreter has one collector: one of these a process.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._begun_s = 0.0
        self._pauses = Pauses()

    def begin(self) -> None:
        """Freeze what the libraries brought."""
        gc.freeze()
        gc.callbacks.append(self._note)

    def settle(self) -> None:
        """Freeze what has come since, nets above all.

        Nothing is collected before: that would be the pause itself, and one object of a hundred is garbage.
        """
        gc.freeze()
        self._pauses = Pauses(frozen=gc.get_freeze_count())

    def end(self) -> None:
        """As Python has it. May be called twice."""
        if self._note in gc.callbacks:
            gc.callbacks.remove(self._note)
            gc.unfreeze()

    @property
    def pauses(self) -> Pauses:
        return self._pauses

    def _note(self, phase: str, info: dict[str, int]) -> None:
        now_s = self._monotonic()
        if phase == "start":
            self._begun_s = now_s
            return
        known = self._pauses
        longest_s = max(known.longest_s, now_s - self._begun_s)
        self._pauses = Pauses(known.count + 1, longest_s, known.frozen)
