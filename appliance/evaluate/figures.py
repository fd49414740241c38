"""Figures over many pictures: recall and precision, plates right, calibration, and the threshold curve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from .kinds import FAMILIES, PLATE
from .outcome import Answer, Found, Outcome

SIZES = (
    (0.0, 0.03, "under 3 %"),
    (0.03, 0.08, "3 to 8 %"),
    (0.08, 0.2, "8 to 20 %"),
    (0.2, inf, "over 20 %"),
)
"""Share of the picture's width, from and below, and its name."""
SURE = (0.8, 0.9)
THRESHOLDS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99)
BINS = 10


@dataclass(frozen=True, slots=True)
class Detected:
    """How many labels there are and were found, and how many claims were made and right."""

    labelled: int
    found: int
    claimed: int
    kind_right: int | None = None
    """Of the found ones, those that were given the label's own type; None for a family."""

    @property
    def recall(self) -> float | None:
        return share(self.found, self.labelled)

    @property
    def precision(self) -> float | None:
        return share(self.found, self.claimed)


@dataclass(frozen=True, slots=True)
class Sure:
    """Of all plates, the share read with at least this score, and the share read so and wrong."""

    threshold: float
    read: float
    wrong: float
    strays: int
    """Sure texts that stand where no plate is labelled."""


@dataclass(frozen=True, slots=True)
class Read:
    """Plates with a known text: shares of them."""

    plates: int
    found: float
    exact: float
    folded: float
    characters: float
    sure: tuple[Sure, ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """Reads with a score between `low` and `high`: how many, what they promise on average, what is right."""

    low: float
    high: float
    count: int
    promised: float
    right: float


def share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def texts(outcomes: Iterable[Outcome]) -> list[Answer]:
    """The answers to labels whose text is known."""
    return [
        one for outcome in outcomes for one in outcome.answers if one.label.kind == PLATE and one.label.text
    ]


def detected(outcomes: Sequence[Outcome]) -> dict[str, Detected]:
    """By family, and by type where labels name the types of vehicles; only what is labelled with boxes."""
    kinds = dict.fromkeys(a.label.kind for a in _boxed(outcomes))
    families = dict.fromkeys(FAMILIES[kind] for kind in kinds)
    types = [kind for kind in kinds if kind not in families]
    return {
        **{family: _family(outcomes, family) for family in families},
        **{kind: _type(outcomes, kind) for kind in types},
    }


def _boxed(outcomes: Sequence[Outcome]) -> list[Answer]:
    return [a for o in outcomes for a in o.answers if a.label.box is not None]


def _family(outcomes: Sequence[Outcome], family: str) -> Detected:
    answers = [a for a in _boxed(outcomes) if FAMILIES[a.label.kind] == family]
    claimed = sum(a.found is not None for a in answers) + len(_strays(outcomes, family))
    return Detected(len(answers), sum(a.located for a in answers), claimed)


def _type(outcomes: Sequence[Outcome], kind: str) -> Detected:
    """A stray claim is of no type: nobody knows what it would have been."""
    answers = [a for a in _boxed(outcomes) if a.label.kind == kind]
    found = [a.found for a in answers if a.found is not None]
    return Detected(len(answers), len(found), 0, sum(one.kind == kind for one in found))


def by_size(outcomes: Sequence[Outcome], family: str) -> dict[str, Detected]:
    """By the width of the label's box, or of the claim's where there is no label."""
    sized = {name: [0, 0, 0] for *_, name in SIZES}
    for outcome in outcomes:
        for answer in outcome.answers:
            box = answer.label.box
            if box is not None and FAMILIES[answer.label.kind] == family:
                counts = sized[_size(box.width / outcome.width)]
                counts[0] += 1
                counts[1] += answer.located
                counts[2] += answer.found is not None
        for stray in _strays([outcome], family):
            sized[_size(stray.box.width / outcome.width)][2] += 1
    return {name: Detected(*counts) for name, counts in sized.items() if any(counts)}


def _size(width: float) -> str:
    return next(name for low, high, name in SIZES if low <= width < high)


def _strays(outcomes: Sequence[Outcome], family: str) -> list[Found]:
    """Claims without a label. In a picture with a label that has no box, nobody can tell."""
    told = [o for o in outcomes if all(a.label.box is not None for a in o.answers)]
    return [one for o in told for one in o.strays if one.family == family]


def read(outcomes: Sequence[Outcome]) -> Read | None:
    """Figures of reading; None where no text is known."""
    answers = texts(outcomes)
    if not answers:
        return None
    count = len(answers)
    return Read(
        plates=count,
        found=sum(a.located for a in answers) / count,
        exact=sum(a.exact for a in answers) / count,
        folded=sum(a.folded for a in answers) / count,
        characters=1 - sum(a.edits for a in answers) / sum(len(a.label.text) for a in answers),
        sure=tuple(sure(outcomes, threshold) for threshold in SURE),
    )


def sure(outcomes: Sequence[Outcome], threshold: float) -> Sure:
    """What reads of at least this score are worth."""
    answers = texts(outcomes)
    given = [a for a in answers if a.text and a.score >= threshold]
    strays = [one for one in _strays(outcomes, PLATE) if one.text and one.text_score >= threshold]
    count = max(1, len(answers))
    return Sure(threshold, len(given) / count, sum(not a.folded for a in given) / count, len(strays))


def by_region(outcomes: Sequence[Outcome]) -> dict[str, Read]:
    """Figures of reading by the labels' region; empty where none is labelled."""
    regions = sorted({a.label.region for a in texts(outcomes)})
    if regions in ([], [""]):
        return {}
    figures = {region or "unnamed": read([_only(o, region) for o in outcomes]) for region in regions}
    return {region: one for region, one in figures.items() if one is not None}


def _only(outcome: Outcome, region: str) -> Outcome:
    """The outcome with the labels of one region; strays belong to none."""
    answers = tuple(a for a in outcome.answers if a.label.region == region)
    return Outcome(outcome.name, outcome.width, answers, (), outcome.seconds)


def bins(outcomes: Sequence[Outcome]) -> tuple[Bin, ...]:
    """Reads by their score, in ten equal steps; empty steps are left out."""
    given = [a for a in texts(outcomes) if a.text]
    steps: list[list[Answer]] = [[] for _ in range(BINS)]
    for answer in given:
        steps[min(BINS - 1, int(answer.score * BINS))].append(answer)
    return tuple(
        Bin(
            low=i / BINS,
            high=(i + 1) / BINS,
            count=len(step),
            promised=sum(a.score for a in step) / len(step),
            right=sum(a.folded for a in step) / len(step),
        )
        for i, step in enumerate(steps)
        if step
    )


def calibration_error(steps: Sequence[Bin]) -> float | None:
    """Expected calibration error: how far promise and truth lie apart, by the reads in each bin."""
    count = sum(step.count for step in steps)
    apart = sum(abs(step.promised - step.right) * step.count for step in steps)
    return share(apart, count)


def curve(outcomes: Sequence[Outcome]) -> tuple[Sure, ...]:
    """What each threshold would let through."""
    return tuple(sure(outcomes, threshold) for threshold in THRESHOLDS)
