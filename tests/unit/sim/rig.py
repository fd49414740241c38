"""A rig for the twin: a configuration, a clock, and a gate that knows the truth and keeps the laws."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPin

from appliance.clock import ManualClock
from appliance.config import Config
from appliance.hw.sim.mishaps import CameraState
from appliance.hw.sim.plan import Plan, Standing, VisitPlan
from appliance.hw.sim.plates import Region
from appliance.hw.sim.twin import Twin
from appliance.listing import Listing

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=timezone.utc)
TICK_S = 0.02
OUTPUTS = {"open": ("GPIO17", 6.0), "close": ("GPIO27", 6.0)}
INPUTS = {
    "loop": "GPIO5",
    "beam": "GPIO6",
    "limit_open": "GPIO13",
    "limit_closed": "GPIO19",
    "open_button": "GPIO23",
    "stop_button": "GPIO24",
    "service_button": "GPIO25",
    "exit": "GPIO12",
}


def a_config() -> Config:
    return Config.model_validate(
        {
            "board": "sim",
            "pin_factory": "mock",
            "cameras": {"front": {"driver": "sim", "width": 480, "height": 270, "fps": 15.0}},
            "outputs": {name: {"pin": pin, "max_on_s": limit} for name, (pin, limit) in OUTPUTS.items()},
            "inputs": {name: {"pin": pin} for name, pin in INPUTS.items()},
        }
    )


def a_visit(number: int = 1, plate: str = "AB12CDE", **changes: Any) -> VisitPlan:
    """A listed car that comes at once, by day."""
    plain = VisitPlan(number, plate, Region.UK, Standing.LISTED, gap_s=1.0, patience_s=60.0)
    return replace(plain, **changes)


def a_plan(*visits: VisitPlan) -> Plan:
    return Plan(visits, (Listing("AB12CDE"),), parked_plate="ABC1234")


@dataclass
class Rig:
    """A twin with its clock and pins."""

    twin: Twin
    clock: ManualClock
    factory: MockFactory
    lines: list[str] = field(default_factory=list)
    pins: dict[str, MockPin] = field(default_factory=dict)

    def pin(self, name: str) -> MockPin:
        if name not in self.pins:
            self.pins[name] = self.factory.pin(name)
        return self.pins[name]

    def claim(self) -> None:
        for pin, _ in OUTPUTS.values():
            self.output(pin)

    def output(self, pin: str) -> MockPin:
        claimed = self.pin(pin)
        if claimed.function != "output":
            claimed.function = "output"
            claimed.state = False
        return claimed

    def energise(self, *names: str) -> None:
        for name, (pin, _) in OUTPUTS.items():
            self.output(pin).state = name in names

    def active(self, name: str) -> bool:
        return not self.pin(INPUTS[name]).state

    def said(self, words: str) -> bool:
        return any(words in line for line in self.lines)

    def until(self, words: str, limit_s: float = 120.0) -> None:
        """Let time pass until the world has said these words."""
        end_s = self.clock.monotonic() + limit_s
        while not self.said(words) and self.clock.monotonic() < end_s:
            self.run(TICK_S)
        assert self.said(words), self.lines

    def violations(self) -> list[str]:
        """What the referee reported, without the times."""
        return [line.split(" s: ")[1] for line in self.twin.summary().violations]

    def run(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.twin.advance_to(self.clock.monotonic())


def a_rig(plan: Plan | None = None, *, seed: int = 7, visits: int = 1) -> Rig:
    clock, factory = ManualClock(NOON), MockFactory()
    lines: list[str] = []

    def note(now_s: float, text: str) -> None:
        lines.append(f"{now_s:.2f} {text}")

    twin = Twin(a_config(), seed, visits, clock, factory, on_line=note, plan=plan)
    return Rig(twin, clock, factory, lines)


class TrueGate:
    """A barrier's control that knows who may enter: opens for them, and never closes on anything."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._phase = "closed"
        self._since_s = 0.0
        self._clear_s = 0.0
        self._service_s = 0.0
        rig.claim()

    def run(self, limit_s: float = 36000.0) -> None:
        """Tick until the twin is finished."""
        while not self._rig.twin.finished and self._rig.clock.monotonic() < limit_s:
            self.tick()

    def tick(self) -> None:
        self._rig.run(TICK_S)
        now_s = self._rig.clock.monotonic()
        if self._rig.active("loop") or self._rig.active("beam"):
            self._clear_s = now_s
        getattr(self, f"_{self._phase}")(now_s)

    def _turn(self, phase: str, now_s: float, *outputs: str) -> None:
        self._phase, self._since_s = phase, now_s
        self._rig.energise(*outputs)

    def _stopped(self, now_s: float) -> bool:
        stop = self._rig.active("stop_button")
        if stop or now_s - self._since_s > 5.0:
            self._turn("fault", now_s)
        return self._phase == "fault"

    def _wanted(self) -> bool:
        world = self._rig.twin.world
        first = world.first() if world.camera is CameraState.FINE else None
        listed = first is not None and first.plan.standing is Standing.LISTED and first.stood_s is not None
        return listed or self._rig.active("open_button") or self._rig.active("exit")

    def _closed(self, now_s: float) -> None:
        if now_s - self._since_s > 0.6 and self._wanted():
            self._turn("opening", now_s, "open")

    def _opening(self, now_s: float) -> None:
        if not self._stopped(now_s) and self._rig.active("limit_open"):
            self._turn("holding", now_s)

    def _holding(self, now_s: float) -> None:
        world = self._rig.twin.world
        first = world.first()
        awaited = first is not None and first.plan.may_pass
        if now_s - self._clear_s > 1.5 and now_s - self._since_s > 0.6 and not awaited:
            self._turn("closing", now_s, "close")

    def _closing(self, now_s: float) -> None:
        if self._stopped(now_s):
            return
        if now_s == self._clear_s:
            self._turn("pausing", now_s)
        elif self._rig.active("limit_closed"):
            self._turn("closed", now_s)

    def _pausing(self, now_s: float) -> None:
        if now_s - self._since_s > 0.55:
            self._turn("opening", now_s, "open")

    def _fault(self, now_s: float) -> None:
        if not self._rig.active("service_button"):
            self._service_s = now_s
        if now_s - self._service_s > 8.0:
            self._turn("closing", now_s, "close")
        elif self._rig.active("open_button") and now_s - self._since_s > 0.6:
            self._turn("opening", now_s, "open")
