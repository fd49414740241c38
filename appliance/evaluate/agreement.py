"""How far two versions of a net agree on the same pictures, labelled or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from . import figures
from .likeness import DETECTIONS, READS, Kept
from .outcome import OVERLAP, Found, Outcome, fold

MARGIN = 1.2
"""Detections nearer to the threshold come and go with the noise of a camera; losing one says nothing."""
SURE_TEXT = 0.8
WORST_LOSS = 0.01
"""One point: a version that loses more is not used."""


@dataclass(frozen=True, slots=True)
class Count:
    """Of `before` sure things, `kept` are the same in the new version."""

    before: int
    kept: int

    @property
    def loss(self) -> float:
        return (self.before - self.kept) / self.before if self.before else 0.0


@dataclass(frozen=True, slots=True)
class Shares:
    """A share of `count` labels, before and after."""

    before: float
    after: float
    count: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a new version kept of the old one's sure finds, and labelled shares before and after."""

    counts: Mapping[str, Count]
    """By kind of thing: detections, reads, and what was told of vehicles and faces."""
    labelled: Mapping[str, Shares] = field(default_factory=dict)
    frames: int = 0

    def short(self, kinds: Iterable[str], least: int) -> dict[str, int]:
        """Of these kinds, those with fewer than `least` things to lose, and how many there are."""
        counts = {kind: self.counts.get(kind, Count(0, 0)).before for kind in kinds}
        return {kind: count for kind, count in counts.items() if count < least}

    def losses(self) -> list[str]:
        """What lost more than a point, in words; empty for a version that may serve."""
        lost = [
            f"{one.before - one.kept} of {one.before} {name} lost ({one.loss:.1%})"
            for name, one in self.counts.items()
            if one.loss > WORST_LOSS
        ]
        return lost + [
            f"{name}: {one.after:.1%} instead of {one.before:.1%}"
            for name, one in self.labelled.items()
            if one.before - one.after > WORST_LOSS
        ]


Pair = tuple[Sequence[Found], Sequence[Found]]
"""The detections of both versions in one picture, the old one's first."""


def agree(
    pairs: Sequence[Pair],
    before: Sequence[Outcome],
    after: Sequence[Outcome],
    threshold: float,
    closer: Iterable[Kept] = (),
) -> Agreement:
    """Compare picture by picture, and by the labels where there are any. `threshold` is that of detection;
    `closer` is what was kept of vehicles and faces.
    """
    boxes = [_kept_boxes(old, new, min(0.95, MARGIN * threshold)) for old, new in pairs]
    texts = [_kept_texts(old, new) for old, new in pairs]
    counts = {DETECTIONS: _sum(boxes), READS: _sum(texts)}
    for kind, same in closer:
        counts[kind] = _sum([counts.get(kind, Count(0, 0)), Count(1, int(same))])
    return Agreement(counts, _labelled(before, after), len(pairs))


def _sum(counts: Sequence[Count]) -> Count:
    return Count(sum(one.before for one in counts), sum(one.kept for one in counts))


def _kept_boxes(old: Sequence[Found], new: Sequence[Found], least: float) -> Count:
    sure = [one for one in old if one.score >= least]
    return Count(len(sure), sum(_same(one, new) is not None for one in sure))


def _kept_texts(old: Sequence[Found], new: Sequence[Found]) -> Count:
    sure = [one for one in old if one.text and one.text_score >= SURE_TEXT]
    again = [_same(one, new) for one in sure]
    kept = sum(b is not None and fold(a.text) == fold(b.text) for a, b in zip(sure, again))
    return Count(len(sure), kept)


def _same(one: Found, among: Sequence[Found]) -> Found | None:
    """The detection of its family that overlaps most, None where none does enough."""
    near = [other for other in among if other.family == one.family and one.box.iou(other.box) >= OVERLAP]
    return max(near, key=lambda other: one.box.iou(other.box), default=None)


def _labelled(before: Sequence[Outcome], after: Sequence[Outcome]) -> dict[str, Shares]:
    """Recall of each family and plates right, folded, of both versions."""
    shares: dict[str, Shares] = {}
    new = figures.detected(after)
    for kind, old in figures.detected(before).items():
        shares[f"{kind} found"] = Shares(old.recall or 0.0, new[kind].recall or 0.0, old.labelled)
    read_before, read_after = figures.read(before), figures.read(after)
    if read_before is not None and read_after is not None:
        shares["plates right, folded"] = Shares(read_before.folded, read_after.folded, read_before.plates)
    return shares
