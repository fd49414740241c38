"""Adapters: the rooms as the gate's ports ask for them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from ..access.decide import Approach, Decider
from ..access.passback import Passback
from ..access.visits import Closed, Visits
from ..access.witness import Witness
from ..authority import Authority, Source
from ..clock import Clock
from ..config import Config
from ..events import Entry, PlateEvent, RefusalReason, TrackGone, Verdict, Visit
from ..record.journal import Sighting
from ..record.writer import BaseWriter
from ..sight import Direction, Vote

# Which way a leaving vehicle goes, seen by a camera that lets in from one direction only.
_OUTWARDS: Mapping[Approach, Direction] = {"towards": Direction.AWAY, "away": Direction.TOWARDS}


def new_authority_id() -> str:
    """An id that is never given twice, not even by another board."""
    return uuid.uuid4().hex


class Doorman:
    """Access as the gate sees it: visits, and the direction from which each camera lets in."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self._passback = Passback()
        self.witness = Witness()
        self.decider = Decider(
            config.access,
            config.vote,
            clock,
            new_authority_id,
            inside=self._passback.inside,
            doubt=self.witness.doubt,
        )
        self._visits = Visits(self.decider, clock)
        self._approaches: Mapping[str, Approach] = {n: c.approach for n, c in config.cameras.items()}
        self._outwards = {name: _OUTWARDS.get(approach) for name, approach in self._approaches.items()}

    def voted(self, vote: Vote) -> Verdict | None:
        return self._visits.voted(vote, self._approaches[vote.camera])

    def spent(self, authority_id: str) -> None:
        self._visits.spent(authority_id)

    def lapsed(self, authority_id: str, reason: RefusalReason) -> None:
        self._visits.lapsed(authority_id, reason)

    def passed(self, authority: Authority) -> None:
        if authority.source is Source.DECISION:
            self._passback.entered(authority.subject)

    def gone(self, event: TrackGone) -> Sequence[Closed]:
        return self._ended(self._visits.gone(event))

    def settle(self) -> Sequence[Closed]:
        return self._ended(self._visits.settle())

    def end(self) -> Sequence[Closed]:
        return self._ended(self._visits.end())

    def _ended(self, closed: Sequence[Closed]) -> Sequence[Closed]:
        """Whoever drove off outwards is inside no longer; whoever was let in is known by sight now."""
        for each in closed:
            if each.visit.outcome == "opened" and each.visit.looks is not None:
                self.witness.remember(each.visit.text, each.visit.looks)
            if each.direction is self._outwards.get(each.visit.camera):
                self._passback.left(each.visit.text)
        return closed


class Scribe:
    """The record as the gate sees it: what is submitted never blocks."""

    def __init__(self, writer: BaseWriter) -> None:
        self._writer = writer

    def submit_entry(self, entry: Entry, ticket: str | None = None) -> None:
        self._writer.submit_entry(entry, ticket)

    def submit_event(self, event: PlateEvent) -> None:
        self._writer.submit_event(event)

    def submit_visit(self, visit: Visit) -> None:
        self._writer.submit_visit(visit)

    def submit_readings(self, gone: TrackGone) -> None:
        """Each read of the track, with whether it said what the track's vote said in the end."""
        agreed = "" if gone.vote is None else gone.vote.text
        place = "roi" if gone.track.in_roi else "approach"
        for reading in gone.readings:
            outcome = "agreed" if reading.text == agreed else "differed"
            self._writer.submit_reading(reading, Sighting(place, gone.track.box, outcome))
