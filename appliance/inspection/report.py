"""What a check saw on this board, how grave it is, and what mends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..faults import Effect, GateFault
from ..words import Word


class Level(Word):
    FINE = "fine"
    WASTE = "waste"
    """It works, and the board could do better."""
    WARN = "warn"
    """It works, and somebody should know."""
    WRONG = "wrong"
    """Not fit for a gate."""


@dataclass(frozen=True, slots=True)
class Report:
    """One thing seen. `remedy` is empty where there is nothing to mend."""

    part: str
    text: str
    level: Level = Level.FINE
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.text} {self.remedy}".rstrip()


Reports = Iterator[Report]


def fine(part: str, text: str) -> Report:
    return Report(part, text)


def waste(part: str, text: str, remedy: str) -> Report:
    return Report(part, text, Level.WASTE, remedy)


def warn(part: str, text: str, remedy: str) -> Report:
    return Report(part, text, Level.WARN, remedy)


def wrong(part: str, text: str, remedy: str) -> Report:
    return Report(part, text, Level.WRONG, remedy)


def of_fault(part: str, fault: GateFault) -> Report:
    """A fault as a report, as grave as its effect."""
    level = Level.WARN if fault.effect is Effect.WARN else Level.WRONG
    return Report(part, str(fault).removesuffix(fault.remedy).rstrip(), level, fault.remedy)
