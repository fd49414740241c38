"""What goes wrong in the twin: faults of the gate's parts and surprises on the lane, as planned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...words import Word
from .arm import Arm
from .plan import HARDWARE, Mishap, VisitPlan
from .vehicle import Vehicle

# Mishaps on the approach begin when the vehicle is this far before its stop.
_NEAR_LINE_M = 6.0
# A stuck loop lasts longer than the others, so that the car has left while it still says `present`.
_LOOP_EXTRA_S = 6.0
# A person needs this long through the beam.
_WALK_S = 1.5
_JAM_ANGLES = (0.0, 35.0)


class CameraState(Word):
    FINE = "fine"
    LOST = "lost"
    FROZEN = "frozen"
    DARK = "dark"


@dataclass(slots=True)
class Injected:
    """A fault of a part that was injected, and when; `ended_s` is None while it lasts."""

    number: int
    mishap: Mishap
    started_s: float
    ended_s: float | None = None


_CAMERA = {
    Mishap.CAMERA_LOST: CameraState.LOST,
    Mishap.CAMERA_FROZEN: CameraState.FROZEN,
    Mishap.CAMERA_DARK: CameraState.DARK,
}
_SAYINGS = {
    Mishap.CAMERA_LOST: "the camera's cable comes loose",
    Mishap.CAMERA_FROZEN: "the camera freezes",
    Mishap.CAMERA_DARK: "the camera's lens is covered",
    Mishap.ARM_JAM: "the arm jams",
    Mishap.LOOP_STUCK: "the loop sticks at `present`",
    Mishap.BEAM_LOST: "the beam's receiver fails",
    Mishap.PEDESTRIAN: "a pedestrian walks through the beam under the closing arm",
    Mishap.STOP_PRESSED: "somebody hits STOP",
}


class Mishaps:
    """Waits for the moment of the visit's mishap, lets it happen, and ends it."""

    def __init__(self, arm: Arm, say: Callable[[str], None]) -> None:
        self._arm = arm
        self._say = say
        self._visit: VisitPlan | None = None
        self._vehicle: Vehicle | None = None
        self._active: Mishap | None = None
        self._ends_s = 0.0
        self.injected: list[Injected] = []
        self.camera = CameraState.FINE

    @property
    def active(self) -> Mishap | None:
        """The mishap of this moment."""
        return self._active

    @property
    def loop_stuck(self) -> bool:
        return self._active is Mishap.LOOP_STUCK

    @property
    def beam_lost(self) -> bool:
        return self._active is Mishap.BEAM_LOST

    def walker(self, now_s: float) -> float | None:
        """How far the pedestrian has crossed, 0 to 1; None while nobody walks."""
        if self._active is not Mishap.PEDESTRIAN:
            return None
        return 1.0 - (self._ends_s - now_s) / _WALK_S

    def expect(self, vehicle: Vehicle) -> None:
        """A vehicle arrives: its plan's mishap is the next one."""
        self._visit = vehicle.plan if vehicle.plan.mishap else None
        self._vehicle = vehicle

    def step(self, now_s: float, opening: bool, closing: bool) -> None:
        if self._active:
            self._maybe_end(now_s)
        elif self._visit and self._vehicle and self._due(self._visit, self._vehicle, opening, closing):
            self._begin(self._visit, now_s)

    def _due(self, visit: VisitPlan, vehicle: Vehicle, opening: bool, closing: bool) -> bool:
        if visit.mishap is Mishap.BEAM_LOST:
            return vehicle.near_m < 1.0
        if visit.mishap is Mishap.PEDESTRIAN:
            return vehicle.passed and closing and self._arm.angle < 75.0
        if visit.mishap is Mishap.STOP_PRESSED:
            return opening and self._arm.angle > 25.0
        if visit.mishap is Mishap.ARM_JAM:
            return self._jams(visit, vehicle, opening, closing)
        return vehicle.near_m < visit.stop_m + _NEAR_LINE_M

    def _jams(self, visit: VisitPlan, vehicle: Vehicle, opening: bool, closing: bool) -> bool:
        """By turns: at its rest, on its way up, on its way down behind the vehicle."""
        turn = visit.number % 3
        if turn == 2:
            return vehicle.passed and closing and self._arm.angle < 50.0
        return vehicle.near_m < visit.stop_m + 1.0 and opening and self._arm.angle >= _JAM_ANGLES[turn]

    def _begin(self, visit: VisitPlan, now_s: float) -> None:
        mishap = visit.mishap
        if mishap is None:
            return
        self._visit, self._active = None, mishap
        self._ends_s = now_s + _lasts(visit, mishap)
        self.camera = _CAMERA.get(mishap, CameraState.FINE)
        self._arm.jammed = mishap is Mishap.ARM_JAM
        if mishap in HARDWARE:
            self.injected.append(Injected(visit.number, mishap, now_s))
        self._say(_SAYINGS[mishap])

    def _maybe_end(self, now_s: float) -> None:
        over = not self._arm.jammed if self._active is Mishap.ARM_JAM else now_s >= self._ends_s
        if not over:
            return
        if self._active in HARDWARE:
            self.injected[-1].ended_s = now_s
            self._say(f"the fault is over ({self._active})")
        self._active = None
        self.camera = CameraState.FINE


def _lasts(visit: VisitPlan, mishap: Mishap) -> float:
    if mishap is Mishap.PEDESTRIAN:
        return _WALK_S
    if mishap is Mishap.STOP_PRESSED:
        return 1.0
    return visit.mishap_s + (_LOOP_EXTRA_S if mishap is Mishap.LOOP_STUCK else 0.0)
