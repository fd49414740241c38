"""A keeper on a clock that the test turns, with a board of which every meter is set by hand."""

from __future__ import annotations

from datetime import datetime, timezone

from appliance.clock import ManualClock
from appliance.config.schema import Power, Thermal
from appliance.faults import GateFault, SupplyUnread
from appliance.hw.base import PowerMode
from appliance.hw.fake import FakeThermal
from appliance.hw.vitals import BaseSupply, NullGauges, Supply
from appliance.sight import Easing, Effort
from appliance.upkeep.garbage import Garbage
from appliance.upkeep.keeper import Keeper, Parts

AUTO = Power(mode="auto", driver="cpufreq", quiet_s=30.0)
HOT = Thermal(enabled=True, dwell_s=30.0)


def a_clock() -> ManualClock:
    return ManualClock(datetime(2026, 7, 1, tzinfo=timezone.utc), start_s=1000.0)


class SetSupply(BaseSupply):
    """Says what it was set to."""

    def __init__(self) -> None:
        self.said: Supply | SupplyUnread = Supply()

    def read(self) -> Supply:
        if isinstance(self.said, SupplyUnread):
            raise self.said
        return self.said


class SetEyes:
    """Eyes that look as hard as they were set to, and keep how they were eased."""

    def __init__(self) -> None:
        self.effort = Effort.WATCH
        self.sees = True
        self.eased: list[Easing] = []

    def ease(self, easing: Easing) -> None:
        self.eased.append(easing)


class PromptSwitch:
    """Switches at once, and keeps each change."""

    def __init__(self) -> None:
        self.mode: PowerMode | None = None
        self.took_s: dict[PowerMode, float] = {}
        self.history: list[PowerMode] = []
        self.said = ""

    def ask(self, mode: PowerMode) -> None:
        if mode is not self.mode:
            self.mode = mode
            self.took_s[mode] = 0.25
            self.history.append(mode)

    def trouble(self, now_s: float) -> str:
        return self.said


class Heard:
    """Faults as words, kind and part, with + and -."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.details: list[str] = []

    def raised(self, fault: GateFault) -> None:
        self.lines.append(f"+{fault.kind()} {fault.part}".rstrip())
        self.details.append(fault.detail)

    def cleared(self, kind: str, part: str = "") -> None:
        self.lines.append(f"-{kind} {part}".rstrip())


class Board:
    """One zone, one supply, and a keeper that looks after them."""

    def __init__(self, power: Power = AUTO, limits: Thermal = HOT) -> None:
        self.clock = a_clock()
        self.thermal = FakeThermal({"cpu": 40.0})
        self.supply = SetSupply()
        self.eyes = SetEyes()
        self.switch = PromptSwitch()
        self.heard = Heard()
        self.keeper = Keeper(
            Parts(
                power=power,
                limits=limits,
                thermal=self.thermal,
                supply=self.supply,
                gauges=NullGauges(),
                switch=self.switch,
                eyes=self.eyes,
                garbage=Garbage(self.clock.monotonic),
                clock=self.clock,
                faults=self.heard,
                memory=lambda: 200 << 20,
            )
        )

    def pass_s(self, seconds: int, celsius: float | None = None) -> None:
        """A round a second."""
        if celsius is not None:
            self.thermal.zones["cpu"] = celsius
        for _ in range(seconds):
            self.clock.advance(1.0)
            self.keeper.look()
