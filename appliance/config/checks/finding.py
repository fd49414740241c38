"""What a check finds, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from ...words import Word


class Severity(Word):
    ERROR = "error"
    """The gate does not start with it."""
    WARN = "warn"
    """It works, and somebody should know."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: the path of the key that mends it, what is wrong, and the remedy.

    `mirror` tells the same from the other key, where either one may be mended.
    """

    severity: Severity
    key: str
    sentence: str
    remedy: str
    mirror: Finding | None = None

    def __str__(self) -> str:
        return f"{self.key}: {self.sentence} {self.remedy}"


def error(key: str, sentence: str, remedy: str) -> Finding:
    return Finding(Severity.ERROR, key, sentence, remedy)


def warn(key: str, sentence: str, remedy: str) -> Finding:
    return Finding(Severity.WARN, key, sentence, remedy)
