"""A second, finer look at a picture in which the first one found no sure plate."""

from __future__ import annotations

from ...sight import VEHICLES, AnyPicture, Box, Detection, Kind
from ..base import BaseDetector

# A box with more than this share of it inside one of its kind is a part of that one.
_PART = 0.5


class TwoLooks(BaseDetector):
    """What `coarse` sees; where no plate in it scores `sure` or more, also what only `fine` sees.

    A plate that fills the picture falls to pieces in the fine look; there the coarse one counts.
    """

    def __init__(self, coarse: BaseDetector, fine: BaseDetector, sure: float) -> None:
        self._coarse = coarse
        self._fine = fine
        self._sure = sure

    def detect(self, picture: AnyPicture, roi: Box | None = None) -> tuple[Detection, ...]:
        whole = self._coarse.detect(picture, roi)
        if any(seen.kind is Kind.PLATE and seen.score >= self._sure for seen in whole):
            return whole
        small = (seen for seen in self._fine.detect(picture, roi) if not _known(seen, whole))
        return (*whole, *small)


def _known(seen: Detection, whole: tuple[Detection, ...]) -> bool:
    return any(_alike(seen.kind, one.kind) and _share(seen.box, one.box) > _PART for one in whole)


def _alike(kind: Kind, other: Kind) -> bool:
    return kind is other or {kind, other} <= VEHICLES


def _share(box: Box, other: Box) -> float:
    """The share of `box` that lies in `other`, 0 to 1."""
    across = min(box.x2, other.x2) - max(box.x1, other.x1)
    down = min(box.y2, other.y2) - max(box.y1, other.y1)
    return max(0.0, across) * max(0.0, down) / max(box.area, 1e-6)
