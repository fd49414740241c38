"""What no single key can say: the checks across keys, each with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from ..words import Word
from .schema import Config


class Severity(Word):
    ERROR = "error"
    """The gate does not arm with it."""
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the checks found, by the path of the key that mends it."""

    severity: Severity
    key: str
    sentence: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.key}: {self.sentence} {self.remedy}"


def examine(config: Config, regions: Collection[str] | None = None) -> tuple[Finding, ...]:
    """Everything that the keys contradict each other in, in the order of the table."""
    return ()
