"""The contract of pictures on a GPU: prepared, searched and encoded there, and counted where they travel."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..sight import GREY, Box, Matrix, Picture, Surface
from .lane import Lane

if TYPE_CHECKING:
    from ..sight import Image

GROUND = GREY / 255
"""The grey that the nets were trained on where no picture is."""


@dataclass(frozen=True, slots=True)
class Placed:
    """The pixels of a surface that `box` touches, scaled to `size` (width, height) at a net's top left."""

    surface: Surface
    box: Box
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Picked:
    """The boxes of one image that scored enough, in the order of the net's answer: boxes (n, 4) as the net
    gave them, the likeliest class of each and its score.
    """

    boxes: NDArray[np.float32]
    kinds: NDArray[np.int32]
    scores: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Plane:
    """NV12 in the GPU's memory that belongs to someone else: addresses, bytes from row to row, pixels."""

    luma: int
    chroma: int
    pitch: int
    width: int
    height: int
    matrix: Matrix = Matrix.BT709
    full_range: bool = False


@dataclass(frozen=True, slots=True)
class Copied:
    """Bytes copied between the host and the GPU since the start."""

    to_device: int
    to_host: int


class BaseDevice(ABC):
    """A GPU that holds pictures. Every method raises EngineFailed where the vendor fails.

    `fill`, `pick` and the lanes of the backend's sessions queue on one stream, so that they need no waiting
    for each other; one thread calls them. The others may be called from any thread.
    """

    stream: int
    """For `Lane.run_there`."""

    @property
    @abstractmethod
    def copied(self) -> Copied:
        """All traffic with the host: pictures, answers and parameters that were copied."""

    @abstractmethod
    def fill(self, cuts: Sequence[Placed], lane: Lane, name: str) -> None:
        """Queue writing cut i into image i of the lane's input `name`: RGB, 0 to 1, planar, FP32, on GROUND.

        A side that shrinks is averaged over what each pixel covers, one that grows is interpolated; pixels
        outside the box are not seen.
        """

    @abstractmethod
    def pick(self, lane: Lane, scores: str, boxes: str, least: float) -> tuple[Picked, ...]:
        """Of the answers `scores` (images, n, classes) and `boxes` (images, n, 4), both float32, those of at
        least `least`, an entry an image; nothing else is copied. Waits for what is queued.
        """

    @abstractmethod
    def fetch(self, surface: Surface, box: Box) -> Image:
        """The pixels that the box touches, as BGR in main memory; at least one."""

    @abstractmethod
    def jpeg(self, surface: Surface, box: Box, quality: int) -> bytes:
        """The pixels that the box touches as a JPEG of `quality` 1 to 100, encoded on the GPU."""

    @abstractmethod
    def keep(self, plane: Plane) -> Surface:
        """A copy on the GPU, from a pool, complete when this returns."""

    def keep_all(self, planes: Sequence[Plane]) -> list[Surface]:
        """A copy of each; a device may wait once for all of them."""
        return [self.keep(plane) for plane in planes]

    @abstractmethod
    def put(self, picture: Picture) -> Surface:
        """An NV12 picture of main memory as a surface: the whole frame is copied."""

    @abstractmethod
    def fingerprint(self, surface: Surface) -> int:
        """A 64-bit hash of all its pixels: equal pictures have equal ones, others hardly ever."""
