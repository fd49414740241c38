"""Visits: one vehicle's stay before the gate, however many tracks, votes and frames it takes.

A refusal does not end a visit: each further vote is judged anew, and only what is new is told. An opening
does: the same vehicle opens again on its next visit, after it has left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ..authority import Authority
from ..clock import Clock
from ..events import (
    Granted,
    PlateEvent,
    PlateEventKind,
    RefusalReason,
    Refused,
    TrackGone,
    Verdict,
    Visit,
)
from ..sight import Direction, Looks, Vote
from .decide import Approach, Decider

REJOIN_S = 3.0
"""A tracker loses a vehicle behind glare or a post for a second or two, and its end is told that much
later; no car leaves the gate and stands before it again within this time."""

TAKEOVER_S = 5.0
"""A track that took over has enough agreeing reads by then, or never."""

RETRY_LIMIT_S = 30.0
"""Longest rest between two openings that the machine refuses: a vehicle parked before a gate out of
service must not fill the record."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A visit that has ended, and the events of its end. `direction` is that of its last track's end."""

    visit: Visit
    events: tuple[PlateEvent, ...]
    direction: Direction = Direction.UNKNOWN


@dataclass(slots=True)
class _Stay:
    """A visit under way."""

    camera: str
    track_id: int
    first_s: float
    last_s: float
    live: set[int] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    told: set[tuple[PlateEventKind, str]] = field(default_factory=set)
    refused: set[tuple[RefusalReason, str]] = field(default_factory=set)
    text: str = ""
    confidence: float = 0.0
    outcome: str = ""
    reads: int = 0
    stood: bool = False
    """It was in the region of interest."""
    direction: Direction = Direction.UNKNOWN
    """Which way its last track ended; unknown while the vehicle is seen."""
    looks: Looks | None = None
    authority: Authority | None = None
    spent: bool = False
    rest_s: float = 0.0
    retry_s: float = float("-inf")

    def settled(self, now_s: float) -> bool:
        """An opening has been given and was used, or can be used still, or was refused a moment ago."""
        usable = self.authority is not None and now_s < self.authority.expires_s
        return self.spent or usable or now_s < self.retry_s

    def lapse(self, reason: RefusalReason, now_s: float) -> None:
        """Rest before the next try: not at all at first, then 1, 2, 4 s and so on."""
        self.authority = None
        self.outcome = str(reason)
        self.retry_s = now_s + self.rest_s
        self.rest_s = min(RETRY_LIMIT_S, 2.0 * self.rest_s or 1.0)

    def joins(self, vote: Vote) -> bool:
        """True when the track of `vote` takes over: the same plate, while it was here or right after."""
        if self.camera != vote.camera:
            return False
        resumed = bool(self.live) or vote.track.first_s - self.last_s <= REJOIN_S
        return vote.text in self.texts and resumed

    def saw(self, vote: Vote) -> None:
        self.live.add(vote.track.id)
        self.direction = Direction.UNKNOWN
        self.stood = self.stood or vote.track.in_roi
        self.texts.add(vote.text)
        self.last_s = max(self.last_s, vote.track.last_s)
        self.looks = vote.looks or self.looks

    def news(self, events: Iterable[PlateEvent]) -> tuple[PlateEvent, ...]:
        """Those of `events` that this visit has not told yet."""
        fresh = tuple(event for event in events if (event.kind, event.text) not in self.told)
        self.told.update((event.kind, event.text) for event in fresh)
        return fresh


