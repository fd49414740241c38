"""Voting: what the readings of one track agree on, character by character."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ..config.schema import Vote as VoteSettings
from ..sight import Character, Reading
from .align import align, distance

# Weight of what was not seen: a single read, sharp or blurred, is never worth 1.00.
_DOUBT = 0.1
_SWITCH_READS = 2
# Texts that differ in more than this share of their characters are two plates, not one misread.
_SAME_PLATE = 0.5


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreed text. `agreeing` are the readings that say it, oldest first."""

    text: str
    characters: tuple[Character, ...]
    agreeing: tuple[Reading, ...]
    considered: int

    @property
    def confidence(self) -> float:
        """The weakest character's confidence."""
        return min((c.confidence for c in self.characters), default=0.0)

    @property
    def share(self) -> float:
        """The share of the readings that agree."""
        return len(self.agreeing) / max(1, self.considered)


class Ballot:
    """The readings of one track. Older than `window_s` they no longer vote."""

    def __init__(self, settings: VoteSettings) -> None:
        self._settings = settings
        self._readings: list[Reading] = []

    @property
    def readings(self) -> tuple[Reading, ...]:
        return tuple(self._readings)

    @property
    def newest(self) -> Reading | None:
        return self._readings[-1] if self._readings else None

    def add(self, reading: Reading) -> None:
        """Take in one reading; an empty one says nothing."""
        if reading.characters:
            self._readings.append(reading)
            self._readings.sort(key=lambda r: r.captured_s)

    def agreement(self, now_s: float) -> Agreement | None:
        """What the readings within the window agree on, None while nothing agrees."""
        oldest = now_s - self._settings.window_s
        self._readings = [r for r in self._readings if r.captured_s >= oldest]
        return agree(self._readings)

    def switched(self) -> list[Reading]:
        """The newest readings, when they agree on a plate that none of the older ones shows."""
        newest, older = self._readings[-_SWITCH_READS:], self._readings[:-_SWITCH_READS]
        same = len(newest) == _SWITCH_READS and len({r.text for r in newest}) == 1
        other = older and all(_another(newest[-1].text, r.text) for r in older)
        return newest if same and other else []


def _another(one: str, other: str) -> bool:
    return distance(one, other) > _SAME_PLATE * max(len(one), len(other))


def agree(readings: Sequence[Reading]) -> Agreement | None:
    """The text of the greatest weight, its characters weighed over all readings aligned to it."""
    weights: Counter[str] = Counter()
    for reading in readings:
        weights[reading.text] += _weight(reading)
    if not weights:
        return None
    best = _consensus(max(weights, key=lambda text: weights[text]), readings)
    agreeing = tuple(r for r in readings if r.text == best)
    if not agreeing:
        return None
    return Agreement(best, _characters(best, readings), agreeing, len(readings))


def _weight(reading: Reading) -> int:
    """Confidence in thousandths: whole numbers add up alike in any order."""
    return round(1000 * reading.confidence) + 1


def _consensus(pivot: str, readings: Sequence[Reading]) -> str:
    """The heaviest character at each place of the pivot, over all readings aligned to it."""
    votes: list[Counter[str]] = [Counter() for _ in pivot]
    for reading in readings:
        for place, index in enumerate(align(pivot, reading.text)):
            if index is not None:
                character = reading.characters[index]
                votes[place][character.text] += round(1000 * character.confidence) + 1
    text = "".join(max(v, key=lambda c: v[c]) if v else pivot[i] for i, v in enumerate(votes))
    # A text that nobody read is no evidence: the heaviest one that was read stands instead.
    return text if any(r.text == text for r in readings) else pivot


def _characters(text: str, readings: Sequence[Reading]) -> tuple[Character, ...]:
    places = [align(text, reading.text) for reading in readings]
    return tuple(
        Character(wanted, _confidence(wanted, [_at(r, p[i]) for r, p in zip(readings, places)]))
        for i, wanted in enumerate(text)
    )


def _at(reading: Reading, index: int | None) -> Character | None:
    return None if index is None else reading.characters[index]


def _confidence(wanted: str, seen: Sequence[Character | None]) -> float:
    """Weighted mean over the readings: those that say otherwise, or nothing here, count against it."""
    pro = sum(c.confidence**2 for c in seen if c is not None and c.text == wanted)
    weight = sum(1.0 if c is None else c.confidence for c in seen)
    return pro / (weight + _DOUBT) if weight else 0.0
