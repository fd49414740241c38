"""The world: a lane, an arm, vehicles with drivers, sensors and people, on a fixed step of 10 ms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from ...events import Button
from .arm import Arm
from .mishaps import CameraState, Mishaps
from .people import Attendant
from .plan import Behaviour, Light, Plan, VisitPlan, Weather
from .site import BEAM_M, LOOP_M, SEEN_M, SPAWN_M, TOUCH_ANGLE
from .vehicle import Mood, Road, Vehicle

STEP_S = 0.01
# A next visitor waits no longer than this for the arm to be down and the attendant to be done.
_ARRIVES_ANYWAY_S = 40.0
_FOLLOW_M = 2.0

OnLine = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class VehicleView:
    """A vehicle as the camera needs it."""

    plan: VisitPlan
    near_m: float
    length_m: float
    speed_mps: float


@dataclass(frozen=True, slots=True)
class SceneView:
    """The scene at one moment, for the camera. Vehicles are sorted from far to near."""

    now_s: float
    light: Light
    weather: Weather
    arm_angle: float
    vehicles: tuple[VehicleView, ...]
    walker: float | None


class World:
    """Everything outside the appliance. The outputs move it, its sensors are the inputs.

    Attributes are the ground truth: `loop_active` and `beam_broken` are what really is on the lane,
    `loop_reads` and `beam_reads` what the sensors say of it.
    """

    def __init__(
        self,
        plan: Plan,
        arm_s: float,
        reset_hold_s: float,
        start_s: float = 0.0,
        on_line: OnLine | None = None,
    ) -> None:
        self.plan = plan
        self.now_s = start_s
        self.arm = Arm(arm_s)
        self.vehicles: tuple[Vehicle, ...] = ()
        self.left: list[Vehicle] = []
        """Vehicles whose visits are over, in the order of leaving."""
        self.loop_active = self.beam_broken = False
        self.loop_reads = self.beam_reads = False
        self.touched: VisitPlan | None = None
        self._on_line = on_line
        self._next = 0
        self._last_left_s = start_s
        self._driven_s = start_s
        self._sky = (Light.DAY, Weather.DRY)
        self.mishaps = Mishaps(self.arm, self._say)
        self.attendant = Attendant(self, reset_hold_s, self._say)

    # -- what happens ------------------------------------------------------------------------------

    def step(self, now_s: float, opening: bool, closing: bool) -> None:
        """Let STEP_S pass, up to `now_s`, with the motor contacts `opening` and `closing`."""
        self.now_s = now_s
        if opening or closing:
            self._driven_s = now_s
        self.arm.step(STEP_S, opening, closing)
        if self._next < len(self.plan.visits):
            self._arrivals(now_s)
        if self.vehicles:
            self._traffic(now_s)
        self.mishaps.step(now_s, opening, closing)
        self.attendant.step(now_s, self.mishaps.active)
        self._sense()

    def _arrivals(self, now_s: float) -> None:
        visit = self.plan.visits[self._next]
        if self._follows(visit) if self.vehicles else self._comes(visit, now_s):
            self._arrive(visit, now_s)

    def _follows(self, visit: VisitPlan) -> bool:
        """Right behind the leader, as soon as there is room."""
        close = visit.behaviour in (Behaviour.QUEUE, Behaviour.TAILGATE)
        return close and self.vehicles[-1].far_m < SPAWN_M - _FOLLOW_M

    def _comes(self, visit: VisitPlan, now_s: float) -> bool:
        since = now_s - self._last_left_s
        if since < visit.gap_s:
            return False
        settled = self.arm.at_closed and not self.attendant.busy and self.mishaps.active is None
        return settled or since > _ARRIVES_ANYWAY_S

    def _arrive(self, visit: VisitPlan, now_s: float) -> None:
        def say(words: str) -> None:
            self._say(f"{visit.name} {words}")

        self._next += 1
        self._sky = (visit.light, visit.weather)
        vehicle = Vehicle(visit, now_s, say)
        self.vehicles = (*self.vehicles, vehicle)
        self.mishaps.expect(vehicle)
        say("comes to the exit" if visit.behaviour is Behaviour.EXIT else "drives up")

    def _traffic(self, now_s: float) -> None:
        road = Road(self.arm.angle, self.arm.motion)
        for vehicle in self.vehicles:
            called = vehicle.called_exit
            vehicle.step(STEP_S, now_s, road)
            if vehicle.called_exit and not called:
                self.attendant.press(Button.EXIT)
            road.ahead_m = vehicle.far_m
            road.ahead_retreats = vehicle.mood is Mood.RETREAT
        if any(v.mood is Mood.GONE for v in self.vehicles):
            self._departures(now_s)

    def _departures(self, now_s: float) -> None:
        self.left.extend(v for v in self.vehicles if v.mood is Mood.GONE)
        self.vehicles = tuple(v for v in self.vehicles if v.mood is not Mood.GONE)
        self._last_left_s = now_s

    def _sense(self) -> None:
        loop = beam = False
        self.touched = None
        for vehicle in self.vehicles:
            loop = loop or (vehicle.near_m <= LOOP_M[1] and vehicle.far_m >= LOOP_M[0])
            beam = beam or vehicle.covers(BEAM_M)
            if self.arm.angle < TOUCH_ANGLE and vehicle.covers(0.0):
                self.touched = vehicle.plan
        self.loop_active = loop
        self.beam_broken = beam or self.mishaps.walker(self.now_s) is not None
        self.loop_reads = loop or self.mishaps.loop_stuck
        self.beam_reads = self.beam_broken or self.mishaps.beam_lost

    def _say(self, words: str) -> None:
        if self._on_line:
            self._on_line(self.now_s, words)

    # -- what is -----------------------------------------------------------------------------------

    @property
    def still_s(self) -> float:
        return self.now_s - self._driven_s

    @property
    def over(self) -> bool:
        """All visits are over and everything has come to rest."""
        busy = self.vehicles or self.attendant.busy or self.mishaps.active
        return self._next == len(self.plan.visits) and not busy

    @property
    def camera(self) -> CameraState:
        return self.mishaps.camera

    def first(self) -> Vehicle | None:
        """The vehicle that is next to pass: first before the arm, or inside at the exit."""
        for vehicle in self.vehicles:
            if not vehicle.passed and vehicle.near_m < SEEN_M:
                return vehicle
        return None

    def waiting(self) -> VisitPlan | None:
        for vehicle in self.vehicles:
            if vehicle.mood is Mood.WAIT:
                return vehicle.plan
        return None

    def waits_s(self) -> float:
        return max((self.now_s - v.since_s for v in self.vehicles if v.mood is Mood.WAIT), default=-inf)

    def view(self) -> SceneView:
        """The scene as it is now."""
        seen = sorted(self.vehicles, key=lambda v: -v.near_m)
        views = tuple(VehicleView(v.plan, v.near_m, v.length_m, v.speed_mps) for v in seen)
        light, weather = self._sky
        walker = self.mishaps.walker(self.now_s)
        return SceneView(self.now_s, light, weather, self.arm.angle, views, walker)
