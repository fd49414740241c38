"""How far two versions of a net agree on what is seen closer: looks of vehicles, and what faces show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import dist
from typing import TypeVar

from ..infer.manifest import Task
from ..sight import Box, Guess, Looks
from ..vision.base import FaceLook
from ..vision.closeup import Closeup
from .outcome import OVERLAP

SURE_WORD = 0.8
"""A word below this is a guess; another guess in its place says nothing."""
SURE_LIVE = 0.2
"""How far from a half a sure answer is."""
LEAST_USABLE = 0.5
LEAST_COSINE = 0.95
WORST_POINT = 0.05
"""Share of the face's width by which a point may move."""

T = TypeVar("T")

DETECTIONS, READS = "sure detections", "sure reads"
COLOURS, BODIES, MODELS = "sure colours", "sure bodies", "sure models"
POINTS, EMBEDDINGS, LIVE = "points of faces", "embeddings of faces", "sure answers whether a face lives"

EVIDENCE: Mapping[Task, tuple[str, ...]] = {
    Task.DETECT: (DETECTIONS, READS),
    Task.FIND_TEXT: (DETECTIONS, READS),
    Task.READ_PLATE: (READS,),
    Task.READ_TEXT: (READS,),
    Task.FIND_LANDMARKS: (POINTS, EMBEDDINGS),
    Task.EMBED_FACE: (EMBEDDINGS,),
    Task.TELL_LIVE: (LIVE,),
    Task.DESCRIBE_VEHICLE: (COLOURS, BODIES),
    Task.NAME_MODEL: (MODELS,),
}
"""What a net of this task must be compared by; other figures cannot show that it lost anything."""

Kept = tuple[str, bool]
"""A kind of thing, and whether the new version still says the same."""


def same_looks(old: Closeup, new: Closeup) -> Iterator[Kept]:
    """Every sure thing that the old version says of one picture."""
    looks = [(v.detection.box, v.looks) for v in new.vehicles]
    for vehicle in old.vehicles:
        if vehicle.looks is not None:
            yield from _kept_looks(vehicle.looks, _same(vehicle.detection.box, looks))
    faces = [(f.detection.box, f.look) for f in new.faces]
    for face in old.faces:
        if face.look is not None and face.look.usable >= LEAST_USABLE:
            box = face.detection.box
            yield from _kept_face(face.look, _same(box, faces), box.width)


def _same(box: Box, among: Sequence[tuple[Box, T | None]]) -> T | None:
    """What is said of the box that overlaps most, None where none does enough."""
    near = [(box.iou(other), what) for other, what in among]
    best = max(near, key=lambda one: one[0], default=(0.0, None))
    return best[1] if best[0] >= OVERLAP else None


def _kept_looks(old: Looks, new: Looks | None) -> Iterator[Kept]:
    words: tuple[tuple[str, Callable[[Looks], Guess | None]], ...] = (
        (COLOURS, lambda looks: looks.colour),
        (BODIES, lambda looks: looks.body),
        (MODELS, lambda looks: looks.model),
    )
    for name, told in words:
        before, after = told(old), None if new is None else told(new)
        if before is not None and before.confidence >= SURE_WORD:
            yield name, after is not None and after.word == before.word


def _kept_face(old: FaceLook, new: FaceLook | None, width: float) -> Iterator[Kept]:
    yield POINTS, new is not None and _farthest(old, new) <= WORST_POINT * width
    yield EMBEDDINGS, new is not None and _cosine(old.embedding, new.embedding) >= LEAST_COSINE
    if abs(old.live - 0.5) >= SURE_LIVE:
        yield LIVE, new is not None and (new.live >= 0.5) == (old.live >= 0.5)


def _farthest(old: FaceLook, new: FaceLook) -> float:
    """Pixels between the points that lie farthest apart."""
    return max(dist(a, b) for a, b in zip(old.points, new.points))


def _cosine(old: Iterable[float], new: Iterable[float]) -> float:
    """Of two vectors of length 1."""
    return float(sum(a * b for a, b in zip(old, new)))
