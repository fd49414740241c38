"""Tells at which thresholds a visit opens a gate with a given list, by the gate's own decision."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from ...access.decide import Decider
from ...clock import WallTime
from ...config.schema import Access
from ...config.schema import Vote as VoteSettings
from ...events import RefusalReason, Refused
from ...listing import Listing
from ...sight import Vote

NEVER = -1.0
"""Below every threshold: it does not open."""

_TOO_LITTLE = frozenset({RefusalReason.TOO_FEW_READS, RefusalReason.STALE, RefusalReason.LOW_CONFIDENCE})
_EPOCH = datetime(2026, 3, 2, 12, 0, tzinfo=timezone.utc)


class _VoteClock:
    """Stands at the moment of the vote that is decided; each visit has a time of its own."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s

    def wall(self) -> WallTime:
        return WallTime(_EPOCH, trusted=True)


@dataclass(frozen=True, slots=True)
class Policy:
    """How carefully a read is told from the listed plates near it."""

    name: str
    match_distance: int
    sure_threshold: float


def policies(access: Access) -> tuple[Policy, ...]:
    """None at all, look-alikes alone, and what the configuration says."""
    return (
        Policy("no ambiguity refusal", 0, 0.0),
        Policy("match_distance = 0", 0, access.sure_threshold),
        Policy(f"match_distance = {access.match_distance}", access.match_distance, access.sure_threshold),
    )


@dataclass(frozen=True, slots=True)
class Cleared:
    """A vote, and the highest threshold that its confidence passes."""

    vote: Vote
    threshold: float


class Judge:
    """Decides as the gate does, for every `recognition_threshold` of a grid at once.

    That threshold is asked before the list is, so a vote that opens with the lowest one opens with all up to
    the highest that it clears.
    """

    def __init__(
        self,
        access: Access,
        vote: VoteSettings,
        regions: Sequence[str],
        policy: Policy,
        grid: Sequence[float],
    ) -> None:
        bare = _bare(access, regions, policy)
        self._clock = _VoteClock()
        ids = (str(number) for number in itertools.count())
        self._gates = [
            (threshold, Decider(_asking(bare, threshold), vote, self._clock, ids.__next__))
            for threshold in sorted(grid)
        ]

    def cleared(self, votes: Iterable[Vote]) -> tuple[Cleared, ...]:
        """The votes with enough agreeing reads that clear the lowest threshold, in their order."""
        judged = (Cleared(vote, self._highest(vote)) for vote in votes)
        return tuple(one for one in judged if one.threshold > NEVER)

    def _highest(self, vote: Vote) -> float:
        highest = NEVER
        for threshold, gate in self._gates:
            if self._reason(gate, vote) in _TOO_LITTLE:
                break
            highest = threshold
        return highest

    def use(self, plates: Iterable[str]) -> None:
        """Decide by this list from now on."""
        self._gates[0][1].replace_list(Listing(plate) for plate in plates)

    def opens(self, votes: Iterable[Cleared]) -> float:
        """The highest threshold of the grid at which any of the votes opens, NEVER where none does."""
        lowest = self._gates[0][1]
        return max((one.threshold for one in votes if self._reason(lowest, one.vote) is None), default=NEVER)

    def _reason(self, gate: Decider, vote: Vote) -> RefusalReason | None:
        """Why the gate refuses the vote in the moment it was given; None where it opens."""
        self._clock.now_s = vote.voted_s
        verdict = gate.decide(vote, "any")
        return verdict.refusal.reason if isinstance(verdict, Refused) else None


def _bare(access: Access, regions: Sequence[str], policy: Policy) -> Access:
    """The owner's settings without the owner's list, and without what only a real gate knows."""
    changes = {
        "regions": tuple(regions),
        "match_distance": policy.match_distance,
        "sure_threshold": policy.sure_threshold,
        "known_plates": {},
        "denied_plates": {},
        "anti_passback": False,
        "witness": "off",
    }
    return access.model_copy(update=changes)


def _asking(access: Access, threshold: float) -> Access:
    return access.model_copy(update={"recognition_threshold": threshold})