class Visits:
    """Follows every vehicle before the gate and asks the decider on each vote that can change anything.

    The gate tells it of votes, of tracks that ended, of authorities used or refused, and calls `settle`
    now and then (each tick will do).
    """

    def __init__(self, decider: Decider, clock: Clock) -> None:
        self._decider = decider
        self._clock = clock
        self._stays: list[_Stay] = []

    def voted(self, vote: Vote, approach: Approach) -> Verdict | None:
        """The verdict on a vote, with the events that are new; None when there is nothing new to say."""
        stay = self._stay_of(vote)
        stay.saw(vote)
        if stay.settled(self._clock.monotonic()):
            return None
        verdict = self._decider.decide(vote, approach)
        if isinstance(verdict, Granted):
            return self._granted(stay, verdict, vote)
        return self._refused(stay, verdict, vote)

    def spent(self, authority_id: str) -> None:
        """The authority opened: the visit has had its opening."""
        for stay in self._given(authority_id):
            stay.spent = True
            stay.outcome = "opened"

    def lapsed(self, authority_id: str, reason: RefusalReason) -> None:
        """The machine refused the authority: the visit may be granted anew, with back-off."""
        for stay in self._given(authority_id):
            stay.lapse(reason, self._clock.monotonic())

    def gone(self, event: TrackGone) -> tuple[Closed, ...]:
        """A track ended. Its visit closes now if the vehicle drove off, later if a track may take over."""
        stay = self._stay_with(event.track.camera, event.track.id)
        if stay is None:
            return self._unread(event)
        stay.live.discard(event.track.id)
        stay.last_s = max(stay.last_s, event.track.last_s)
        stay.direction = event.track.direction
        stay.reads += len(event.readings)
        stay.stood = stay.stood or event.track.in_roi
        if stay.live or event.track.in_roi:
            return self.settle()
        return (self._close(stay), *self.settle())

    def settle(self) -> tuple[Closed, ...]:
        """Close the visits whose vehicle vanished and did not come back in time."""
        limit_s = self._clock.monotonic() - REJOIN_S - TAKEOVER_S
        return tuple(self._close(s) for s in tuple(self._stays) if not s.live and s.last_s < limit_s)

    def end(self) -> tuple[Closed, ...]:
        """Close all visits: the gate shuts down."""
        return tuple(self._close(stay) for stay in tuple(self._stays))

    def _stay_of(self, vote: Vote) -> _Stay:
        by_track = self._stay_with(vote.camera, vote.track.id)
        stay = by_track or next((stay for stay in self._stays if stay.joins(vote)), None)
        if stay is None:
            stay = _Stay(vote.camera, vote.track.id, vote.track.first_s, vote.track.last_s)
            self._stays.append(stay)
        return stay

    def _stay_with(self, camera: str, track_id: int) -> _Stay | None:
        return next((s for s in self._stays if s.camera == camera and track_id in s.live), None)

    def _given(self, authority_id: str) -> tuple[_Stay, ...]:
        return tuple(s for s in self._stays if s.authority is not None and s.authority.id == authority_id)

    def _granted(self, stay: _Stay, verdict: Granted, vote: Vote) -> Granted:
        stay.authority = verdict.authority
        stay.text, stay.confidence = verdict.authority.subject, vote.confidence
        stay.texts.add(stay.text)
        stay.outcome = "granted"
        return replace(verdict, events=stay.news(verdict.events))

    def _refused(self, stay: _Stay, verdict: Refused, vote: Vote) -> Refused | None:
        reason = verdict.refusal.reason
        if vote.confidence >= stay.confidence:
            stay.text, stay.confidence = vote.text, vote.confidence
        stay.outcome = str(reason)
        # Too few reads is a vehicle that is still being read; if it leaves so, its end says NOREAD.
        if reason is RefusalReason.TOO_FEW_READS or (reason, vote.text) in stay.refused:
            return None
        stay.refused.add((reason, vote.text))
        return replace(verdict, events=stay.news(verdict.events))

    def _unread(self, event: TrackGone) -> tuple[Closed, ...]:
        """A vehicle that no vote was asked on: a NOREAD where it stood before the gate, else traffic."""
        track = event.track
        if not (track.in_roi or event.readings):
            return self.settle()
        reads = len(event.readings)
        stay = _Stay(track.camera, track.id, track.first_s, track.last_s, reads=reads, stood=True)
        stay.direction = track.direction
        return (self._close(stay), *self.settle())

    def _close(self, stay: _Stay) -> Closed:
        if stay in self._stays:
            self._stays.remove(stay)
        visit = Visit(
            camera=stay.camera,
            track_id=stay.track_id,
            first_s=stay.first_s,
            last_s=stay.last_s,
            text=stay.text,
            confidence=stay.confidence,
            outcome=stay.outcome or "noread",
            reads=stay.reads,
            authority_id=stay.authority.id if stay.authority else None,
            looks=stay.looks,
        )
        unread = stay.stood and not stay.told
        return Closed(visit, (self._noread(stay),) if unread else (), stay.direction)

    def _noread(self, stay: _Stay) -> PlateEvent:
        seen_s = stay.last_s - stay.first_s
        sentence = f"A vehicle stood before the gate for {seen_s:.1f} s; {stay.reads} reads did not agree."
        return PlateEvent(
            PlateEventKind.NOREAD,
            stay.camera,
            stay.track_id,
            stay.text,
            stay.confidence,
            sentence,
            self._clock.monotonic(),
        )
