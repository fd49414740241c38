"""The decision: whether the votes of one track open the gate, and why or why not (laws 1, 7 and 8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from ..authority import Authority, Source
from ..clock import Clock
from ..config import schema
from ..events import (
    Granted,
    Pairs,
    PlateEvent,
    PlateEventKind,
    Refusal,
    RefusalReason,
    Refused,
    Verdict,
)
from ..listing import Listing
from ..sight import Direction, Looks, Reading, Vote
from .confusions import LOOKALIKES, Evidence
from .index import PlateIndex
from .matching import Match, Matcher
from .objection import Objection
from .regions import formats_of
from .schedule import Timetable

Approach = Literal["towards", "away", "any"]

# Two look-alikes share a belief; each has half of it.
_SPLIT = 0.5

_READ_BUT_NOT_LET_IN = (PlateEventKind.READ, PlateEventKind.LIST_MISMATCH)
# Events of a refusal. LIST_MATCH stands for an opening alone, since people wire it to one.
_KINDS: dict[RefusalReason, tuple[PlateEventKind, ...]] = {
    RefusalReason.WRONG_DIRECTION: (PlateEventKind.WRONG_DIRECTION,),
    RefusalReason.LOW_CONFIDENCE: (PlateEventKind.LOW_CONFIDENCE,),
    RefusalReason.BAD_FORMAT: _READ_BUT_NOT_LET_IN,
    RefusalReason.NOT_LISTED: _READ_BUT_NOT_LET_IN,
    RefusalReason.DENIED: _READ_BUT_NOT_LET_IN,
    RefusalReason.AMBIGUOUS: _READ_BUT_NOT_LET_IN,
    RefusalReason.OUTSIDE_SCHEDULE: _READ_BUT_NOT_LET_IN,
    RefusalReason.EXPIRED: _READ_BUT_NOT_LET_IN,
    RefusalReason.CLOCK_UNTRUSTED: _READ_BUT_NOT_LET_IN,
    RefusalReason.ALREADY_INSIDE: _READ_BUT_NOT_LET_IN,
    RefusalReason.UNLIKE_BEFORE: _READ_BUT_NOT_LET_IN,
}


@dataclass(frozen=True, slots=True)
class _Case:
    """A vote as it is judged: its usable reads, one a frame, and those of them that are fresh."""

    vote: Vote
    approach: Approach
    now_s: float
    reads: tuple[Reading, ...]
    fresh: tuple[Reading, ...]


def _nobody_inside(plate: str) -> bool:
    return False


def _no_doubt(plate: str, looks: Looks | None) -> str | None:
    return None


class Decider:
    """Decides on votes against the owner's list. Call it from one thread; a decision takes microseconds.

    `ids` gives a new, never repeated id for each authority. `inside` says whether a plate is inside
    already; it is asked only when `settings.anti_passback` is set. `doubt` says in a sentence why a
    plate stands on the wrong vehicle, None where it does not; `settings.witness` says what comes of it.
    Raises ConfigFault for unknown regions, an unknown time zone or a plate without characters.
    """

    def __init__(
        self,
        settings: schema.Access,
        vote_settings: schema.Vote,
        clock: Clock,
        ids: Callable[[], str],
        *,
        inside: Callable[[str], bool] = _nobody_inside,
        doubt: Callable[[str, Looks | None], str | None] = _no_doubt,
    ) -> None:
        self._settings = settings
        self._vote_settings = vote_settings
        self._clock = clock
        self._ids = ids
        self._inside = inside
        self._doubt = doubt
        self._formats = formats_of(settings.regions)
        self._timetable = Timetable(settings)
        self._matcher = self._matcher_of(())
        self._checks = (
            self._agreement,
            self._freshness,
            self._place,
            self._direction,
            self._confidence,
        )

    def replace_list(self, listings: Iterable[Listing]) -> None:
        """Decide by these lines and those of the configuration from now on: all of them, or none.

        The old list serves until the new one is indexed. Raises ConfigFault for a plate without
        characters, and keeps the old list.
        """
        self._matcher = self._matcher_of(listings)

    def _matcher_of(self, listings: Iterable[Listing]) -> Matcher:
        settings = self._settings
        index = PlateIndex((*configured(settings), *listings), settings.match_distance)
        return Matcher(index, self._formats, settings.match_distance, settings.sure_threshold)

    def decide(self, vote: Vote, approach: Approach) -> Verdict:
        """Judge one vote. `approach` is the direction from which the camera's vehicles may enter."""
        case = self._case(vote, approach)
        for check in self._checks:
            objection = check(case)
            if objection is not None:
                return self._refused(case, objection)
        outcome = self._matcher.match(Evidence.of(case.fresh))
        if isinstance(outcome, Objection):
            return self._refused(case, outcome)
        doubt = self._doubt(outcome.plate, vote.looks) if self._settings.witness != "off" else None
        objection = self._occasion(outcome) or self._unlike(doubt)
        if objection is not None:
            return self._refused(case, objection)
        return self._granted(case, outcome, doubt)

    def _case(self, vote: Vote, approach: Approach) -> _Case:
        now_s = self._clock.monotonic()
        reads = tuple({r.frame_seq: r for r in vote.agreeing if _supports(r, vote)}.values())
        limit_s = self._settings.evidence_limit_s
        fresh = tuple(r for r in reads if 0.0 <= now_s - r.captured_s <= limit_s)
        return _Case(vote, approach, now_s, reads, fresh)

    # -- checks of the evidence, in order --------------------------------------------------------

    def _agreement(self, case: _Case) -> Objection | None:
        count, needed = len(case.reads), self._vote_settings.min_reads
        considered = max(case.vote.considered, count)
        if count < needed:
            sentence = f"Read {case.vote.text} in {count} frames that agree; {needed} are needed."
            return Objection(RefusalReason.TOO_FEW_READS, sentence)
        if count < self._vote_settings.min_agreement * considered:
            return Objection(
                RefusalReason.TOO_FEW_READS,
                f"{count} of {considered} reads agree on {case.vote.text};"
                f" a share of {self._vote_settings.min_agreement:.2f} is needed.",
            )
        return None

    def _freshness(self, case: _Case) -> Objection | None:
        count, needed = len(case.fresh), self._vote_settings.min_reads
        if count >= needed:
            return None
        return Objection(
            RefusalReason.STALE,
            f"Only {count} reads of {case.vote.text} are of the last"
            f" {self._settings.evidence_limit_s:g} s; {needed} are needed.",
        )

    def _place(self, case: _Case) -> Objection | None:
        if case.vote.track.in_roi:
            return None
        sentence = f"The vehicle with {case.vote.text} does not stand in the region of interest."
        return Objection(RefusalReason.NOT_IN_ROI, sentence)

    def _direction(self, case: _Case) -> Objection | None:
        # A vehicle that only ever stood still has no direction; that alone speaks against nobody.
        direction = case.vote.track.direction
        if case.approach == "any" or direction in (Direction.UNKNOWN, case.approach):
            return None
        sentence = f"The vehicle with {case.vote.text} moves {direction}; only {case.approach} may enter."
        return Objection(RefusalReason.WRONG_DIRECTION, sentence)

    def _confidence(self, case: _Case) -> Objection | None:
        """A net splits its belief between look-alikes, O and 0: matching settles those, by the format."""
        confidence, needed = case.vote.confidence, self._settings.recognition_threshold
        # Written so that a confidence that is no number refuses as well.
        if all(
            c.confidence >= needed * (_SPLIT if c.text in LOOKALIKES else 1.0) for c in case.vote.characters
        ):
            return None
        sentence = f"Read {case.vote.text} with {confidence:.2f} < {needed:.2f}."
        return Objection(RefusalReason.LOW_CONFIDENCE, sentence)

    def _occasion(self, match: Match) -> Objection | None:
        """Whether a listed plate may pass now."""
        objection = self._timetable.objection(match.listings, self._clock.wall())
        if objection is None and self._settings.anti_passback and self._inside(match.plate):
            sentence = f"{match.plate} is inside already and has not left."
            return Objection(RefusalReason.ALREADY_INSIDE, sentence)
        return objection

    def _unlike(self, doubt: str | None) -> Objection | None:
        if doubt is None or self._settings.witness != "refuse":
            return None
        return Objection(RefusalReason.UNLIKE_BEFORE, doubt, alert=True)

    # -- verdicts --------------------------------------------------------------------------------

    def _granted(self, case: _Case, match: Match, doubt: str | None) -> Granted:
        owner = next((listing.owner for listing in match.listings if listing.owner), "")
        sentence = (
            f"Read {case.vote.text} in {len(case.fresh)} of {case.vote.considered} reads;"
            f" {match.plate}{f' ({owner})' if owner else ''} is listed."
        )
        evidence = (("plate", match.plate), ("owner", owner), ("rule", str(match.rule)), *_facts(case))
        authority = Authority(
            id=self._ids(),
            source=Source.DECISION,
            issued_s=case.now_s,
            expires_s=case.now_s + self._settings.decision_expires_s,
            subject=match.plate,
            reason=sentence,
            track_id=case.vote.track.id,
            camera=case.vote.camera,
            evidence=evidence,
        )
        kinds = (PlateEventKind.READ, PlateEventKind.LIST_MATCH)
        alert = () if doubt is None else _events(case, (PlateEventKind.ALERT,), match.plate, doubt, evidence)
        return Granted(authority, (*_events(case, kinds, match.plate, sentence, evidence), *alert))

    def _refused(self, case: _Case, objection: Objection) -> Refused:
        evidence = _facts(case)
        refusal = Refusal(
            reason=objection.reason,
            subject=case.vote.text,
            sentence=objection.sentence,
            track_id=case.vote.track.id,
            camera=case.vote.camera,
            evidence=evidence,
        )
        kinds = _KINDS.get(objection.reason, ())
        if objection.alert:
            kinds = (*kinds, PlateEventKind.ALERT)
        return Refused(refusal, _events(case, kinds, case.vote.text, objection.sentence, evidence))


