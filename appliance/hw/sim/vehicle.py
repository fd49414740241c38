"""A vehicle and its driver: approach, stop, wait, pass, and the less well-behaved things drivers do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import copysign, inf, sqrt

from ...words import Word
from .plan import Behaviour, Body, VisitPlan
from .site import COMMIT_M, INNER_LINE_M, INSIDE_M, SAFE_ANGLE, SPAWN_M

LENGTHS: dict[Body, float] = {
    Body.CAR: 4.3,
    Body.ESTATE: 4.7,
    Body.SUV: 4.6,
    Body.VAN: 5.4,
    Body.TRUCK: 6.8,
}
_ACCELERATION = 2.0
_BRAKING = 4.0
# Deceleration in m/s2 that drivers plan their stops with.
_PROFILE = 2.0
_THERE_M = 0.03
_PASSING_MPS = 3.0
_LEAVING_MPS = 4.5
_REVERSING_MPS = 3.5
_LINGER_S = 6.0
_LINGER_AT_M = -1.0
_BACK_OUT_AT_M = -1.6
# A driver inside needs this long from standing still to pressing EXIT.
_KEY_S = 1.0


class Mood(Word):
    """What the driver is about."""

    APPROACH = "approach"
    WAIT = "wait"
    PASS = "pass"
    LINGER = "linger"
    RETREAT = "retreat"
    GONE = "gone"


@dataclass(slots=True)
class Road:
    """What a driver sees before him: the arm, and the far end of the vehicle ahead (-inf: none)."""

    arm_angle: float = 0.0
    arm_motion: int = 0
    ahead_m: float = -inf
    ahead_retreats: bool = False


class Vehicle:
    """One vehicle. `near_m` is its end towards the camera, `speed_mps` is positive towards it."""

    __slots__ = (
        "_act",
        "_dawdles",
        "_say",
        "_seen_down",
        "called_exit",
        "far_m",
        "length_m",
        "mood",
        "near_m",
        "passed",
        "plan",
        "since_s",
        "speed_mps",
        "stood_s",
    )

    def __init__(self, plan: VisitPlan, now_s: float, say: Callable[[str], None]) -> None:
        leaving = plan.behaviour is Behaviour.EXIT
        self.plan = plan
        self.length_m = LENGTHS[plan.body]
        self.near_m = INSIDE_M - self.length_m if leaving else SPAWN_M
        self.far_m = self.near_m + self.length_m
        self.speed_mps = -plan.cruise_mps / 2 if leaving else plan.cruise_mps
        self.mood = Mood.APPROACH
        self.since_s = now_s
        self.stood_s: float | None = None
        """When it first stood still at the line."""
        self.passed = False
        self.called_exit = False
        self._seen_down = False
        self._dawdles = plan.behaviour is Behaviour.DAWDLE
        self._say = say
        self._act = self._moods_out() if leaving else self._moods_in()

    def step(self, seconds: float, now_s: float, road: Road) -> None:
        """Drive on for `seconds`."""
        self._act[self.mood](seconds, now_s, road)
        self.far_m = self.near_m + self.length_m

    def covers(self, at_m: float) -> bool:
        return self.near_m <= at_m <= self.far_m

    # -- driving in --------------------------------------------------------------------------------

    def _moods_in(self) -> dict[Mood, Callable[[float, float, Road], None]]:
        return {
            Mood.APPROACH: self._approach,
            Mood.WAIT: self._wait,
            Mood.PASS: self._pass,
            Mood.LINGER: self._linger,
            Mood.RETREAT: self._retreat,
            Mood.GONE: self._stay,
        }

    def _approach(self, seconds: float, now_s: float, road: Road) -> None:
        line = self._line(road)
        arrived = self._drive(line, self.plan.cruise_mps, seconds)
        if road.ahead_m == -inf and self.near_m < self.plan.stop_m + 3.0 and self._may_go(road):
            self._turn(Mood.PASS, now_s, "drives on under the open arm")
        elif arrived and line == self.plan.stop_m:
            self.stood_s = self.stood_s or now_s
            self._turn(Mood.WAIT, now_s, "stops at the line")
        elif road.ahead_retreats or (arrived and self._impatient(now_s)):
            self._turn(Mood.RETREAT, now_s, "gives up and reverses away")

    def _line(self, road: Road) -> float:
        gap = 0.8 if self.plan.behaviour is Behaviour.TAILGATE else 1.2
        return max(self.plan.stop_m, road.ahead_m + gap)

    def _may_go(self, road: Road) -> bool:
        """A driver with no right of his own goes only when the arm has risen before his eyes."""
        up = road.arm_angle >= SAFE_ANGLE and road.arm_motion >= 0
        self._seen_down = self._seen_down or road.arm_angle < SAFE_ANGLE
        mine = self.plan.may_pass or self.plan.behaviour is Behaviour.TAILGATE
        return up and (mine or self._seen_down)

    def _wait(self, seconds: float, now_s: float, road: Road) -> None:
        self.speed_mps = 0.0
        if self._may_go(road):
            self._turn(Mood.PASS, now_s, "goes")
        elif self._impatient(now_s):
            self._turn(Mood.RETREAT, now_s, "gives up and reverses away")

    def _impatient(self, now_s: float) -> bool:
        return now_s - self.since_s > self.plan.patience_s

    def _pass(self, seconds: float, now_s: float, road: Road) -> None:
        goal = INSIDE_M - 3.0
        if self.near_m > COMMIT_M and (road.arm_angle < SAFE_ANGLE or road.arm_motion < 0):
            goal = COMMIT_M + 0.2
        self._drive(max(goal, road.ahead_m + 0.8), _LEAVING_MPS if self.passed else _PASSING_MPS, seconds)
        self._mark_passed(self.far_m < -0.1)
        if self.near_m <= INSIDE_M:
            self._turn(Mood.GONE, now_s, "is inside")
        elif self.plan.behaviour is Behaviour.BACK_OUT and self.near_m <= _BACK_OUT_AT_M:
            self._turn(Mood.RETREAT, now_s, "thinks again and backs out")
        elif self._dawdles and self.near_m <= _LINGER_AT_M:
            self._turn(Mood.LINGER, now_s, "waits under the arm")

    def _mark_passed(self, through: bool) -> None:
        if through and not self.passed:
            self.passed = True
            self._say("has passed under the arm")

    def _linger(self, seconds: float, now_s: float, road: Road) -> None:
        self._drive(_LINGER_AT_M - 0.5, _PASSING_MPS, seconds)
        if now_s - self.since_s > _LINGER_S:
            self._dawdles = False
            self._turn(Mood.PASS, now_s, "drives on")

    def _retreat(self, seconds: float, now_s: float, road: Road) -> None:
        self._drive(SPAWN_M + 2.0, _REVERSING_MPS, seconds)
        if self.near_m >= SPAWN_M:
            self._turn(Mood.GONE, now_s, "is gone")

    def _stay(self, seconds: float, now_s: float, road: Road) -> None:
        self.speed_mps = 0.0

    # -- driving out -------------------------------------------------------------------------------

    def _moods_out(self) -> dict[Mood, Callable[[float, float, Road], None]]:
        return {
            Mood.APPROACH: self._come_out,
            Mood.WAIT: self._wait_inside,
            Mood.PASS: self._pass_out,
            Mood.GONE: self._stay,
        }

    def _come_out(self, seconds: float, now_s: float, road: Road) -> None:
        if self._drive(INNER_LINE_M - self.length_m, self.plan.cruise_mps / 2, seconds):
            self.stood_s = now_s
            self._turn(Mood.WAIT, now_s, "stops at the inner line")

    def _wait_inside(self, seconds: float, now_s: float, road: Road) -> None:
        self.speed_mps = 0.0
        if not self.called_exit and now_s - self.since_s > _KEY_S:
            self.called_exit = True
            self._say("presses EXIT")
        if self._may_go(road):
            self._turn(Mood.PASS, now_s, "goes")
        elif self._impatient(now_s):
            self._turn(Mood.GONE, now_s, "gives up and goes back")

    def _pass_out(self, seconds: float, now_s: float, road: Road) -> None:
        goal = SPAWN_M + 2.0
        if self.far_m < -COMMIT_M and (road.arm_angle < SAFE_ANGLE or road.arm_motion < 0):
            goal = -COMMIT_M - 0.2 - self.length_m
        self._drive(goal, _LEAVING_MPS if self.passed else _PASSING_MPS, seconds)
        self._mark_passed(self.near_m > 0.1)
        if self.near_m >= SPAWN_M:
            self._turn(Mood.GONE, now_s, "is gone")

    # -- motion ------------------------------------------------------------------------------------

    def _drive(self, goal_m: float, cruise_mps: float, seconds: float) -> bool:
        """Move towards the place where `near_m` is `goal_m`; True once it stands there."""
        away = self.near_m - goal_m
        if -_THERE_M < away < _THERE_M:
            self.speed_mps = 0.0
            return True
        want = copysign(min(cruise_mps, sqrt(2 * _PROFILE * abs(away))), away)
        limit = seconds * (_ACCELERATION if abs(want) > abs(self.speed_mps) else _BRAKING)
        change = want - self.speed_mps
        self.speed_mps += max(-limit, min(limit, change))
        self.near_m -= self.speed_mps * seconds
        return False

    def _turn(self, mood: Mood, now_s: float, words: str) -> None:
        self.mood = mood
        self.since_s = now_s
        self._say(words)
