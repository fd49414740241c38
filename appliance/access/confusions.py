"""What a plate may bear, given what was read: confusions that the formats of a region solve.

The model of a reader, on which every opening without an exact read rests:

- A character read surely in at least one agreeing read has the shape that was read. It is that
  character or its look-alike (O 0, I 1, B 8, S 5, Z 2), which some plates print alike.
- A character unsure in every agreeing read may be any of its confusions (also G 6, and D O Q 0
  among each other), or no character at all (a bolt, the edge of the plate); one such at most.

Where the formats leave exactly one text, the read is solved; where they leave several, it stays open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice, product

from ..sight import Reading
from .regions.notation import Formats, Slots

LOOKALIKES = {
    "O": "0",
    "I": "1",
    "B": "8",
    "S": "5",
    "Z": "2",
    "0": "O",
    "1": "I",
    "8": "B",
    "5": "S",
    "2": "Z",
}
RESEMBLING = {"G": "6", "6": "G", "D": "0OQ", "O": "DQ", "Q": "0OD", "0": "DQ"}

_TO_DIGIT = str.maketrans("OIBSZ", "01852")
_LOOKALIKE_COST, _RESEMBLING_COST, _STRAY_COST = 0.5, 1.0, 1.0
# Texts looked at for a format, and kept in all: two are ambiguous already, more only name more.
_LIMIT = 16


def fold(text: str) -> str:
    """The text with look-alikes made equal: two plates that fold alike may look alike."""
    return text.translate(_TO_DIGIT)


@dataclass(frozen=True, slots=True)
class Stroke:
    """One character as all agreeing reads give it: its lowest and its highest confidence."""

    text: str
    floor: float
    peak: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the agreeing reads of a track say, character by character."""

    strokes: tuple[Stroke, ...]

    @classmethod
    def of(cls, readings: Iterable[Reading]) -> Evidence:
        """From readings of one and the same text, at least one."""
        columns = zip(*(reading.characters for reading in readings))
        return cls(tuple(_stroke([(c.text, c.confidence) for c in column]) for column in columns))

    @property
    def text(self) -> str:
        return "".join(stroke.text for stroke in self.strokes)

    @property
    def floors(self) -> tuple[float, ...]:
        return tuple(stroke.floor for stroke in self.strokes)


def _stroke(column: list[tuple[str, float]]) -> Stroke:
    # What is no probability, a NaN above all, must not pass for a sure character.
    confidences = [confidence if 0.0 <= confidence <= 1.0 else 0.0 for _, confidence in column]
    return Stroke(column[0][0], min(confidences), max(confidences))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that the plate may bear. `cost` orders them: 0 as read, more for each surer change.

    `floors` are the lowest confidences of its characters, 0 where the read was changed.
    """

    text: str
    cost: float
    swaps: int
    strays: int
    floors: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Option:
    text: str
    cost: float
    floor: float


def candidates(evidence: Evidence, formats: Formats, sure: float) -> tuple[Candidate, ...]:
    """The texts in a format that the reader's model allows for what was read, cheapest first.

    Never one alone where there are more; of many, the first that were found.
    """
    found = dict[str, Candidate]()
    for candidate in chain(_filled(evidence.strokes, formats, sure), _without_stray(evidence, formats, sure)):
        known = found.get(candidate.text)
        if known is None or candidate.cost < known.cost:
            found[candidate.text] = candidate
        if len(found) >= _LIMIT:
            break
    return tuple(sorted(found.values(), key=lambda c: (c.cost, c.text)))


def doubts(evidence: Evidence, formats: Formats, sure: float) -> Iterator[str]:
    """Other texts in a format that differ from the read only where no agreeing read was sure."""
    for slots in formats.of_length(len(evidence.strokes)):
        choices = [_kept(s, slot) + _unsure(s, slot, sure) for s, slot in zip(evidence.strokes, slots)]
        for way in islice(product(*choices), _LIMIT):
            text = "".join(option.text for option in way)
            if text != evidence.text:
                yield text


def _filled(strokes: tuple[Stroke, ...], formats: Formats, sure: float) -> Iterator[Candidate]:
    for slots in formats.of_length(len(strokes)):
        yield from islice(_ways(strokes, slots, sure), _LIMIT)


def _ways(strokes: tuple[Stroke, ...], slots: Slots, sure: float) -> Iterator[Candidate]:
    choices = []
    for stroke, slot in zip(strokes, slots):
        options = _options(stroke, slot, sure)
        if not options:
            return
        choices.append(options)
    for way in product(*choices):
        text = "".join(option.text for option in way)
        swaps = sum(option.text != stroke.text for option, stroke in zip(way, strokes))
        cost = sum(option.cost for option in way)
        yield Candidate(text, cost, swaps, 0, tuple(option.floor for option in way))


def _options(stroke: Stroke, slot: frozenset[str], sure: float) -> list[_Option]:
    kept, alike = _kept(stroke, slot), _swaps(stroke, slot, LOOKALIKES, _LOOKALIKE_COST)
    if stroke.peak >= sure and (kept or alike):
        return kept + alike
    return kept + alike + _swaps(stroke, slot, RESEMBLING, _RESEMBLING_COST)


def _unsure(stroke: Stroke, slot: frozenset[str], sure: float) -> list[_Option]:
    if stroke.peak >= sure:
        return []
    alike = _swaps(stroke, slot, LOOKALIKES, _LOOKALIKE_COST)
    return alike + _swaps(stroke, slot, RESEMBLING, _RESEMBLING_COST)


def _kept(stroke: Stroke, slot: frozenset[str]) -> list[_Option]:
    return [_Option(stroke.text, 0.0, stroke.floor)] if stroke.text in slot else []


def _swaps(stroke: Stroke, slot: frozenset[str], table: dict[str, str], weight: float) -> list[_Option]:
    others = table.get(stroke.text, "")
    return [_Option(other, weight * stroke.peak, 0.0) for other in others if other in slot]


def _without_stray(evidence: Evidence, formats: Formats, sure: float) -> Iterator[Candidate]:
    for at, stroke in enumerate(evidence.strokes):
        if stroke.peak >= sure:
            continue
        for candidate in _filled(_closed_up(evidence.strokes, at), formats, sure):
            yield replace(candidate, cost=candidate.cost + _STRAY_COST * stroke.peak, strays=1)


def _closed_up(strokes: tuple[Stroke, ...], at: int) -> tuple[Stroke, ...]:
    """Without the stroke `at`; its neighbours no longer tell anything apart, for a gap lies there."""
    doubted = {at - 1, at + 1}
    return tuple(
        replace(stroke, floor=0.0) if index in doubted else stroke
        for index, stroke in enumerate(strokes)
        if index != at
    )
