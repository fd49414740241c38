"""Plates that wait to be read: the most hopeful of each camera, and no camera before its turn."""

from __future__ import annotations

from dataclasses import dataclass

from ..sight import AnyPicture, Detection
from .drops import Dropped, Drops


@dataclass(frozen=True, slots=True)
class ReadJob:
    """One plate of one frame to be read. `rank` says how much is hoped of it: higher is read first."""

    camera: str
    track_id: int
    frame_seq: int
    captured_s: float
    asked_s: float
    picture: AnyPicture
    plate: Detection
    rank: float


class Waiting:
    """At most `size` jobs of each camera, of each track the newest. For one thread at a time."""

    def __init__(self, size: int, drops: Drops) -> None:
        self._size = size
        self._drops = drops
        self._lanes: dict[str, list[ReadJob]] = {}
        """In the order in which the cameras' turns come; a camera without jobs has no lane."""

    def __len__(self) -> int:
        return sum(len(lane) for lane in self._lanes.values())

    def put(self, job: ReadJob) -> None:
        """Add a job in the place of its track's older one; the one of least hope goes where it is full."""
        lane = self._lanes.get(job.camera, [])
        others = [other for other in lane if other.track_id != job.track_id]
        ranked = sorted([*others, job], key=lambda j: (-j.rank, -j.captured_s))
        self._lanes[job.camera] = ranked[: self._size]
        self._drops.count(job.camera, Dropped.READ_SUPERSEDED, len(lane) - len(others))
        self._drops.count(job.camera, Dropped.READ_NO_ROOM, len(ranked[self._size :]))

    def take(self, most: int) -> list[ReadJob]:
        """The best of each camera in turn, `most` together; a camera that was served goes to the end."""
        batch: list[ReadJob] = []
        while self._lanes and len(batch) < most:
            camera = next(iter(self._lanes))
            best, *rest = self._lanes.pop(camera)
            batch.append(best)
            if rest:
                self._lanes[camera] = rest
        return batch
