"""The digital twin as one part: give it the configuration and a seed, and let time pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import floor

from gpiozero.pins.mock import MockFactory

from ...clock import Clock
from ...config import Config
from ...config.schema import Camera
from ...events import Button
from ...listing import Listing
from ..base import BaseCamera, BaseSerialLink
from ..fake import FakeCarPeer, FakeLink
from .bodies import SHAPES
from .camera import SimCamera
from .lens import Lens, enters_m
from .operator import make_operator
from .plan import Abilities, Plan, VisitPlan, plan_visits
from .referee import Referee, RoiReach
from .render import Renderer
from .summary import Summary, Tally
from .wiring import Wiring
from .world import STEP_S, OnLine, World

# The run is over when the motor has been still for this long after the last visit.
_SETTLE_S = 2.0
# It is over after this long in any case, whatever the gate does.
_DEADLINE_S = 120.0
_SLACK = 1e-6
_BUTTONS = (
    (Button.OPEN, "open_button"),
    (Button.STOP, "stop_button"),
    (Button.SERVICE, "service_button"),
    (Button.EXIT, "exit"),
)


class Twin:
    """A world around the appliance's mock pins.

    `cameras` and `car_port` (where a serial link is configured) are drivers for the gate, `listings` the
    owner's list; nothing else of the twin may reach the gate.

    Same configuration, seed and number of visits, same output edges: same run.
    """

    def __init__(
        self,
        config: Config,
        seed: int,
        visits: int,
        clock: Clock,
        factory: MockFactory,
        *,
        on_line: OnLine | None = None,
        wait: Callable[[float], None] | None = None,
        plan: Plan | None = None,
    ) -> None:
        """`wait` sleeps where `clock` is real. `plan` replaces the one drawn from the seed."""
        self.plan = plan or plan_visits(seed, visits, _abilities(config))
        self._start_s = clock.monotonic()
        hold_s = config.buttons.reset_hold_s
        self.world = World(self.plan, config.sim.arm_s, hold_s, self._start_s, on_line)
        self._wiring = Wiring(config, factory)
        serial = config.gate.actuator == "car" and config.car.channel == "serial"
        peer = FakeCarPeer(clock.monotonic) if serial else None
        self.car_port: BaseSerialLink | None = FakeLink(peer) if peer else None
        self._operator = make_operator(config, peer)
        self._referee = Referee(config, self.world, _roi_reach(config))
        self._steps = 0
        self._over_s: float | None = None
        self._ended = False
        self.cameras: Mapping[str, BaseCamera] = {
            name: SimCamera(name, section, self.world, self._renderer(section, seed), clock, wait=wait)
            for name, section in config.cameras.items()
            if section.driver == "sim"
        }
        self._drive()

    def _renderer(self, section: Camera, seed: int) -> Renderer:
        return Renderer(Lens(section.width, section.height), seed, self.plan.parked_plate)

    def advance_to(self, now_s: float) -> None:
        """Let the world reach `now_s` of the clock, in steps of 10 ms, coupled to the pins at each."""
        due = floor((now_s - self._start_s) / STEP_S + _SLACK)
        while self._steps < due:
            self._steps += 1
            self._step(self._start_s + self._steps * STEP_S)

    @property
    def listings(self) -> tuple[Listing, ...]:
        return self.plan.listings

    @property
    def finished(self) -> bool:
        """All visits are over and the arm has come to rest, or nothing has happened for too long."""
        return self._ended

    def summary(self) -> Summary:
        return self._referee.summary()

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """Each visit that has begun, as it went so far."""
        return tuple(self._referee.tallies.values())

    def _step(self, now_s: float) -> None:
        wiring = self._wiring
        energised = wiring.read()
        opening, closing = self._operator.drive(energised, self.world.arm)
        self.world.step(now_s, opening, closing)
        self._referee.observe(now_s, self._operator.judged(energised), wiring.claimed)
        self._drive()
        if self.world.over:
            self._settle(now_s)

    def _drive(self) -> None:
        world, drive = self.world, self._wiring.drive
        drive("loop", world.loop_reads)
        drive("beam", world.beam_reads)
        drive("limit_open", world.arm.at_open)
        drive("limit_closed", world.arm.at_closed)
        for button, name in _BUTTONS:
            drive(name, button in world.attendant.pressed)

    def _settle(self, now_s: float) -> None:
        if self._over_s is None:
            self._over_s = now_s
        since = now_s - self._over_s
        rests = self.world.arm.at_closed and self.world.still_s > _SETTLE_S
        if since > _DEADLINE_S and not rests and not self._ended:
            self._referee.never_rests(now_s)
        self._ended = (since > _SETTLE_S and rests) or since > _DEADLINE_S


def _roi_reach(config: Config) -> RoiReach:
    """Where a visit's plate comes into the first twin camera's ROI, in metres before the arm."""
    rois = [c.roi for c in config.cameras.values() if c.driver == "sim"]

    def reach(visit: VisitPlan) -> float:
        up = SHAPES[visit.body].plate_m
        return max((enters_m(roi, visit.lateral_m, up) for roi in rois), default=visit.stop_m)

    return reach


def _abilities(config: Config) -> Abilities:
    """What the configuration has fitted decides which visits make sense."""
    inputs = config.inputs
    # A car that a button has enabled stays enabled until somebody releases it: nobody does in the twin.
    arm = config.gate.actuator != "car"
    return Abilities(
        open_button=arm and inputs.open_button is not None,
        stop_button=inputs.stop_button is not None,
        service_button=inputs.service_button is not None,
        exit_button=arm and inputs.exit is not None and config.exit.mode != "none",
        loop=inputs.loop is not None,
        beam=inputs.beam is not None,
        arm=arm,
    )
