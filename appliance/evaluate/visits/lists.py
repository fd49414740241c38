"""Draws owners' lists that a vehicle's plate is tried against: of its like, and of its nearest neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ...access.confusions import LOOKALIKES
from ...access.regions.notation import DIGITS, LETTERS

# Of a list, as far as they last: plates that were really seen; the rest has the vehicle's own format.
_KNOWN_SHARE = 0.5
# For each line; a format with fewer texts than the list has lines gives a shorter list.
_TRIES = 50


def like(rng: Random, text: str) -> str:
    """A text with letters where `text` has letters, and digits where it has digits."""
    return "".join(rng.choice(_class(char)) for char in text)


def alike_count(text: str) -> int:
    """How many texts `like` may give."""
    count = 1
    for char in text:
        count *= len(_class(char))
    return count


def drawn(rng: Random, own: str, known: Sequence[str], size: int) -> tuple[str, ...]:
    """`size` plates without `own`: real ones, each once, and others of its form; in a mixed order."""
    others = sorted(set(known) - {own})
    count = min(len(others), round(size * _KNOWN_SHARE))
    lines = set(rng.sample(others, count))
    for _ in range(_TRIES * size):
        if len(lines) == size:
            break
        lines.add(like(rng, own))
        lines.discard(own)
    mixed = sorted(lines)
    rng.shuffle(mixed)
    return tuple(mixed)


def one_edit(text: str) -> tuple[str, ...]:
    """Every text one change, loss or insertion away, and no look-alike of `text`; sorted."""
    twins = set(lookalikes(text))
    found = (
        set(_lost(text)) | set(_gained(text)) | {new for at in range(len(text)) for new in _changed(text, at)}
    )
    return tuple(sorted(found - twins - {text}))


def lookalikes(text: str) -> tuple[str, ...]:
    """Every text with one character turned into what it looks like: O 0, I 1, B 8, S 5, Z 2."""
    swaps = ((at, LOOKALIKES[char]) for at, char in enumerate(text) if char in LOOKALIKES)
    return tuple(text[:at] + other + text[at + 1 :] for at, other in swaps)


def _changed(text: str, at: int) -> list[str]:
    """One character turned into another of its class: a plate of the same format."""
    return [text[:at] + other + text[at + 1 :] for other in _class(text[at])]


def _lost(text: str) -> list[str]:
    return [text[:at] + text[at + 1 :] for at in range(len(text)) if len(text) > 1]


def _gained(text: str) -> list[str]:
    return [text[:at] + new + text[at:] for at in range(len(text) + 1) for new in LETTERS + DIGITS]


def _class(char: str) -> str:
    return DIGITS if char in DIGITS else LETTERS
