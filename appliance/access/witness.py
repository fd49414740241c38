"""The second witness: whether a plate comes on the vehicle that it always came on.

A number is easy to copy, a car is not. The witness compares words of a net, so it doubts only where
everything it remembers speaks against what it sees.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from ..sight import Guess, Looks

VISITS_NEEDED = 3
"""Visits that must speak with one voice before the next one can contradict them."""
VISITS_KEPT = 8
SURE = 0.8
"""A word less sure than this is no testimony: neither of the past nor of now."""

# Paints that light alone turns into one another, and those that the shipped net has taken for another.
_ALIKE_COLOURS = (
    frozenset({"white", "silver", "beige"}),
    frozenset({"silver", "grey"}),
    frozenset({"silver", "blue"}),
    frozenset({"grey", "black"}),
    frozenset({"black", "blue"}),
    frozenset({"black", "brown"}),
    frozenset({"black", "red"}),
    frozenset({"black", "green"}),
    frozenset({"blue", "green"}),
    frozenset({"red", "orange", "brown"}),
    frozenset({"yellow", "orange", "beige"}),
    frozenset({"brown", "beige"}),
)
# Bodies that look alike from the front or from behind.
_ALIKE_BODIES = (
    frozenset({"sedan", "hatchback", "wagon", "coupe"}),
    frozenset({"hatchback", "suv", "wagon", "van"}),
    frozenset({"suv", "pickup"}),
    frozenset({"suv", "sedan"}),
    frozenset({"van", "truck", "bus"}),
    frozenset({"pickup", "truck"}),
)
_UNTELLING = "other"


@dataclass(frozen=True, slots=True)
class Past:
    """The looks of one plate's vehicle on one visit that opened."""

    plate: str
    looks: Looks


class Witness:
    """Remembers the looks of the last visits of each plate. For one thread, but for `learn`."""

    def __init__(self) -> None:
        self._past: dict[str, deque[Looks]] = {}
        self._taught: tuple[Past, ...] | None = None
        self._learned = False

    def learn(self, history: Iterable[Past]) -> None:
        """Take in the past, oldest first, before what was remembered since the start. Any thread may call.

        Once: a second call would count the visits since the first one twice, and does nothing.
        """
        if self._taught is None:
            self._taught = tuple(history)

    def remember(self, plate: str, looks: Looks) -> None:
        """A visit of this plate opened."""
        self._absorb()
        self._past.setdefault(plate, deque(maxlen=VISITS_KEPT)).append(looks)

    def _absorb(self) -> None:
        """What was taught goes before what was seen, in the thread that asks."""
        if self._learned or self._taught is None:
            return
        self._learned = True
        since = self._past
        self._past = {}
        for past in self._taught:
            self._past.setdefault(past.plate, deque(maxlen=VISITS_KEPT)).append(past.looks)
        for plate, seen in since.items():
            self._past.setdefault(plate, deque(maxlen=VISITS_KEPT)).extend(seen)

    def doubt(self, plate: str, looks: Looks | None) -> str | None:
        """A sentence where the vehicle is clearly another than on every visit before, else None."""
        self._absorb()
        if looks is None:
            return None
        past = self._past.get(plate, ())
        colour = _contradiction([one.colour for one in past], looks.colour, _ALIKE_COLOURS)
        body = _contradiction([one.body for one in past], looks.body, _ALIKE_BODIES)
        found = [f"{before}, now {now}" for before, now in filter(None, (colour, body))]
        return f"{plate} came on another vehicle before: {'; '.join(found)}." if found else None


def _contradiction(
    past: Iterable[Guess], now: Guess, alike: Iterable[frozenset[str]]
) -> tuple[str, str] | None:
    """What it always was and what it is now; None where memory or sight is not sure, or they agree."""
    known = [guess.word for guess in past if guess.confidence >= SURE and guess.word != _UNTELLING]
    if len(known) < VISITS_NEEDED or now.confidence < SURE or now.word == _UNTELLING:
        return None
    families = tuple(alike)
    if any(before == now.word or _related(before, now.word, families) for before in known):
        return None
    return " or ".join(dict.fromkeys(known)), now.word


def _related(one: str, other: str, families: Iterable[frozenset[str]]) -> bool:
    return any(one in family and other in family for family in families)
