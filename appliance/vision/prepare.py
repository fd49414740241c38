"""Parts of pictures straight into a net's input: cut, scaled, coloured and laid out in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from ..infer.lane import Lane
from ..sight import GREY, AnyPicture, Box, Layout, Picture, host
from .pixels import to_rgb, touched
from .scratch import Scratch, is_halved, scaled

if TYPE_CHECKING:
    from ..sight import Image

Float = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Cut:
    """The pixels that `box` touches, scaled to `size` (width, height)."""

    picture: AnyPicture
    box: Box
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Tint:
    """What a net makes of bytes: planes in the order `colour`, each (byte - mean) / std."""

    colour: str = "RGB"
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (255.0, 255.0, 255.0)

    def tables(self) -> Float:
        """3 x 256: the number for each byte of each plane."""
        mean, std = (np.array(each, np.float64)[:, None] for each in (self.mean, self.std))
        return ((np.arange(256.0) - mean) / std).astype(np.float32)


UNIT = Tint()
"""Red, green and blue, 0 to 1."""


class Preparer:
    """Fills the inputs of lanes from pictures in main memory. One thread at a time.

    Held to the same in float64 (the whole picture converted, then cut, scaled and divided), BGR is off by
    2/255 at most and YUV by 1/255 in the mean, 5/255 at most; where a cut of a YUV picture begins or ends at
    an odd pixel, colour may lie up to a pixel of the picture beside the luma. Nothing of a picture's size is
    made on the way, and nothing new at all after the first cut of a size.
    """

    def __init__(self, tint: Tint = UNIT) -> None:
        self._tables = tint.tables()
        self._backwards = tint.colour == "BGR"
        self._scratch = Scratch()

    def fill(self, cuts: Sequence[Cut], lane: Lane, name: str) -> None:
        """Write cut i at the top left of image i of the lane's input `name`, on grey."""
        for cut, image in zip(cuts, lane.inputs[name]):
            self._lay(self._planes(host(cut.picture), cut), cut.size, image)

    def _lay(self, planes: Sequence[Image], size: tuple[int, int], image: Float) -> None:
        width, height = size
        for plane, table, room in zip(planes, self._tables, image):
            cv2.LUT(plane, table, dst=room[:height, :width])
            room[height:] = table[GREY]
            room[:height, width:] = table[GREY]

    def _planes(self, picture: Picture, cut: Cut) -> Sequence[Image]:
        """The cut's three planes in the net's order."""
        if picture.layout is Layout.BGR:
            small, turned = self._small(picture, cut), not self._backwards
        else:
            small, turned = self._coloured(picture, cut), self._backwards
        planes = self._split(small, ("first", "second", "third"))
        return planes[::-1] if turned else planes

    def _small(self, picture: Picture, cut: Cut) -> Image:
        """BGR, scaled."""
        left, top, right, bottom = touched(picture, cut.box)
        return scaled(picture.planes[0][top:bottom, left:right], cut.size, self._scratch, "small")

    def _coloured(self, picture: Picture, cut: Cut) -> Image:
        """RGB of a YUV picture: its planes are scaled, and only what is left of them is converted."""
        left, top, right, bottom = touched(picture, cut.box)
        width, height = cut.size
        luma = scaled(picture.planes[0][top:bottom, left:right], cut.size, self._scratch, "luma")
        across, down = _under(left, right, width), _under(top, bottom, height)
        planes = [luma, *self._chroma(picture, across, down, cut.size)]
        yuv = cv2.merge(planes, dst=self._scratch.room("yuv", (height, width, 3)))
        colour = to_rgb(picture.matrix, picture.full_range)
        rgb = cv2.transform(yuv, colour, dst=self._scratch.room("rgb", (height, width, 3)))
        return np.asarray(rgb, np.uint8)

    def _chroma(
        self, picture: Picture, across: _Samples, down: _Samples, size: tuple[int, int]
    ) -> Sequence[Image]:
        """U and V, scaled. Split, a pair is merged again eight times and halved ten times as fast."""
        parts: Sequence[Image] = [plane[down.taken, across.taken] for plane in picture.planes[1:]]
        whole = (across.scaled, down.scaled)
        if len(parts) == 1 and is_halved(parts[0], whole):
            parts = self._split(parts[0], ("all u", "all v"))
        made = [scaled(part, whole, self._scratch, ("chroma", n)) for n, part in enumerate(parts)]
        width, height = size
        rows, columns = slice(down.before, down.before + height), slice(across.before, across.before + width)
        placed = [plane[rows, columns] for plane in made]
        return placed if len(placed) == 2 else self._split(placed[0], ("u", "v"))

    def _split(self, pixels: Image, names: Sequence[str]) -> Sequence[Image]:
        """Its channels, a plane each."""
        planes = [self._scratch.room(name, pixels.shape[:2]) for name in names]
        cv2.split(pixels, planes)
        return planes


@dataclass(frozen=True, slots=True)
class _Samples:
    """Chroma samples along one side that are `taken` and `scaled` to so many, of which the cut leaves out
    those `before` it.
    """

    taken: slice
    scaled: int
    before: int


def _under(first: int, last: int, size: int) -> _Samples:
    """Those under pixels first..last, which become `size`; an odd edge goes through the middle of one."""
    taken = slice(first // 2, (last + 1) // 2)
    stretch = size / (last - first)
    before = round((first - 2 * taken.start) * stretch)
    whole = round(2 * (taken.stop - taken.start) * stretch)
    return _Samples(taken, max(whole, before + size), before)
