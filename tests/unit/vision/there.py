"""A GPU that holds nothing and remembers what was asked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from appliance.infer.base import BaseSession
from appliance.infer.device import BaseDevice, Copied, Picked, Placed, Plane
from appliance.infer.lane import Array, Arrays, Lane, TensorSpec
from appliance.sight import Box, Picture, Surface
from appliance.vision.pixels import bgr

if TYPE_CHECKING:
    from appliance.sight import Image


class FakeDevice(BaseDevice):
    """Picks what it was given, an entry an image; what no test asks for is refused."""

    stream = 77

    def __init__(self, *picked: Picked) -> None:
        self.filled: list[Placed] = []
        self.fetched: list[Box] = []
        self.least: float | None = None
        self._picked = picked

    @property
    def copied(self) -> Copied:
        return Copied(0, 0)

    def fill(self, cuts: Sequence[Placed], lane: Lane, name: str) -> None:
        self.filled += cuts

    def pick(self, lane: Lane, scores: str, boxes: str, least: float) -> tuple[Picked, ...]:
        self.least = least
        return self._picked

    def fetch(self, surface: Surface, box: Box) -> Image:
        self.fetched.append(box)
        return bgr(surface, box)

    def jpeg(self, surface: Surface, box: Box, quality: int) -> bytes:
        raise NotImplementedError

    def keep(self, plane: Plane) -> Surface:
        raise NotImplementedError

    def put(self, picture: Picture) -> Surface:
        raise NotImplementedError

    def fingerprint(self, surface: Surface) -> int:
        raise NotImplementedError


class ThereLane(Lane):
    """The lane of a detector: its answers stay where they are."""

    def __init__(self, shape: tuple[int, ...], classes: int) -> None:
        self.inputs = {"image": np.zeros(shape, np.float32)}
        self.specs = {"scores": TensorSpec("scores", (shape[0], 9, classes), np.dtype(np.float32))}

    def run(self) -> Mapping[str, Array]:
        raise AssertionError("the answers were copied to main memory")

    def run_there(self, stream: int) -> None:
        """Queued."""

    def close(self) -> None:
        """Nothing is held."""


class ThereSession(BaseSession):
    """A detector of so many classes on the GPU."""

    def __init__(self, classes: int) -> None:
        self.inputs = (TensorSpec("image", (None, 3, None, None), np.dtype(np.float32)),)
        self.outputs = ()
        self._classes = classes

    def infer(self, feeds: Arrays) -> dict[str, Array]:
        raise AssertionError("pictures were copied to main memory")

    def lane(self, shapes: Mapping[str, tuple[int, ...]]) -> Lane:
        return ThereLane(shapes["image"], self._classes)

    def close(self) -> None:
        """Nothing is held."""
