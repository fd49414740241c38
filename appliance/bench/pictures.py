"""The pictures that are recognised: rendered by the twin, or the owner's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from itertools import islice
from pathlib import Path
from threading import Event

from ..clock import Clock, ManualClock
from ..config import Config
from ..evaluate.labels import labels_if_any, plain
from ..faults import CameraLost
from ..hw.base import BaseCamera
from ..hw.cameras.footage import Footage, find_footage
from ..hw.gpio import make_factory
from ..hw.sim.plan import Behaviour, Plan, plan_visits
from ..hw.sim.twin import Twin
from ..sight import AnyPicture, Frame, Picture, host

Plates = Mapping[Path, tuple[str, ...]]

SEED = 7
_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=timezone.utc)
EVERY_S = 0.2
"""Between two rendered pictures: as fast as a small board recognises."""
# Where a plate stands in the twin's ROI, before the arm.
_NEAR_M = (3.0, 8.0)
# Pictures of one vehicle, at least.
_A_VISIT = 20


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture, and the plates (A-Z 0-9) that stand on it; none where nobody knows them."""

    picture: Picture
    plates: tuple[str, ...] = ()


def rendered(config: Config, count: int) -> Iterator[Sample]:
    """`count` pictures of vehicles that drive up to the twin's arm and wait, by day and by night."""
    return islice(_drive_ups(config, _plan(1 + count // _A_VISIT)), count)


def given(paths: Sequence[Path], count: int, plates: Plates | None = None) -> Iterator[Sample]:
    """The first `count` pictures of files and folders. Raises InputDataFault."""
    known = plates or {}
    files = [file for path in paths for file in find_footage(path)]
    shots = (shot for file in files for shot in Footage(file))
    return islice((Sample(Picture.of(shot.image), known.get(shot.path, ())) for shot in shots), count)


def labelled(paths: Sequence[Path]) -> Plates:
    """The plates that somebody wrote down for pictures of these folders. Raises LabelFault."""
    pictures = (one for path in paths if path.is_dir() for one in labels_if_any(path).pictures)
    return {one.path: tuple(label.text for label in one.labels if label.text) for one in pictures}


def _plan(visits: int) -> Plan:
    """Patience is short and nothing breaks: every visit shows a readable plate, and ends."""
    plan = plan_visits(SEED, visits)
    calm = [
        replace(visit, behaviour=Behaviour.ENTER, mishap=None, patience_s=4.0, gap_s=5.0)
        for visit in plan.visits
    ]
    return replace(plan, visits=tuple(calm))


def _drive_ups(config: Config, plan: Plan) -> Iterator[Sample]:
    clock, pins = ManualClock(_NOON), make_factory("mock")
    twin = Twin(config, SEED, len(plan.visits), clock, pins.factory, plan=plan)
    camera = next(iter(twin.cameras.values()))
    with camera:
        while not twin.finished:
            clock.advance(EVERY_S)
            twin.advance_to(clock.monotonic())
            plates = _arriving(twin)
            if plates:
                yield Sample(host(camera.read(0.0).picture), plates)
    pins.close()


def _arriving(twin: Twin) -> tuple[str, ...]:
    """The plates of those who drive up or wait."""
    near, far = _NEAR_M
    there = twin.world.view().vehicles
    return tuple(plain(v.plan.plate) for v in there if near < v.near_m < far and v.speed_mps >= 0)


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
