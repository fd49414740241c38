"""Looks after the board: reads its meters, climbs the ladder of heat, and says which power mode is wanted."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ..clock import Clock
from ..config.schema import Power, Thermal
from ..faults import (
    BoardHot,
    BoardThrottled,
    PowerModeFailed,
    RecognitionRests,
    SupplyLow,
    SupplyUnread,
    ThermometerLost,
)
from ..hw.base import BaseThermal, PowerMode
from ..hw.vitals import BaseGauges, BaseSupply, Supply, Trouble
from ..sight import Easing, Effort
from .alarm import Alarm, FaultSink
from .garbage import Garbage
from .heat import Heat, Rung, climbed, easing_of, slows, words_of
from .mode import stirs, wanted
from .readings import Readings, resident_bytes

log = logging.getLogger(__name__)

_EASED = tuple(rung for rung in Rung if rung not in (Rung.COOL, Rung.REST))
_HELD_DOWN = frozenset(Trouble) - {Trouble.UNDERVOLTAGE}


class EyesPort(Protocol):
    """The gate's eyes, as far as heat and power concern them."""

    def ease(self, easing: Easing) -> None: ...

    @property
    def effort(self) -> Effort: ...

    @property
    def sees(self) -> bool: ...


class SwitchPort(Protocol):
    """What switches the power mode, without anybody waiting."""

    @property
    def mode(self) -> PowerMode | None: ...

    @property
    def took_s(self) -> dict[PowerMode, float]: ...

    def ask(self, mode: PowerMode) -> None: ...

    def trouble(self, now_s: float) -> str: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What a keeper works with."""

    power: Power
    limits: Thermal
    thermal: BaseThermal
    supply: BaseSupply
    gauges: BaseGauges
    switch: SwitchPort
    eyes: EyesPort
    garbage: Garbage
    clock: Clock
    faults: FaultSink
    memory: Callable[[], int | None] = resident_bytes


class Keeper:
    """`look` reads and acts, once a second; `stir` only sees to the power mode, at once.

    Both are of one thread; `notice` and `readings` are for any.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._alarm = Alarm(parts.faults)
        self._heat = Heat()
        self._steps = 0
        # The start counts: nets load at full speed.
        self._stirred_s = parts.clock.monotonic()
        self._settled = False
        self.readings = Readings()

    def notice(self) -> None:
        """Something new was seen."""
        # One assignment is whole: the loops' thread takes no lock here.
        self._stirred_s = self._parts.clock.monotonic()

    def stir(self) -> None:
        """Ask for the power mode that is wanted now."""
        parts, now_s = self._parts, self._parts.clock.monotonic()
        if stirs(parts.eyes.effort) or not parts.eyes.sees:
            self._stirred_s = now_s
        mode = wanted(parts.power, self._stirred_s, now_s, hot=slows(self._heat.rung))
        if mode is not None:
            parts.switch.ask(mode)
        trouble = parts.switch.trouble(now_s)
        if trouble:
            self._alarm.met(PowerModeFailed(trouble, part="switch"))
        else:
            self._alarm.over(PowerModeFailed, "switch")

    def look(self) -> None:
        """One round: temperatures, supply, meters, the ladder, the mode."""
        parts = self._parts
        celsius, supply = self._celsius(), self._supply()
        # Unknown is not cool: without a reading the rung stays, and so does its fault.
        if celsius:
            self._climb(celsius)
        self._settle()
        self.stir()
        self.readings = Readings(
            at_s=parts.clock.monotonic(),
            celsius=celsius,
            rung=self._heat.rung,
            steps=self._steps,
            mode=parts.switch.mode,
            switch_s=parts.switch.took_s,
            supply=supply,
            gauges=parts.gauges.read(),
            pauses=parts.garbage.pauses,
            memory_bytes=parts.memory(),
        )

    def _celsius(self) -> dict[str, float]:
        """Degrees by zone; none where nothing answers, and then the ladder stands still."""
        try:
            celsius = self._parts.thermal.read()
        except ThermometerLost as fault:
            self._alarm.met(fault)
            return {}
        self._alarm.over(ThermometerLost)
        return celsius

    def _climb(self, celsius: dict[str, float]) -> None:
        zone, hottest = max(celsius.items(), key=lambda item: item[1])
        was, limits = self._heat.rung, self._parts.limits
        self._heat = climbed(self._heat, hottest, self._parts.clock.monotonic(), limits)
        if self._heat.rung is was:
            return
        self._steps += 1
        log.info("heat: %s to %s at %.1f degrees in %s", was, self._heat.rung, hottest, zone)
        self._parts.eyes.ease(easing_of(self._heat.rung, limits))
        self._say(f"{hottest:.1f} degrees in {zone}")

    def _say(self, why: str) -> None:
        """A fault for each rung that is stood on or was passed, so that each step raises or clears one."""
        height, limits = self._heat.rung.height, self._parts.limits
        for rung in _EASED:
            if rung.height <= height:
                self._alarm.met(BoardHot(f"{why}; {words_of(rung, limits)}", part=f"thermal.{rung}"))
            else:
                self._alarm.over(BoardHot, f"thermal.{rung}")
        if self._heat.rung is Rung.REST:
            self._alarm.met(RecognitionRests(why, part=f"thermal.{Rung.REST}"))
        else:
            self._alarm.over(RecognitionRests)

    def _supply(self) -> Supply:
        try:
            supply = self._parts.supply.read()
        except SupplyUnread as fault:
            self._alarm.met(fault)
            return Supply()
        self._alarm.over(SupplyUnread)
        if Trouble.UNDERVOLTAGE in supply.now:
            self._alarm.met(SupplyLow(part="supply"))
        else:
            self._alarm.over(SupplyLow)
        # Throttled by a weak supply or by heat looks alike; the other faults say which.
        held = sorted(supply.now & _HELD_DOWN)
        if held:
            self._alarm.met(BoardThrottled(", ".join(held), part="firmware"))
        else:
            self._alarm.over(BoardThrottled)
        return supply

    def _settle(self) -> None:
        """Once the nets are there, what is there stays; the same for nets that are loaded afresh."""
        sees = self._parts.eyes.sees
        if sees and not self._settled:
            self._parts.garbage.settle()
        self._settled = sees
