"""Plate reading with the project's own net: a crop to twelve slots, a region and a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...faults import EngineFailed
from ...infer.base import BaseSession
from ...infer.device import BaseDevice
from ...infer.lane import Arrays
from ...sight import AnyPicture, Box, Character, Detection, Picture
from ..base import BasePlateReader, ReadResult
from ..lanes import Lanes
from ..pixels import bgr
from ..prepare import Cut
from .cut import Float, widened
from .level import levelled

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BLANK = len(ALPHABET)
SIZE = (64, 192)
"""Height and width of the net's input."""
_WIDE = (192, 64)
# What the net guesses, as the access presets call it; empty for China and elsewhere, which have none.
_REGIONS = ("us", "eu", "uk", "br", "in", "", "au", "il", "")
# A detector's box is widened by these shares of its sides, as in training.
_MARGIN = (0.04, 0.07)
_SECOND_MARGINS = ((0.1, 0.15), (0.0, 0.02))
# A look that is surer than this needs no second one.
_SURE = 0.9
# Nor does one that is less sure: mostly there is no plate, or one that nobody reads.
_HOPELESS = 0.05


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one crop. `score` is that of the whole text, `places` (n, 2) are the characters'
    centres in shares of the crop.
    """

    characters: tuple[Character, ...]
    score: float
    region: str | None
    places: Float

    @property
    def text(self) -> str:
        return "".join(c.text for c in self.characters)


class NetReader(BasePlateReader):
    """Reads a detection's box. `look_twice` reads unsure plates again: wider, tighter, and turned level."""

    def __init__(
        self,
        session: BaseSession,
        lengths: tuple[int, int],
        *,
        look_twice: bool,
        device: BaseDevice | None = None,
        most: int = 1,
    ) -> None:
        self._lanes = Lanes(session, device=device)
        self._answers = tuple(spec.name for spec in session.outputs)
        self._lengths = lengths
        self._look_twice = look_twice
        self.most = most if self._lanes.batches else 1

    def read(self, picture: AnyPicture, plate: Detection) -> ReadResult:
        return self.read_many(((picture, plate),))[0]

    def read_many(self, plates: Sequence[tuple[AnyPicture, Detection]]) -> tuple[ReadResult, ...]:
        firsts = self._looks([_cut(picture, plate.box, _MARGIN) for picture, plate in plates])
        return tuple(self._read(*plate, first) for plate, first in zip(plates, firsts))

    def _read(self, picture: AnyPicture, plate: Detection, first: Look) -> ReadResult:
        if self._look_twice and _HOPELESS <= first.score < _SURE:
            return self._elect([first, *self._second_looks(picture, plate.box, first)])
        return self._result(first, first.score)

    def _second_looks(self, picture: AnyPicture, box: Box, first: Look) -> list[Look]:
        cuts = [_cut(picture, box, margin) for margin in _SECOND_MARGINS]
        level = levelled(bgr(picture, widened(picture, box, _MARGIN)), first.places, SIZE)
        if level is not None:
            cuts.append(Cut(Picture.of(level), Box(0, 0, *_WIDE), _WIDE))
        return self._looks(cuts)

    def _elect(self, looks: list[Look]) -> ReadResult:
        """The text with the greatest sum of scores; its score is that sum over the number of looks."""
        sums: dict[str, float] = {}
        for look in looks:
            sums[look.text] = sums.get(look.text, 0.0) + look.score
        winner = max(sums, key=lambda text: sums[text])
        best = max((look for look in looks if look.text == winner), key=lambda look: look.score)
        return self._result(best, sums[winner] / len(looks))

    def _result(self, look: Look, score: float) -> ReadResult:
        low, high = self._lengths
        if not low <= len(look.characters) <= high:
            return ReadResult(look.characters, look.text, look.region, shape=0.0)
        mean = sum(c.confidence for c in look.characters) / len(look.characters)
        return ReadResult(look.characters, look.text, look.region, shape=min(1.0, score / max(mean, 1e-6)))

    def _looks(self, cuts: Sequence[Cut]) -> list[Look]:
        batches = (cuts[first : first + self.most] for first in range(0, len(cuts), self.most))
        return [look for batch in batches for look in self._run(batch)]

    def _run(self, cuts: Sequence[Cut]) -> list[Look]:
        with self._lanes.lent((len(cuts), *SIZE)) as slot:
            slot.fill(cuts)
            answer = slot.run(self._answers)
            return [_look(answer, place) for place in range(len(cuts))]


def _cut(picture: AnyPicture, box: Box, margin: tuple[float, float]) -> Cut:
    return Cut(picture, widened(picture, box, margin), _WIDE)


def _look(answer: Arrays, place: int) -> Look:
    """What the net says of one crop of a batch."""
    chars: Float = answer["chars"][place]
    if chars.shape[1] != BLANK + 1:
        raise EngineFailed(f"{chars.shape[1]} classes instead of {BLANK + 1}", part="reader")
    region = _REGIONS[int(answer["region"][place].argmax())] or None
    return decode(chars, region, float(answer["readable"][place, 0]), answer["places"][place])


def decode(chars: Float, region: str | None, readable: float, places: Float) -> Look:
    """Slots x classes of probabilities to a look. Padding does not count, but for the slot that ends the
    text: it says whether the text ends there.
    """
    best, sure = chars.argmax(axis=1), chars.max(axis=1)
    used = np.flatnonzero(best != BLANK)
    characters = tuple(Character(ALPHABET[best[i]], min(1.0, float(sure[i]))) for i in used)
    if not characters:
        return Look((), 0.0, region, places[used])
    ending = float(sure[used[-1] + 1]) if used[-1] + 1 < len(best) else 1.0
    score = float(np.prod([c.confidence for c in characters])) * min(1.0, ending) * readable
    return Look(characters, score, region, places[used])
