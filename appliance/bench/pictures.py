"""The pictures that are recognised: rendered by the twin, or the owner's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from itertools import islice
from pathlib import Path
from threading import Event

from ..clock import Clock, ManualClock
from ..config import Config
from ..faults import CameraLost
from ..hw.base import BaseCamera
from ..hw.cameras.footage import Footage, find_footage
from ..hw.gpio import make_factory
from ..hw.sim.plan import Behaviour, Plan, plan_visits
from ..hw.sim.twin import Twin
from ..sight import AnyPicture, Frame, Picture

SEED = 7
_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=timezone.utc)
EVERY_S = 0.2
"""Between two rendered pictures: as fast as a small board recognises."""
_NEAR_M = (3.0, 8.0)
"""Where a plate stands in the twin's ROI, before the arm."""
_A_VISIT = 20
"""Pictures of one vehicle, at least."""


def rendered(config: Config, count: int) -> Iterator[AnyPicture]:
    """`count` pictures of vehicles that drive up to the twin's arm and wait, by day and by night."""
    return islice(_drive_ups(config, _plan(1 + count // _A_VISIT)), count)


def given(paths: Sequence[Path], count: int) -> Iterator[AnyPicture]:
    """The first `count` pictures of files and folders. Raises InputDataFault."""
    files = [file for path in paths for file in find_footage(path)]
    return islice((Picture.of(shot.image) for file in files for shot in Footage(file)), count)


def _plan(visits: int) -> Plan:
    """Patience is short and nothing breaks: every visit shows a readable plate, and ends."""
    plan = plan_visits(SEED, visits)
    calm = [
        replace(visit, behaviour=Behaviour.ENTER, mishap=None, patience_s=4.0, gap_s=5.0)
        for visit in plan.visits
    ]
    return replace(plan, visits=tuple(calm))


def _drive_ups(config: Config, plan: Plan) -> Iterator[AnyPicture]:
    clock, pins = ManualClock(_NOON), make_factory("mock")
    twin = Twin(config, SEED, len(plan.visits), clock, pins.factory, plan=plan)
    camera = next(iter(twin.cameras.values()))
    with camera:
        while not twin.finished:
            clock.advance(EVERY_S)
            twin.advance_to(clock.monotonic())
            if _arriving(twin):
                yield camera.read(0.0).picture
    pins.close()


def _arriving(twin: Twin) -> bool:
    near, far = _NEAR_M
    return any(near < v.near_m < far and v.speed_mps >= 0 for v in twin.world.view().vehicles)


@dataclass
class Replay(BaseCamera):
    """A camera that shows the same pictures over and over, at its rate."""

    name: str
    pictures: Sequence[AnyPicture]
    fps: float
    clock: Clock

    def __post_init__(self) -> None:
        self._closed = Event()
        self._seq = 0
        self._due_s = self.clock.monotonic()

    def open(self) -> None:
        self._closed.clear()

    def close(self) -> None:
        self._closed.set()

    def read(self, timeout_s: float) -> Frame:
        if self._closed.wait(min(timeout_s, max(0.0, self._due_s - self.clock.monotonic()))):
            raise CameraLost("closed", part=self.name)
        now_s = self.clock.monotonic()
        self._due_s = max(self._due_s + 1.0 / self.fps, now_s)
        self._seq += 1
        return Frame(self.name, self._seq, now_s, self.pictures[self._seq % len(self.pictures)])
