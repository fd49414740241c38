"""The lanes of one net: buffers of the sizes that are in use, lent to one caller at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock

import numpy as np

from ..faults import EngineFailed
from ..infer.base import BaseSession
from ..infer.device import BaseDevice, Placed
from ..infer.lane import Array, Lane
from ..sight import Box, Picture, Surface
from .prepare import UNIT, Cut, Preparer, Tint

# Idle lanes that are kept: cameras have a handful of sizes, and each of them five sizes of batch.
_MOST = 32

Shape = tuple[int, int, int]
"""Images, height and width."""


class Slot:
    """A lane with what fills it. Fill, then run; answers live until the slot is given back."""

    def __init__(
        self, lane: Lane, name: str, preparer: Preparer, device: BaseDevice | None, *, plain: bool
    ) -> None:
        self.lane = lane
        self.device: BaseDevice | None = None
        """The GPU on which the pictures of the last `fill` lie; None in main memory."""
        self._name = name
        self._preparer = preparer
        self._own_device = device
        self._plain = plain

    def fill(self, cuts: Sequence[Cut]) -> None:
        """Write a cut into each image: on the GPU where all of them are there and the net is fed as its
        kernels feed, else through main memory, to which only the cuts are copied.
        """
        placed = [Placed(c.picture, c.box, c.size) for c in cuts if isinstance(c.picture, Surface)]
        self.device = self._own_device if self._plain and len(placed) == len(cuts) else None
        if self.device is not None:
            self.device.fill(placed, self.lane, self._name)
        else:
            self._preparer.fill([self._fetched(cut) for cut in cuts], self.lane, self._name)

    def run(self, names: Sequence[str]) -> Mapping[str, Array]:
        """The answers of these names."""
        if self.device is None:
            return self.lane.run()
        self.lane.run_there(self.device.stream)
        return self.lane.read(names)

    def _fetched(self, cut: Cut) -> Cut:
        if self._own_device is None or isinstance(cut.picture, Picture):
            return cut
        part = Picture.of(self._own_device.fetch(cut.picture, cut.box))
        return Cut(part, Box(0, 0, part.width, part.height), cut.size)


class Lanes:
    """Safe between threads: a call that hangs keeps its slot, and the next caller gets another.

    With a `device`, pictures on that GPU stay there.
    """

    def __init__(self, session: BaseSession, tint: Tint = UNIT, device: BaseDevice | None = None) -> None:
        spec = session.inputs[0]
        if spec.dtype != np.float32:
            raise EngineFailed(f"input {spec.name} is {spec.dtype}, not float32", part="lanes")
        self.batches = spec.shape[0] is None
        """Whether the net takes several images at once."""
        self.sides = spec.shape[2], spec.shape[3]
        """Height and width of the only size that the net takes; None where any."""
        self._session = session
        self._name = spec.name
        self._tint = tint
        self._device = device
        self._turn = Lock()
        self._idle: list[tuple[Shape, Slot]] = []

    @contextmanager
    def lent(self, shape: Shape) -> Iterator[Slot]:
        """A slot for inputs of this shape, on a GPU for as many images or more.

        Raises EngineFailed where the net does not take it.
        """
        shape = self._roomy(shape)
        slot = self._taken(shape) or self._made(shape)
        try:
            yield slot
        except EngineFailed:
            # What it holds is in doubt, its memory is not.
            slot.lane.close()
            raise
        self._give_back(shape, slot)

    def _roomy(self, shape: Shape) -> Shape:
        """On a GPU the next power of two of images: a new number of them takes memory and a capture, while
        images that nobody asked about cost next to nothing.
        """
        images, height, width = shape
        if self._device is None or not self.batches:
            return shape
        return 1 << (images - 1).bit_length(), height, width

    def _taken(self, shape: Shape) -> Slot | None:
        with self._turn:
            for place in range(len(self._idle) - 1, -1, -1):
                if self._idle[place][0] == shape:
                    return self._idle.pop(place)[1]
        return None

    def _made(self, shape: Shape) -> Slot:
        images, height, width = shape
        lane = self._session.lane({self._name: (images, 3, height, width)})
        return Slot(lane, self._name, Preparer(self._tint), self._device, plain=self._tint == UNIT)

    def _give_back(self, shape: Shape, slot: Slot) -> None:
        """Keep it for the next one; the one that was used longest ago makes room."""
        with self._turn:
            self._idle.append((shape, slot))
            over = self._idle.pop(0)[1] if len(self._idle) > _MOST else None
        if over is not None:
            over.lane.close()
