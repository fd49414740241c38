"""Who came in the footage: as labelled, or as the finest looks agree on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median

from ..visits.answers import NEAR, Present
from .labels import Labelled
from .notes import Reel
from .replay import Answer, Run

# A vehicle unseen for less than this, or that long before it is read anew, is still the same visit.
_GAP_S = 5.0
# What one setting alone reads may be noise that it lets pass.
_LEAST_RUNS = 2


@dataclass(frozen=True, slots=True)
class Visit:
    """A vehicle in one video of the footage, numbered from 0."""

    video: int
    who: Present


@dataclass(frozen=True, slots=True)
class _Claim:
    """What one track said in one run. `weight` is the number of agreeing reads."""

    run: int
    text: str
    weight: int
    first_s: float
    last_s: float


def believed(runs: Sequence[Run], sure: float) -> tuple[Present, ...]:
    """The vehicles of one video that several runs of it agree on, in the order of their coming.

    `sure` is the recognition threshold that their texts must clear. Texts that are near each other at nearly
    one time are one vehicle's; the one that most reads say counts.
    """
    claims = [claim for number, run in enumerate(runs) for claim in _claims(number, run, sure)]
    groups: list[list[_Claim]] = []
    for claim in sorted(claims, key=lambda one: (one.first_s, one.text)):
        group = next((group for group in groups if _same(claim, group)), None)
        if group is None:
            groups.append([claim])
        else:
            group.append(claim)
    return tuple(_present(group) for group in groups if len({one.run for one in group}) >= _LEAST_RUNS)


def believed_by_video(runs: Sequence[Sequence[Run]], sure: float) -> tuple[tuple[Present, ...], ...]:
    """Who came in each video; `runs` are several of all videos, each with one run a video."""
    return tuple(believed(of_video, sure) for of_video in zip(*runs))


def _claims(number: int, run: Run, sure: float) -> Iterable[_Claim]:
    for stay in run.stays:
        told = [answer for answer in stay.answers if answer.clears >= sure]
        best = max(told, key=_agreeing, default=None)
        if best is not None:
            yield _Claim(number, best.text, best.agreeing, stay.first_s, stay.last_s)


def _agreeing(answer: Answer) -> int:
    return answer.agreeing


def _same(claim: _Claim, group: Sequence[_Claim]) -> bool:
    near = _present(group).off(claim.text) <= NEAR
    return near and claim.first_s <= max(one.last_s for one in group) + _GAP_S


def _present(group: Sequence[_Claim]) -> Present:
    """What most reads say, there when it was in most runs."""
    weights: dict[str, int] = {}
    for claim in group:
        weights[claim.text] = weights.get(claim.text, 0) + claim.weight
    text = max(weights, key=lambda one: weights[one])
    own = [one for one in group if one.text == text]
    return Present(text, median(one.first_s for one in own), median(one.last_s for one in own))


def labelled_visits(
    reels: Sequence[Reel], labels: Labelled, seen: Sequence[Sequence[Present]]
) -> tuple[Visit, ...]:
    """The labelled vehicles of each video. Those without times are put where the finest looks saw them."""
    visits: list[Visit] = []
    for video, reel in enumerate(reels):
        left = list(seen[video])
        for label in labels.of(reel.path):
            visits.append(Visit(video, label if label.first_s > -inf else _placed(label, left)))
    return tuple(visits)


def _placed(label: Present, left: list[Present]) -> Present:
    """The label at the time of the nearest vehicle that is `left`, which is then taken."""
    nearest = min(left, key=lambda one: label.off(one.plate), default=None)
    if nearest is None or label.off(nearest.plate) > NEAR:
        return label
    left.remove(nearest)
    return Present(label.plate, nearest.first_s, nearest.last_s)
