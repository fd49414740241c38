"""Pictures on a GPU, by our own kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from math import ceil
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..faults import EngineFailed
from ..sight import Box, Layout, Picture, Surface
from .device import GROUND, BaseDevice, Copied, Picked, Placed, Plane
from .encoder import BaseEncoder
from .gpu import BaseGpu, Region, Rows, Stream
from .gpu_pictures import CANDIDATE, CUTS, MOST_CUTS, cut_words, surface_words
from .lane import Lane

if TYPE_CHECKING:
    from ..sight import Image

# Rows begin where the GPU fetches its memory.
_PITCH = 256
# Bytes before the candidates: their number, and what aligns them.
_HEAD = 32
# Candidates an image that are copied at least before their number is known: a vehicle and its plate.
_FEW = 8
# What a run keeps of the hope that there are no more candidates than were seen lately.
_FADE = 0.99
# Threads that hash a picture: each adds its part to one number, and more would stand in its way.
_HASHERS = 64 * 256


class _Keeper:
    """Owns the memory of a surface: its last holder's end gives it back.

    By `__del__`, which costs a tenth of a finalizer, at every frame of every camera.
    """

    __slots__ = ("_give", "_region")

    def __init__(self, give: Callable[[Region], None], region: Region) -> None:
        self._give, self._region = give, region

    def __del__(self) -> None:
        self._give(self._region)


class GpuDevice(BaseDevice):
    """`gpu` has learnt the kernels; `encoder` makes the encoder when the first JPEG is asked for."""

    def __init__(self, gpu: BaseGpu, encoder: Callable[[Stream], BaseEncoder]) -> None:
        self.gpu, self._make_encoder = gpu, encoder
        self._encoder: BaseEncoder | None = None
        self._turn = Lock()
        self._found: Region | None = None
        self._likely = float(_FEW)
        with gpu.current():
            self.queue, self._side = gpu.stream(), gpu.stream()
        self.stream = self.queue.handle

    @property
    def copied(self) -> Copied:
        return Copied(self.gpu.traffic.up, self.gpu.traffic.down)

    def fill(self, cuts: Sequence[Placed], lane: Lane, name: str) -> None:
        spec = lane.specs[name]
        images, _, height, width = (side or 0 for side in spec.shape)
        if len(cuts) > images or spec.dtype != np.float32:
            raise EngineFailed(f"{len(cuts)} pictures do not fit {spec.dtype} {spec.shape}", part="device")
        each = 3 * height * width * spec.dtype.itemsize
        words = [cut_words(cut, lane.addresses[name] + each * i) for i, cut in enumerate(cuts)]
        with self.gpu.current(), self.queue.turn:
            for start in range(0, len(words), MOST_CUTS):
                self._fill(words[start : start + MOST_CUTS], width, height)

    def _fill(self, words: Sequence[tuple[object, ...]], width: int, height: int) -> None:
        told = np.zeros(1, [("of", CUTS)])
        told["of"][0, : len(words)] = words
        sides = (np.int32(width), np.int32(height), np.float32(GROUND))
        self.gpu.launch("fill", (width, height, len(words)), (told[0], *sides), self.queue)

    def pick(self, lane: Lane, scores: str, boxes: str, least: float) -> tuple[Picked, ...]:
        images, places, kinds = (side or 0 for side in lane.specs[scores].shape)
        for one, side in ((scores, kinds), (boxes, 4)):
            spec = lane.specs[one]
            if spec.shape != (images, places, side) or spec.dtype != np.float32:
                raise EngineFailed(f"{one} are {spec.dtype} {spec.shape}", part="device")
        room = _HEAD + images * places * CANDIDATE.itemsize
        with self.gpu.current():
            found = self._room(room)
            sizes = (np.int32(images), np.int32(places), np.int32(kinds))
            where = [np.uint64(lane.addresses[one]) for one in (scores, boxes)]
            with self.queue.turn:
                self.gpu.clear(found.address, _HEAD, self.queue)
                words = (*where, np.uint64(found.address), *sizes, np.float32(least))
                self.gpu.launch("pick", (images * places, 1, 1), words, self.queue)
            likely = _HEAD + ceil(images * self._likely) * CANDIDATE.itemsize
            seen = self._answer(found, min(likely, room))
            count = int(seen[:4].view(np.int32)[0])
            if _HEAD + count * CANDIDATE.itemsize > seen.nbytes:
                seen = self._answer(found, _HEAD + count * CANDIDATE.itemsize)
        self._likely = max(_FEW, count / images, _FADE * self._likely)
        return _sorted(seen[_HEAD : _HEAD + count * CANDIDATE.itemsize].view(CANDIDATE), images)

    def fetch(self, surface: Surface, box: Box) -> Image:
        with self._aside(), self._part(surface, box) as (region, width, height):
            seen = self._download(region, width * height * 3)
            return np.array(seen.reshape(height, width, 3))

    def jpeg(self, surface: Surface, box: Box, quality: int) -> bytes:
        with self._aside(), self._part(surface, box) as (region, width, height):
            if self._encoder is None:
                self._encoder = self._make_encoder(self._side)
            data = self._encoder.encode(region.address, width, height, quality, self._side)
            self.gpu.traffic.down += len(data)
            return data

    def keep(self, plane: Plane) -> Surface:
        return self.keep_all((plane,))[0]

    def keep_all(self, planes: Sequence[Plane]) -> list[Surface]:
        with self._aside():
            kept = [self._queued_copy(plane) for plane in planes]
            self._side.synchronize()
        return kept

    def _queued_copy(self, plane: Plane) -> Surface:
        surface = self._surface(plane)
        rows = plane.height
        if plane.chroma - plane.luma == plane.pitch * rows:
            # As decoders lay it: chroma right below, and one copy does.
            rows = rows * 3 // 2
        else:
            lines = Rows(plane.chroma, plane.pitch), Rows(surface.chroma, surface.pitch)
            self.gpu.copy(*lines, plane.width, rows // 2, self._side)
        lines = Rows(plane.luma, plane.pitch), Rows(surface.luma, surface.pitch)
        self.gpu.copy(*lines, plane.width, rows, self._side)
        return surface

    def put(self, picture: Picture) -> Surface:
        if picture.layout is not Layout.NV12:
            raise EngineFailed(f"a surface is NV12, not {picture.layout}", part="device")
        width, height = picture.width, picture.height
        size = width * height
        with self.gpu.current():
            region = self.gpu.take(size * 3 // 2)
            np.copyto(region.host[:size].reshape(height, width), picture.planes[0])
            chroma = picture.planes[1].reshape(height // 2, width)
            np.copyto(region.host[size : size * 3 // 2].reshape(height // 2, width), chroma)
            with self._turn:
                self.gpu.upload(region, size * 3 // 2, self._side)
        whole = Plane(region.address, region.address + size, width, width, height)
        kept = self.keep(replace(whole, matrix=picture.matrix, full_range=picture.full_range))
        self.gpu.give(region)
        return kept

    def fingerprint(self, surface: Surface) -> int:
        with self._aside(), self._taken(8) as region:
            self.gpu.clear(region.address, 8, self._side)
            words = (surface_words(surface), np.uint64(region.address))
            self.gpu.launch("fingerprint", (_HASHERS, 1, 1), words, self._side)
            return int(self._download(region, 8).view(np.uint64)[0])

    def _surface(self, plane: Plane) -> Surface:
        """Room for a copy of it."""
        pitch = -(-plane.width // _PITCH) * _PITCH
        region = self.gpu.take(pitch * plane.height * 3 // 2, mirrored=False)
        keeper = _Keeper(self.gpu.give, region)
        luma, chroma = region.address, region.address + pitch * plane.height
        # The download lives as long as the surface does, so the keeper goes with it.
        download = partial(
            self._downloaded, Plane(luma, chroma, pitch, plane.width, plane.height), plane, keeper
        )
        return Surface(
            plane.width,
            plane.height,
            luma,
            chroma,
            pitch,
            keeper,
            download,
            plane.matrix,
            plane.full_range,
        )

    def _downloaded(self, kept: Plane, like: Plane, keeper: _Keeper) -> Picture:
        """The whole picture in main memory."""
        width, height = kept.width, kept.height
        size = width * height
        with self._aside(), self._taken(size * 3 // 2) as region:
            tight = Rows(region.address, width), Rows(region.address + size, width)
            self.gpu.copy(Rows(kept.luma, kept.pitch), tight[0], width, height, self._side)
            self.gpu.copy(Rows(kept.chroma, kept.pitch), tight[1], width, height // 2, self._side)
            seen = self._download(region, size * 3 // 2).copy()
        planes = seen[:size].reshape(height, width), seen[size:].reshape(height // 2, width // 2, 2)
        return Picture(Layout.NV12, planes, like.matrix, like.full_range)

    @contextmanager
    def _part(self, surface: Surface, box: Box) -> Iterator[tuple[Region, int, int]]:
        """The part as BGR in the GPU's memory, and its width and height."""
        left, top, right, bottom = box.pixels(surface.width, surface.height)
        width, height = right - left, bottom - top
        with self._taken(width * height * 3) as region:
            where = (np.int32(side) for side in (left, top, width, height))
            words = (surface_words(surface), np.uint64(region.address), *where)
            self.gpu.launch("part", (width, height, 1), words, self._side)
            yield region, width, height

    @contextmanager
    def _aside(self) -> Iterator[None]:
        """For what any thread may ask: one after the other, beside the nets' own stream."""
        with self.gpu.current(), self._turn:
            yield

    @contextmanager
    def _taken(self, size: int) -> Iterator[Region]:
        region = self.gpu.take(size)
        try:
            yield region
        finally:
            self.gpu.give(region)

    def _room(self, size: int) -> Region:
        """Where candidates are written; it grows with the largest batch."""
        if self._found is None or self._found.size < size:
            if self._found is not None:
                self.gpu.give(self._found)
            self._found = self.gpu.take(size)
        return self._found

    def _answer(self, found: Region, size: int) -> NDArray[np.uint8]:
        """The first bytes of it, in the nets' own queue; in no graph that another thread captures there."""
        with self.queue.turn:
            self.gpu.download(found, size, self.queue)
        self.queue.synchronize()
        return found.host[:size]

    def _download(self, region: Region, size: int) -> NDArray[np.uint8]:
        """Its first bytes, beside that queue; for who holds the turn."""
        self.gpu.download(region, size, self._side)
        self._side.synchronize()
        return region.host[:size]


def _sorted(found: NDArray[np.void], images: int) -> tuple[Picked, ...]:
    """By image and place: the kernel's threads end in any order."""
    found = found[np.lexsort((found["place"], found["image"]))]
    ends = np.searchsorted(found["image"], np.arange(1, images))
    return tuple(Picked(one["box"], one["kind"], one["score"]) for one in np.split(found, ends))