def configured(settings: schema.Access) -> tuple[Listing, ...]:
    """The lines of the list that the configuration holds. Raises ConfigFault, as `plain` does."""
    known = (Listing(plate, owner) for plate, owner in settings.known_plates.items())
    denied = (Listing(plate, allowed=False, note=why) for plate, why in settings.denied_plates.items())
    return (*known, *denied)


def _supports(reading: Reading, vote: Vote) -> bool:
    """True for a read of this very track that says what the vote says, one sign a character."""
    of_track = reading.camera == vote.camera == vote.track.camera and reading.track_id == vote.track.id
    says_so = reading.text == vote.text and len(reading.characters) == len(vote.text) > 0
    return of_track and says_so


def _facts(case: _Case) -> Pairs:
    """What the decision rests on, for the audit."""
    lowest = ",".join(f"{floor:.2f}" for floor in Evidence.of(case.fresh).floors)
    return (
        ("text", case.vote.text),
        ("confidence", f"{case.vote.confidence:.3f}"),
        ("agreeing", str(len(case.reads))),
        ("fresh", str(len(case.fresh))),
        ("considered", str(case.vote.considered)),
        ("lowest", lowest),
        ("raw", " ".join(dict.fromkeys(reading.raw for reading in case.fresh))),
        ("frames", ",".join(str(reading.frame_seq) for reading in case.fresh)),
        ("direction", str(case.vote.track.direction)),
        *_looks(case.vote.looks),
    )


def _looks(looks: Looks | None) -> Pairs:
    if looks is None:
        return ()
    words = (("colour", looks.colour), ("body", looks.body), ("model", looks.model))
    return tuple((what, f"{guess.word} {guess.confidence:.2f}") for what, guess in words if guess is not None)


def _events(
    case: _Case, kinds: Iterable[PlateEventKind], text: str, sentence: str, evidence: Pairs
) -> tuple[PlateEvent, ...]:
    vote = case.vote
    return tuple(
        PlateEvent(kind, vote.camera, vote.track.id, text, vote.confidence, sentence, case.now_s, evidence)
        for kind in kinds
    )
