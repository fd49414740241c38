"""What came of one picture: which labels were found, what they were read as, and what was claimed besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..sight import Box
from ..vision.align import distance
from ..vision.scene import Scene
from .kinds import FAMILIES, PLATE
from .labels import Label

OVERLAP = 0.5
"""A detection stands for a label from this intersection over union on."""
_FOLD = str.maketrans("OI", "01")


@dataclass(frozen=True, slots=True)
class Found:
    """One detection; `text` and `text_score` are a plate's."""

    family: str
    kind: str
    box: Box
    score: float
    text: str = ""
    text_score: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A label and the detection that stands for it, None where nothing does."""

    label: Label
    found: Found | None

    @property
    def located(self) -> bool:
        """Whether the detection is where the label is, and not only near enough to be its text."""
        if self.found is None or self.label.box is None:
            return self.found is not None
        return self.label.box.iou(self.found.box) >= OVERLAP

    @property
    def text(self) -> str:
        return self.found.text if self.found is not None else ""

    @property
    def score(self) -> float:
        """How sure the text is, 0 for one that was not found."""
        return self.found.text_score if self.found is not None else 0.0

    @property
    def exact(self) -> bool:
        return self.text == self.label.text

    @property
    def folded(self) -> bool:
        return fold(self.text) == fold(self.label.text)

    @property
    def edits(self) -> int:
        """Characters that are wrong, folded; a plate has no more than it has characters."""
        return min(len(self.label.text), distance(fold(self.text), fold(self.label.text)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """One picture: its width in pixels, the answers, and the detections that stand for no label.

    Seconds are those of loading, detecting and reading.
    """

    name: str
    width: int
    answers: tuple[Answer, ...]
    strays: tuple[Found, ...]
    seconds: tuple[float, float, float]


def fold(text: str) -> str:
    """O counted as 0 and I as 1: many countries print them alike."""
    return text.translate(_FOLD)


def detections(scene: Scene) -> tuple[Found, ...]:
    """Everything that a scene claims, plates likeliest first."""
    plates = tuple(
        Found(PLATE, PLATE, p.box, p.detection.score, p.read.text, p.read.score) for p in scene.plates
    )
    others = (*scene.vehicles, *scene.faces)
    return (*plates, *(Found(FAMILIES[str(d.kind)], str(d.kind), d.box, d.score) for d in others))


def judge(labels: Sequence[Label], found: Sequence[Found]) -> tuple[tuple[Answer, ...], tuple[Found, ...]]:
    """The answers to the labels, in their order, and the detections left over.

    A label with a box takes the detection of its family that overlaps most. A plate left over takes the
    likeliest text whose middle lies in it: some nets find the line of text and not the plate. Labels with a
    text alone are held against as many of the likeliest plates, the nearest text first.
    """
    taken = _by_overlap(labels, found)
    taken |= _by_middle(labels, found, taken)
    rest = [i for i in range(len(found)) if i not in taken.values()]
    bare = [i for i, label in enumerate(labels) if label.box is None]
    likeliest = [i for i in rest if found[i].family == PLATE][: len(bare)]
    taken |= _by_text(labels, found, bare, likeliest)
    answers = (Answer(label, found[taken[i]] if i in taken else None) for i, label in enumerate(labels))
    used = set(taken.values())
    return tuple(answers), tuple(one for i, one in enumerate(found) if i not in used)


def _by_overlap(labels: Sequence[Label], found: Sequence[Found]) -> dict[int, int]:
    """Label -> detection, one to one, the greatest overlap first."""
    pairs = [
        (label.box.iou(one.box), i, j)
        for i, label in enumerate(labels)
        for j, one in enumerate(found)
        if label.box is not None and one.family == FAMILIES[label.kind]
    ]
    return _paired([(-iou, i, j) for iou, i, j in pairs if iou >= OVERLAP])


def _by_middle(labels: Sequence[Label], found: Sequence[Found], taken: Mapping[int, int]) -> dict[int, int]:
    """Plate -> detection, one to one, the likeliest first."""
    used = set(taken.values())
    return _paired(
        [
            (j, i, j)
            for i, label in enumerate(labels)
            for j, one in enumerate(found)
            if i not in taken and j not in used and label.kind == one.family == PLATE
            if label.box is not None and _inside(one.box.centre, label.box)
        ]
    )


def _inside(point: tuple[float, float], box: Box) -> bool:
    return box.x1 <= point[0] <= box.x2 and box.y1 <= point[1] <= box.y2


def _by_text(
    labels: Sequence[Label], found: Sequence[Found], bare: Sequence[int], plates: Sequence[int]
) -> dict[int, int]:
    return _paired(
        [(distance(fold(labels[i].text), fold(found[j].text)), i, j) for i in bare for j in plates]
    )


def _paired(pairs: Sequence[tuple[float, int, int]]) -> dict[int, int]:
    """One to one, the least first."""
    chosen: dict[int, int] = {}
    for _, i, j in sorted(pairs):
        if i not in chosen and j not in chosen.values():
            chosen[i] = j
    return chosen
