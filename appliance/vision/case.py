"""What the loop knows of one track: its readings, its last vote, and whether it is a plate at all."""

from __future__ import annotations

from ..config.schema import Vote as VoteSettings
from ..sight import Kind, Reading, Track, Vote
from .base import ReadResult
from .looks import LooksBallot
from .track import Tracked
from .vote import Agreement, Ballot

# Growth of confidence worth a new vote.
_GROWN = 0.05
# New agreeing reads are voted at least this often: a decision finds fresh evidence.
_REFRESH_S = 1.0
_SIGN_READS = 3
# Of the weakest character: a plate with one doubtful character is no sign.
_SIGN_CONFIDENCE = 0.8
# Twice the time between two reads of a settled track: one of them may fail.
_FRESH_S = 2.0
# A text less like a plate's does not vote.
_LEAST_SHAPE = 0.25


class Case:
    """One track under observation."""

    def __init__(self, tracked: Tracked, settings: VoteSettings) -> None:
        self.tracked = tracked
        self.ballot = Ballot(settings)
        self.looks = LooksBallot()
        self.vote: Vote | None = None
        self.reads = 0
        self.asked_s = float("-inf")
        self._settings = settings
        self._signs = 0

    @property
    def settled(self) -> bool:
        """Enough readings agree; more of them only keep the evidence fresh."""
        return self.vote is not None and len(self.vote.agreeing) >= self._settings.min_reads

    def steady(self, now_s: float) -> bool:
        """Settled as a decision counts it, and the newest read is fresh and says the same."""
        vote, last = self.vote, self.ballot.newest
        if vote is None or last is None or not self.settled:
            return False
        agreed = len(vote.agreeing) >= self._settings.min_agreement * vote.considered
        return agreed and last.text == vote.text and now_s - last.captured_s <= _FRESH_S

    @property
    def is_sign(self) -> bool:
        """A clear text that is no plate's, several times over, where nothing but text was seen.

        What cannot be read stays a vehicle: unknown is present (law 2).
        """
        alone = self.tracked.kind is Kind.VEHICLE and not self.ballot.readings
        return alone and self._signs >= _SIGN_READS

    def take(self, reading: Reading, result: ReadResult) -> None:
        """Count one read."""
        self.reads += 1
        if result.shape >= _LEAST_SHAPE:
            self.ballot.add(reading)
            self._signs = 0
        elif reading.confidence >= _SIGN_CONFIDENCE:
            self._signs += 1

    def poll(self, camera: str, track: Track, now_s: float) -> Vote | None:
        """A vote, when it says more than the last one."""
        agreed = self.ballot.agreement(now_s)
        if agreed is None or not self._worth(agreed, now_s):
            return None
        self.vote = Vote(
            camera=camera,
            track=track,
            text=agreed.text,
            characters=agreed.characters,
            confidence=agreed.confidence,
            agreeing=agreed.agreeing,
            considered=agreed.considered,
            voted_s=now_s,
            looks=self.looks.agreed(),
        )
        return self.vote

    def _worth(self, agreed: Agreement, now_s: float) -> bool:
        last, enough = self.vote, self._settings.min_reads
        if last is None or agreed.text != last.text:
            return True
        more = min(len(agreed.agreeing), enough) != min(len(last.agreeing), enough)
        fresh = agreed.agreeing[-1] is not last.agreeing[-1] and now_s - last.voted_s >= _REFRESH_S
        return more or fresh or agreed.confidence >= last.confidence + _GROWN
