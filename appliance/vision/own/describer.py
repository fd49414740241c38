"""Colour and body of a vehicle with the project's own net."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...faults import EngineFailed
from ...infer.base import BaseSession
from ...sight import Box, Guess, Looks
from ..base import BaseDescriber
from .cut import crop, feed

if TYPE_CHECKING:
    from ...sight import Image

COLOURS = (
    "white",
    "silver",
    "grey",
    "black",
    "red",
    "blue",
    "green",
    "yellow",
    "orange",
    "brown",
    "beige",
    "other",
)
BODIES = ("sedan", "hatchback", "wagon", "suv", "coupe", "van", "pickup", "truck", "bus", "motorcycle")
SIZE = (96, 128)
"""Height and width of the net's input."""
_MARGIN = (0.04, 0.04)


class NetDescriber(BaseDescriber):
    """Looks at the vehicle's box, widened a little and stretched."""

    def __init__(self, session: BaseSession) -> None:
        self._session = session
        self._input = session.inputs[0].name

    def describe(self, image: Image, vehicle: Box) -> Looks:
        picture = crop(image, vehicle, _MARGIN)
        answer = self._session.infer({self._input: feed(picture, SIZE)})
        return Looks(_guess(answer["colour"][0], COLOURS), _guess(answer["body"][0], BODIES))


def _guess(shares: NDArray[np.float32], words: tuple[str, ...]) -> Guess:
    if shares.shape != (len(words),):
        raise EngineFailed(f"{len(shares)} classes instead of {len(words)}", part="vehicle")
    best = int(shares.argmax())
    return Guess(words[best], min(1.0, float(shares[best])))
