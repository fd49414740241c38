"""Whose plate was read: the rule that opens for one listed plate, and for nobody near it (law 7).

1. A read that is listed as it stands opens, if every character that tells it from a listed neighbour is
   sure in every agreeing read, and no character that all reads are unsure of would make it another
   plate of the regions. Denied plates count as neighbours.
2. A read that is not listed opens only when it is no plate of the regions, exactly one plate of them can
   have been read so (`confusions`), that plate is listed, and it is told from its listed neighbours as
   in rule 1. A text that is a plate by itself may be a stranger's: it never opens for one near it.
3. All else is refused. A read that is denied, or near a denied plate, is refused with an alert.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Union

from ..events import RefusalReason
from ..listing import Listing
from ..words import Word
from .confusions import LOOKALIKES, Candidate, Evidence, candidates, doubts
from .distance import distance, telling
from .index import PlateIndex
from .objection import Objection
from .regions.notation import Formats

SWAPS_LIMIT = 2
"""More confusions in one read are a text that is no plate here: a time stamp, a sign."""


class Rule(Word):
    """How the listed plate was found."""

    EXACT = "exact"
    FORMAT = "format"


@dataclass(frozen=True, slots=True)
class Match:
    """One listed, allowed plate, and nothing near it that it could be instead."""

    plate: str
    listings: tuple[Listing, ...]
    rule: Rule


Outcome = Union[Match, Objection]


class Matcher:
    """Matches reads against one list. Immutable, so that a new list is a new matcher."""

    def __init__(self, index: PlateIndex, formats: Formats, match_distance: int, sure: float) -> None:
        self._index = index
        self._formats = formats
        self._match_distance = match_distance
        self._sure = sure

    def match(self, evidence: Evidence) -> Outcome:
        """The listed plate that was read, or why there is none."""
        text = evidence.text
        near = self._index.near(text)
        if self._index.listings(text):
            return self._exact(evidence, near)
        return self._unlisted(evidence, near)

    def _exact(self, evidence: Evidence, near: tuple[str, ...]) -> Outcome:
        text = evidence.text
        if self._index.denied(text):
            return self._denied(text, text)
        clash = self._clash(text, evidence.floors, near)
        if clash is not None:
            return clash
        other = next(doubts(evidence, self._formats, self._sure), None)
        if other is not None:
            return self._unsure_of(text, other, evidence)
        return Match(text, self._index.listings(text), Rule.EXACT)

    def _unlisted(self, evidence: Evidence, near: tuple[str, ...]) -> Outcome:
        known = self._formats.fits(evidence.text)
        found = () if known else candidates(evidence, self._formats, self._sure)
        listed = [c.text for c in found if self._index.listings(c.text)]
        concerned = tuple(dict.fromkeys((*listed, *near)))
        denied = [plate for plate in concerned if self._index.denied(plate)]
        if denied:
            return self._near_denied(evidence.text, denied[0], concerned)
        if listed and len(found) == 1:
            return self._solved(evidence, found[0], near)
        if concerned:
            return self._near_listed(evidence, concerned)
        return self._stranger(evidence.text, known=known or bool(found))

    def _solved(self, evidence: Evidence, only: Candidate, near: tuple[str, ...]) -> Outcome:
        if only.swaps > SWAPS_LIMIT or only.strays > self._match_distance:
            return self._stranger(evidence.text, known=False)
        rivals = [plate for plate in near if plate != only.text]
        for rival in rivals:
            if distance(evidence.text, rival) <= self._match_distance:
                return self._between(evidence.text, (only.text, rival))
        clash = self._clash(only.text, only.floors, {*rivals, *self._index.near(only.text)})
        return clash or Match(only.text, self._index.listings(only.text), Rule.FORMAT)

    def _clash(self, plate: str, floors: tuple[float, ...], rivals: Iterable[str]) -> Objection | None:
        """The first listed neighbour that the reads do not surely tell from `plate`."""
        for rival in sorted(rivals):
            for at in telling(plate, rival):
                if floors[at] < self._sure:
                    return self._ambiguous(plate, rival, at, floors[at])
        return None

    def _near_listed(self, evidence: Evidence, concerned: tuple[str, ...]) -> Objection:
        text = evidence.text
        if len(concerned) > 1:
            return self._between(text, concerned)
        apart = self._surely_apart(evidence, concerned[0])
        if apart is not None:
            return Objection(
                RefusalReason.NOT_LISTED,
                f"Read {text}, which is not listed; {concerned[0]} is, but character {apart + 1}"
                f" was read as {text[apart]} with {evidence.floors[apart]:.2f}.",
            )
        at = next(iter(telling(text, concerned[0])), 0)
        return self._ambiguous(text, concerned[0], at, evidence.floors[at])

    def _surely_apart(self, evidence: Evidence, listed: str) -> int | None:
        """The first character that is surely read and is no look-alike of what is listed."""
        same_length = len(listed) == len(evidence.text)
        for at in telling(evidence.text, listed):
            alike = same_length and LOOKALIKES.get(evidence.text[at]) == listed[at]
            if evidence.floors[at] >= self._sure and not alike:
                return at
        return None

    def _ambiguous(self, text: str, rival: str, at: int, confidence: float) -> Objection:
        how = f"read with {confidence:.2f} < {self._sure:.2f}"
        if confidence >= self._sure:
            how = "which may look alike"
        elif confidence == 0.0:
            how = "not read as it stands there"
        return Objection(
            RefusalReason.AMBIGUOUS,
            f"Read {text}, listed neighbour {rival} differs at character {at + 1}, {how}.",
            alert=self._index.denied(rival),
        )

    def _between(self, text: str, plates: tuple[str, ...]) -> Objection:
        return Objection(
            RefusalReason.AMBIGUOUS,
            f"Read {text}, which is near {len(plates)} listed plates: {', '.join(plates[:3])}.",
            alert=any(self._index.denied(plate) for plate in plates),
        )

    def _unsure_of(self, text: str, other: str, evidence: Evidence) -> Objection:
        at = next(i for i, (one, two) in enumerate(zip(text, other)) if one != two)
        return Objection(
            RefusalReason.AMBIGUOUS,
            f"Read {text}, which may be {other}: character {at + 1} was read"
            f" with {evidence.strokes[at].peak:.2f} < {self._sure:.2f} at best.",
        )

    def _near_denied(self, text: str, denied: str, concerned: tuple[str, ...]) -> Objection:
        if any(not self._index.denied(plate) for plate in concerned):
            return self._between(text, concerned)
        return self._denied(text, denied)

    def _denied(self, text: str, denied: str) -> Objection:
        why = next((li.owner or li.note for li in self._index.listings(denied) if not li.allowed), "")
        known = f"Read {text}, " + (
            "which is denied" if text == denied else f"near the denied plate {denied}"
        )
        return Objection(RefusalReason.DENIED, f"{known}{f' ({why})' if why else ''}.", alert=True)

    def _stranger(self, text: str, *, known: bool) -> Objection:
        if known:
            return Objection(RefusalReason.NOT_LISTED, f"Read {text}, which is not listed.")
        return Objection(RefusalReason.BAD_FORMAT, f"Read {text}, which has no format of the regions set.")
