"""An independent judge: sees the pins and the world's truth, and nothing of what the gate thinks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf

from ...config import Config
from ...events import Button
from .mishaps import CameraState, Injected
from .plan import Standing, VisitPlan
from .summary import Summary, Tally
from .vehicle import Vehicle
from .world import World

REACTION_S = 0.1
"""A gate may need this long from a sensor's edge to its output: debounce, a tick and a relay."""
# An output that is energised sooner after being claimed moved the arm during boot.
_BOOT_S = 0.5
# Edges are seen on the world's step; times between them are uncertain by this.
_SAMPLE_S = 0.015
# A reopening is explained by something that was in the way this long ago at most.
_EXPLAINS_S = 2.0
# Vision may keep the arm up for a vehicle that is nearer to it than this.
_VETO_M = 3.0
_DOWN = 5.0
_MOTION = ("open", "close")
_OPENERS = frozenset({Button.OPEN, Button.EXIT})


RoiReach = Callable[[VisitPlan], float]
"""How far before the arm a visit's plate comes into the ROI, in metres."""


@dataclass(slots=True)
class _Watch:
    """A state that must not last: since when it has, and whether it was already reported."""

    since_s: float
    reported: bool = False


class Referee:
    """Watches every step of the world and counts. Law numbers are those of the house plan."""

    def __init__(self, config: Config, world: World, roi_reach: RoiReach) -> None:
        self._world = world
        self._roi_reach = roi_reach
        self._dead_time_s = config.barrier.dead_time_s
        self._sight_s = _doubt_s(config) + REACTION_S
        self._press_s = config.buttons.open_expires_s + 1.0
        self._max_on = {
            name: output.max_on_s for name, output in config.outputs if output is not None and output.max_on_s
        }
        if config.gate.actuator == "car":  # its enable is judged as an opening, and lasts as long as it likes
            self._max_on = {name: s for name, s in self._max_on.items() if name not in _MOTION}
        self._watches: dict[str, _Watch] = {}
        self._before: frozenset[str] = frozenset()
        self._claimed_s: dict[str, float] = {}
        self._off_s = {"open": -inf, "close": -inf}
        self._pressed_s = -inf
        self._obstructed_s = -inf
        self._down_s = -inf
        self._left = 0
        self.tallies: dict[int, Tally] = {}
        self.violations: list[str] = []
        self.false_opens: list[str] = []
        self.needless_reopens = 0

    def observe(self, now_s: float, energised: frozenset[str], claimed: frozenset[str]) -> None:
        """Judge one step: the outputs that are energised, those that are claimed, and the world."""
        if claimed != self._claimed_s.keys():
            self._claimed_s = {name: self._claimed_s.get(name, now_s) for name in claimed}
        self._note_world(now_s)
        if energised != self._before:
            self._edges(now_s, energised)
            self._before = energised
        if energised or self._watches:
            self._states(now_s, energised)

    def never_rests(self, now_s: float) -> None:
        """All visits are long over, and the arm is not down."""
        self._report(now_s, "the arm was left up or moving after the last visit")

    def summary(self) -> Summary:
        """The counts so far; complete once the world is over."""
        counted = Summary.of(tuple(self.tallies.values()), self.violations, self.false_opens, self._faults())
        return replace(counted, needless_reopens=self.needless_reopens)

    def _faults(self) -> tuple[tuple[Injected, bool], ...]:
        """Each injected fault, and whether the gate worked again after it."""
        return tuple((fault, self._recovered(fault)) for fault in self._world.mishaps.injected)

    def _recovered(self, fault: Injected) -> bool:
        tally = self.tallies[fault.number]
        return fault.ended_s is not None and tally.let_in and self._down_s >= fault.ended_s

    # -- the world ---------------------------------------------------------------------------------

    def _note_world(self, now_s: float) -> None:
        world = self._world
        for vehicle in world.vehicles:
            self._note(vehicle, now_s)
        for vehicle in world.left[self._left :]:
            self._note(vehicle, now_s)
            self.tallies[vehicle.plan.number].left_s = now_s
        self._left = len(world.left)
        if world.attendant.pressed & _OPENERS:
            self._pressed_s = now_s
        if self._obstructed():
            self._obstructed_s = now_s
        if world.arm.at_closed:
            self._down_s = now_s

    def _note(self, vehicle: Vehicle, now_s: float) -> None:
        tally = self.tallies.get(vehicle.plan.number)
        if tally is None:
            tally = self.tallies[vehicle.plan.number] = Tally(
                vehicle.plan, now_s, self._roi_reach(vehicle.plan)
            )
        if tally.ready_s is None and vehicle.near_m <= tally.reach_m:
            tally.ready_s = now_s
        tally.passed = vehicle.passed

    def _obstructed(self) -> bool:
        world = self._world
        return world.loop_reads or world.beam_reads or world.touched is not None

    # -- edges -------------------------------------------------------------------------------------

    def _edges(self, now_s: float, energised: frozenset[str]) -> None:
        for name in _MOTION:
            if name in energised and name not in self._before:
                self._began(name, now_s)
            elif name in self._before and name not in energised:
                self._off_s[name] = now_s

    def _began(self, name: str, now_s: float) -> None:
        other = _MOTION[name == "open"]
        if now_s - self._off_s[other] < self._dead_time_s - _SAMPLE_S:
            self._report(now_s, f"{name} energised within the dead time after {other} (law 4)")
        if now_s - self._claimed_s.get(name, now_s) < _BOOT_S:
            self._report(now_s, f"{name} energised during boot (law 5)")
        if name == "open":
            self._opening(now_s)

    def _opening(self, now_s: float) -> None:
        """Who explains this opening: a button, one who may enter, or something in the way of the arm.

        An arm that turns round on its way down, with nothing there, let nobody in: a false alarm on the
        safe side, counted apart.
        """
        first = self._world.first()
        if now_s - self._pressed_s <= self._press_s:
            self._credit(first, now_s, by_hand=True)
        elif first and first.plan.standing is Standing.LISTED:
            self._credit(first, now_s, by_hand=False)
            self._check_sight(now_s)
        elif self._world.arm.angle > _DOWN and self._reopening_explained(now_s):
            return
        elif first:
            self.false_opens.append(f"{now_s:.2f} s: opened for {first.plan.name} ({first.plan.standing})")
        elif not self._world.arm.at_closed:
            self.needless_reopens += 1
        else:
            self._report(now_s, "opened with nobody in front of the gate and no button pressed (law 1)")

    def _check_sight(self, now_s: float) -> None:
        """Recognition opened: by pictures that were good until a moment ago, at least."""
        if self._world.camera is CameraState.FINE:
            return
        blind_s = now_s - self._world.mishaps.injected[-1].started_s
        if blind_s > self._sight_s:
            self._report(now_s, f"opened by recognition, blind for {blind_s:.1f} s (law 8)")

    def _credit(self, first: Vehicle | None, now_s: float, by_hand: bool) -> None:
        if first is None:
            return
        tally = self.tallies[first.plan.number]
        if tally.opened_s is None:
            tally.opened_s, tally.by_hand = now_s, by_hand

    def _reopening_explained(self, now_s: float) -> bool:
        """Law 2: whatever was in the way a moment ago, stands close to the arm, or cannot be known."""
        close = any(v.far_m > -_VETO_M and v.near_m < _VETO_M for v in self._world.vehicles)
        recent = now_s - self._obstructed_s <= _EXPLAINS_S
        return close or recent or self._world.mishaps.active is not None

    # -- states ------------------------------------------------------------------------------------

    def _states(self, now_s: float, energised: frozenset[str]) -> None:
        world = self._world
        opening, closing = "open" in energised, "close" in energised
        stop = Button.STOP in world.attendant.pressed
        touched = world.touched is not None and closing
        self._watch(now_s, opening and closing, 0.0, "open and close energised together (law 4)")
        self._watch(now_s, touched, 0.0, "the arm came down on a vehicle (law 2)")
        self._watch(
            now_s, closing and self._obstructed(), REACTION_S, "close energised on an occupied lane (law 2)"
        )
        self._watch(now_s, stop and (opening or closing), REACTION_S, "motion while STOP is held (law 3)")
        for name, limit_s in self._max_on.items():
            text = f"{name} energised longer than {limit_s:g} s (law 5)"
            self._watch(now_s, name in energised, limit_s + REACTION_S, text)

    def _watch(self, now_s: float, holds: bool, allowed_s: float, text: str) -> None:
        """Report `text` once when `holds` has lasted longer than `allowed_s`."""
        if not holds:
            self._watches.pop(text, None)
            return
        watch = self._watches.setdefault(text, _Watch(now_s))
        if not watch.reported and now_s - watch.since_s >= allowed_s:
            watch.reported = True
            self._report(now_s, text)

    def _report(self, now_s: float, text: str) -> None:
        self.violations.append(f"{now_s:.2f} s: {text}")


def _doubt_s(config: Config) -> float:
    """For how long a gate may rely on the pictures of before a camera failed, in seconds."""
    limits = [max(camera.frame_limit_s, camera.frozen_s) for camera in config.cameras.values()]
    return max(limits, default=0.0)
