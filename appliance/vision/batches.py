"""Batches answer as single pictures do (law 13): on a GPU each size of them is an engine of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle, islice

import numpy as np

from ..faults import EngineUntrusted
from ..infer.models import Manifest
from ..sight import AnyPicture, Detection, Kind, Picture
from .base import Nets, ReadResult, Shot
from .golden import shown
from .pixels import bgr
from .warm import sizes

# What scores less may be seen in one run and not in the next.
_SURE = 0.8
# As much as golden frames let a score differ.
_SCORE_OFF = 0.05
# Of the picture's long side: two pixels of the net's, as golden frames let a box differ.
_EDGE_OFF = 1 / 256


def prove_batches(nets: Nets, manifest: Manifest) -> None:
    """Have every size of batch look at the first golden frame and at its mirror image, in turn: an answer
    that belongs to its neighbour is noticed. Nothing for nets that take one picture at a time.

    Raises EngineFailed, and EngineUntrusted at the first answer that is not that of the picture alone.
    """
    if max(nets.detector.most, nets.reader.most) == 1:
        return
    for golden in manifest.golden[:1]:
        picture = shown(manifest, golden)
        pair = [picture, _mirrored(picture)]
        found = [nets.detector.detect(one) for one in pair]
        _prove_detector(nets, manifest, pair, found)
        _prove_reader(nets, manifest, list(zip(pair, found)))


def _prove_detector(
    nets: Nets, manifest: Manifest, pair: Sequence[Picture], found: Sequence[Sequence[Detection]]
) -> None:
    for size in _batches(nets.detector.most):
        answers = nets.detector.detect_many([Shot(one) for one in islice(cycle(pair), size)])
        off_px = max(pair[0].width, pair[0].height) * _EDGE_OFF
        if not all(_alike(have, alone, off_px) for have, alone in zip(answers, cycle(found))):
            raise _untrusted(manifest, "detector", size)


def _prove_reader(
    nets: Nets, manifest: Manifest, seen: Sequence[tuple[Picture, Sequence[Detection]]]
) -> None:
    plates: list[tuple[AnyPicture, Detection]] = [
        (picture, one) for picture, found in seen for one in found if one.kind is Kind.PLATE
    ]
    if not plates:
        return
    alone = [nets.reader.read(*plate) for plate in plates]
    for size in _batches(nets.reader.most):
        answers = nets.reader.read_many(list(islice(cycle(plates), size)))
        if not all(_reads(have, want) for have, want in zip(answers, cycle(alone))):
            raise _untrusted(manifest, "reader", size)


def _untrusted(manifest: Manifest, net: str, size: int) -> EngineUntrusted:
    why = f"{size} pictures at once are not answered as one is"
    return EngineUntrusted(why, part=f"{manifest.name}.{net}")


def _batches(most: int) -> Iterator[int]:
    return (min(size, most) for size in sizes(most) if size > 1)


def _mirrored(picture: Picture) -> Picture:
    return Picture.of(np.ascontiguousarray(bgr(picture)[:, ::-1]))


def _alike(some: Sequence[Detection], others: Sequence[Detection], off_px: float) -> bool:
    """Whether all that is sure on one side is on the other."""
    return all(
        any(_same(one, other, off_px) for other in there)
        for here, there in ((some, others), (others, some))
        for one in here
        if one.score >= _SURE
    )


def _same(one: Detection, other: Detection, off_px: float) -> bool:
    edges = zip(
        (one.box.x1, one.box.y1, one.box.x2, one.box.y2),
        (other.box.x1, other.box.y1, other.box.x2, other.box.y2),
    )
    near = all(abs(edge - twin) <= off_px for edge, twin in edges)
    return near and one.kind is other.kind and abs(one.score - other.score) <= _SCORE_OFF


def _reads(have: ReadResult, alone: ReadResult) -> bool:
    """Whether a text that was surely read alone is read."""
    if alone.score < _SURE:
        return True
    return have.text == alone.text and abs(have.score - alone.score) <= _SCORE_OFF
