"""Memory that is taken once and used for every picture, and pictures scaled into it."""

from __future__ import annotations

from collections.abc import Hashable
from math import prod
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from ..sight import Image


class Scratch:
    """Rooms for bytes by name; each grows to the largest that was asked of it."""

    def __init__(self) -> None:
        self._rooms: dict[Hashable, Image] = {}

    def room(self, name: Hashable, shape: tuple[int, ...]) -> Image:
        """An array of this shape; what it holds lives until the room is asked for again."""
        size = prod(shape)
        kept = self._rooms.get(name)
        if kept is None or kept.size < size:
            kept = self._rooms[name] = np.empty(size, np.uint8)
        return kept[:size].reshape(shape)


def scaled(part: Image, size: tuple[int, int], scratch: Scratch, name: Hashable) -> Image:
    """The part at `size` (width, height), in the room `name`.

    Even sides are halved, each pixel the mean of those under it, until less than half is left to go; then
    each pixel lies between its neighbours. That is as smooth as one average over all that a pixel covers, at
    a quarter of the time or less; an odd side that has further to go is averaged so.
    """
    step = 0
    while (across := _halves(part.shape[1], size[0])) * (down := _halves(part.shape[0], size[1])) > 1:
        height, width = part.shape[0] // down, part.shape[1] // across
        room = scratch.room((name, step), (height, width, *part.shape[2:]))
        part = np.asarray(cv2.resize(part, (width, height), dst=room, interpolation=cv2.INTER_AREA), np.uint8)
        step += 1
    room = scratch.room(name, (size[1], size[0], *part.shape[2:]))
    return np.asarray(cv2.resize(part, size, dst=room, interpolation=_mode(part, size)), np.uint8)


def is_halved(part: Image, size: tuple[int, int]) -> bool:
    """Whether `scaled` begins by halving a side of the part."""
    return _halves(part.shape[1], size[0]) * _halves(part.shape[0], size[1]) > 1


def _halves(side: int, wanted: int) -> int:
    return 2 if side >= 2 * wanted and side % 2 == 0 else 1


def _mode(part: Image, size: tuple[int, int]) -> int:
    across, down = part.shape[1] / size[0], part.shape[0] / size[1]
    return cv2.INTER_AREA if max(across, down) > 2 and min(across, down) >= 1 else cv2.INTER_LINEAR
