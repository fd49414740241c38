"""What a setting finds and reads of the vehicles that came."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite

from ..visits.answers import NEAR, Present
from .replay import Answer, Run, Stay
from .visits import Visit

# A person who labels writes whole seconds; a track goes on a little after its vehicle.
_SLACK_S = 2.0
_MOST = 0.6


@dataclass(frozen=True)
class Score:
    """Visits by their number. `read_s` is when in its video each was read first.

    `wrong` counts what tracks told that no visit there bears, `strangers` the tracks in the region of
    interest that are no visit's. `weakest_right` and `strongest_wrong` are the recognition thresholds that
    such answers clear, None where there is none.
    """

    found: frozenset[int]
    read_s: dict[int, float]
    wrong: int
    strangers: int
    weakest_right: float | None
    strongest_wrong: float | None

    @cached_property
    def read(self) -> frozenset[int]:
        return frozenset(self.read_s)

    def in_time(self, goal: Score, wait_s: float) -> frozenset[int]:
        """Those that were read at most `wait_s` later than in `goal`, or that it never read."""
        return frozenset(
            at for at, read_s in self.read_s.items() if read_s <= goal.read_s.get(at, read_s) + wait_s
        )

    def later_s(self, goal: Score) -> float:
        """How much later than in `goal` a plate was read at most, 0 where none was."""
        return max((0.0, *(self.read_s[at] - goal.read_s[at] for at in self.read & goal.read)))

    def loses(self, goal: Score, wait_s: float) -> bool:
        """Whether it finds or reads less than `goal`, tells more that is wrong, or is over `wait_s` later."""
        enough = goal.found <= self.found and goal.read <= self.in_time(goal, wait_s)
        return not enough or self.wrong > goal.wrong


def score(runs: Sequence[Run], visits: Sequence[Visit], threshold: float) -> Score:
    """Hold runs of the videos against who came; `threshold` is the recognition threshold."""
    tally = _Tally(threshold)
    for video, run in enumerate(runs):
        here = {at: visit.who for at, visit in enumerate(visits) if visit.video == video}
        for stay in run.stays:
            tally.take(stay, {at: who for at, who in here.items() if _meet(stay, who)})
    return tally.score()


class _Tally:
    """Counts one stay after the other."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._found: set[int] = set()
        self._read_s: dict[int, float] = {}
        self._right: dict[int, float] = {}
        self._wrong: list[float] = []
        self._strangers = 0

    def take(self, stay: Stay, there: Mapping[int, Present]) -> None:
        """One stay, and the visits of its time."""
        meant = {at for at, who in there.items() if _may_mean(stay, who, self._threshold)}
        self._found |= meant
        self._strangers += not meant
        self._wrong += _wrong(stay, there.values())
        for at, who in there.items():
            self._read(at, [answer for answer in stay.answers if who.reads(answer.text)])

    def _read(self, at: int, right: Sequence[Answer]) -> None:
        for answer in right:
            self._right[at] = max(self._right.get(at, 0.0), answer.clears)
            if answer.clears >= self._threshold:
                self._read_s[at] = min(self._read_s.get(at, answer.at_s), answer.at_s)

    def score(self) -> Score:
        return Score(
            found=frozenset(self._found),
            read_s=self._read_s,
            wrong=sum(clears >= self._threshold for clears in self._wrong),
            strangers=self._strangers,
            weakest_right=min(self._right.values(), default=None),
            strongest_wrong=max(self._wrong, default=None),
        )


def _meet(stay: Stay, who: Present) -> bool:
    return stay.first_s <= who.last_s + _SLACK_S and who.first_s - _SLACK_S <= stay.last_s


def _may_mean(stay: Stay, who: Present, threshold: float) -> bool:
    """A track that speaks is the vehicle that it names; one that does not may be any whose time it shares."""
    told = [answer.text for answer in stay.answers if answer.clears >= threshold]
    return any(who.off(text) <= NEAR for text in told) if told else _shares(stay, who)


def _shares(stay: Stay, who: Present) -> bool:
    """Most of the stay lies in the visit: what was there before and after it is something else."""
    if not isfinite(who.first_s):
        return False
    together_s = min(stay.last_s, who.last_s + _SLACK_S) - max(stay.first_s, who.first_s - _SLACK_S)
    return together_s >= _MOST * (stay.last_s - stay.first_s)


def _wrong(stay: Stay, there: Collection[Present]) -> list[float]:
    """What the track says that nobody there bears: for each such text, the threshold that it clears."""
    texts: dict[str, float] = {}
    for answer in stay.answers:
        if not any(who.reads(answer.text) for who in there):
            texts[answer.text] = max(texts.get(answer.text, 0.0), answer.clears)
    return list(texts.values())
