"""The notation of plate formats: a pattern a person can read, compiled once into positions.

In a pattern `9` is a digit, `A` a letter and `*` either. `[ABC]` is one of these characters, `{FL|ZH}`
one of these words, and what stands in `( )` may be missing. Blanks only group. A preset may give
further capital letters a meaning of its own, or narrow `A`: `form("AA 999 AA", A=but("IOU"))`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ...faults import ConfigFault

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Slots = tuple[frozenset[str], ...]
"""One exact length of a format: the characters that each position may bear."""

_CLASSES = {"9": DIGITS, "A": LETTERS, "*": LETTERS + DIGITS}
_TOKEN = re.compile(r"[()]|\[[A-Z0-9]+\]|\{[A-Z0-9]+(?:\|[A-Z0-9]+)*\}|[A-Z9*]")


def but(excluded: str) -> str:
    """All letters but these."""
    return "".join(letter for letter in LETTERS if letter not in excluded)


@dataclass(frozen=True, slots=True)
class Form:
    """A pattern, what its symbols stand for beyond the common three, and the longest text it allows."""

    pattern: str
    classes: tuple[tuple[str, str], ...] = ()
    longest: int = 16

    def compiled(self) -> tuple[Slots, ...]:
        """Every length and variant of the pattern. Raises ConfigFault for a pattern that does not parse."""
        pattern = self.pattern.replace(" ", "")
        tokens = _TOKEN.findall(pattern)
        if "".join(tokens) != pattern:
            raise ConfigFault(f"plate format {self.pattern!r} has a symbol that means nothing")
        tokens.reverse()
        ways = _ways(tokens, {**_CLASSES, **dict(self.classes)})
        if tokens:
            raise ConfigFault(f"plate format {self.pattern!r} closes a bracket that was not opened")
        return tuple(way for way in ways if 0 < len(way) <= self.longest)


def form(pattern: str, longest: int = 16, **classes: str) -> Form:
    """A format with classes of its own, each a capital letter and the characters it stands for."""
    return Form(pattern, tuple(classes.items()), longest)


def forms(patterns: str, **classes: str) -> tuple[Form, ...]:
    """Several formats, separated by a slash, that share their classes."""
    return tuple(Form(pattern, tuple(classes.items())) for pattern in patterns.split("/"))


def _ways(tokens: list[str], classes: dict[str, str]) -> list[Slots]:
    """Consume `tokens` (last first) up to the end of their group."""
    ways: list[Slots] = [()]
    while tokens and tokens[-1] != ")":
        token = tokens.pop()
        tails = _optional(tokens, classes) if token == "(" else _fixed(token, classes)
        ways = list(dict.fromkeys(way + tail for way in ways for tail in tails))
    return ways


def _optional(tokens: list[str], classes: dict[str, str]) -> list[Slots]:
    inner = _ways(tokens, classes)
    if not tokens:
        raise ConfigFault("a plate format opens a bracket that it does not close")
    tokens.pop()
    return [(), *inner]


def _fixed(token: str, classes: dict[str, str]) -> list[Slots]:
    if token.startswith("["):
        return [(frozenset(token[1:-1]),)]
    if token.startswith("{"):
        return [tuple(frozenset(char) for char in word) for word in token[1:-1].split("|")]
    if token not in classes:
        raise ConfigFault(f"plate format symbol {token!r} has no meaning here")
    return [(frozenset(classes[token]),)]


class Formats:
    """The compiled formats of some presets, by length. Immutable."""

    def __init__(self, entries: Iterable[Form]) -> None:
        by_length: dict[int, dict[Slots, None]] = {}
        for entry in entries:
            for slots in entry.compiled():
                by_length.setdefault(len(slots), {})[slots] = None
        self._by_length = {length: tuple(found) for length, found in by_length.items()}

    def of_length(self, length: int) -> tuple[Slots, ...]:
        return self._by_length.get(length, ())

    def fits(self, text: str) -> bool:
        """True when `text` (A-Z 0-9) has one of the formats as it stands."""
        return any(
            all(char in slot for char, slot in zip(text, slots)) for slots in self.of_length(len(text))
        )
