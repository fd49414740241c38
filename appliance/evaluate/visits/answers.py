"""What the loop told of vehicles, held against who was really there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from ...config.schema import Vote as VoteSettings
from ...sight import Vote
from ...vision.align import distance
from ..outcome import fold

_PART = "*"
NEAR = 0.5
"""A text that differs in more than this share of a plate's characters is no misread of it."""


@dataclass(frozen=True, slots=True)
class Present:
    """A vehicle, and when it was there. Of a `plate` that ends in `*` people cannot read the end either.

    `due` says whether it must be found and read.
    """

    plate: str
    first_s: float
    last_s: float
    due: bool = True

    @property
    def legible(self) -> bool:
        return not self.plate.endswith(_PART)

    def reads(self, text: str) -> bool:
        """Whether `text` is right, O counted as 0 and I as 1."""
        own, read = fold(self.plate.rstrip(_PART)), fold(text)
        return read == own if self.legible else read.startswith(own)

    def off(self, text: str) -> float:
        """How far `text` is from the plate: the share of its characters that differ."""
        own, read = fold(self.plate.rstrip(_PART)), fold(text)
        return distance(own, read if self.legible else read[: len(own)]) / len(own)


@dataclass(frozen=True, slots=True)
class Told:
    """What one track came to. `settled` says that the gate may decide on it."""

    track_id: int
    text: str
    agreeing: int
    first_s: float
    last_s: float
    settled: bool


@dataclass(frozen=True, slots=True)
class Reads:
    """Counts. `vehicles` are those to be found; `found` were voted on, `right` voted right in the end.

    `answers` are the tracks that settled, of which `misread` tell a vehicle's plate wrongly and `stray` one
    that nobody bears.
    """

    vehicles: int
    found: int
    right: int
    answers: int
    misread: int
    stray: int

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def told(votes: Sequence[Vote], settings: VoteSettings) -> tuple[Told, ...]:
    """One for each track: its last vote that settles it, else its last vote."""
    last: dict[int, Told] = {}
    for vote in votes:
        settled = _settles(vote, settings)
        if settled or not (vote.track.id in last and last[vote.track.id].settled):
            last[vote.track.id] = _told(vote, settled)
    return tuple(last.values())


def _settles(vote: Vote, settings: VoteSettings) -> bool:
    count = len({reading.frame_seq for reading in vote.agreeing})
    return count >= settings.min_reads and count >= settings.min_agreement * vote.considered


def _told(vote: Vote, settled: bool) -> Told:
    return Told(vote.track.id, vote.text, len(vote.agreeing), vote.track.first_s, vote.track.last_s, settled)


def score(told: Iterable[Told], present: Sequence[Present]) -> Reads:
    """Hold what was told against who was there then; the nearest plate is the one that was meant."""
    meant = [(one, _meant(one, present)) for one in told]
    settled = [(one, who) for one, who in meant if one.settled]
    due = [at for at, who in enumerate(present) if who.due and who.legible]
    strongest = {at: max((o for o, w in settled if w == at), key=_agreeing, default=None) for at in due}
    return Reads(
        vehicles=len(due),
        found=sum(any(who == at for _, who in meant) for at in due),
        right=sum(best is not None and present[at].reads(best.text) for at, best in strongest.items()),
        answers=len(settled),
        misread=sum(who is not None and not present[who].reads(one.text) for one, who in settled),
        stray=sum(who is None for _, who in settled),
    )


def _agreeing(one: Told) -> int:
    return one.agreeing


def _meant(one: Told, present: Sequence[Present]) -> int | None:
    """The vehicle there at the time whose plate is nearest, None where none is near."""
    there = [at for at, who in enumerate(present) if one.first_s <= who.last_s and who.first_s <= one.last_s]
    best = min(there, key=lambda at: present[at].off(one.text), default=None)
    return best if best is not None and present[best].off(one.text) <= NEAR else None
