"""The board's upkeep in real time: the drivers that the configuration names, the keeper and its threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from ..clock import Clock
from ..config import Config
from ..config.schema import Power, Thermal
from ..faults import ThermometerLost
from ..hw.base import BasePower, BaseThermal, PowerMode
from ..hw.jetson_power import JetsonConfig, JetsonPower
from ..hw.jetson_vitals import JetsonGauges, JetsonSupply
from ..hw.pi_supply import PiConfig, PiSupply
from ..hw.power import GovernorConfig, GovernorPower, NullPower
from ..hw.thermal import NullThermal, SysfsThermal
from ..hw.vitals import BaseGauges, BaseSupply, NullGauges, NullSupply
from ..upkeep.alarm import Alarm, FaultSink
from ..upkeep.garbage import Garbage
from ..upkeep.keeper import EyesPort, Keeper, Parts
from ..upkeep.readings import Readings
from ..upkeep.switch import PowerSwitch
from ..upkeep.thread import KeeperThread
from .seats import Role, Seats

SILENT_S = 30.0
"""A round a second takes milliseconds; one that takes so long hangs in a sick driver's file."""


@dataclass(frozen=True, slots=True)
class Meters:
    """What a board is read and set by."""

    power: BasePower = field(default_factory=NullPower)
    thermal: BaseThermal = field(default_factory=NullThermal)
    supply: BaseSupply = field(default_factory=NullSupply)
    gauges: BaseGauges = field(default_factory=NullGauges)


def meters_of(config: Config) -> Meters:
    """Those that the configuration names."""
    jetson = config.power.supply == "jetson"
    return Meters(
        _power(config.power),
        _thermal(config.thermal),
        _SUPPLIES[config.power.supply](),
        JetsonGauges() if jetson else NullGauges(),
    )


_SUPPLIES: dict[str, Callable[[], BaseSupply]] = {
    "none": NullSupply,
    "raspberry": lambda: PiSupply(PiConfig()),
    "jetson": JetsonSupply,
}


def _power(power: Power) -> BasePower:
    if power.driver == "cpufreq":
        governors = {PowerMode.SAVING: power.saving_governor, PowerMode.FULL: power.full_governor}
        return GovernorPower(GovernorConfig(governors=governors))
    if power.driver == "nvpmodel":
        models = power.saving_model, power.full_model
        return JetsonPower(JetsonConfig(*models, power.hold_clocks, power.switch_limit_s))
    return NullPower()


def _thermal(thermal: Thermal) -> BaseThermal:
    return SysfsThermal(ignore=thermal.ignore_zones) if thermal.enabled else NullThermal()


class Upkeep:
    """`start` it with the gate; `check` is asked once in a while, and `restart` where it names a reason.

    A keeper that hangs in the kernel is only a fault: the rung and the mode stay as they are.
    """

    def __init__(
        self,
        config: Config,
        clock: Clock,
        eyes: EyesPort,
        faults: FaultSink,
        seats: Seats,
        meters: Meters | None = None,
    ) -> None:
        self._clock = clock
        self._alarm = Alarm(faults)
        self._heeds_heat = config.thermal.enabled
        self._begun_s = clock.monotonic()
        self._garbage = Garbage(clock.monotonic)
        self._sit = partial(seats.take, Role.RECORD)
        used = meters or meters_of(config)
        self._switch = _switch(config.power, used.power, clock, faults, self._sit)
        self._keeper = Keeper(
            Parts(
                power=config.power,
                limits=config.thermal,
                thermal=used.thermal,
                supply=used.supply,
                gauges=used.gauges,
                switch=self._switch,
                eyes=eyes,
                garbage=self._garbage,
                clock=clock,
                faults=faults,
            )
        )
        self._thread = self._new_thread()

    @property
    def readings(self) -> Readings:
        """The last round's; from any thread."""
        return self._keeper.readings

    def notice(self) -> None:
        """Something was seen for the first time; from any thread, and nobody waits."""
        self._thread.notice()

    def start(self) -> None:
        self._begun_s = self._clock.monotonic()
        self._garbage.begin()
        self._switch.start()
        self._thread.start()

    def stop(self) -> None:
        self._thread.stop()
        self._switch.stop()
        self._garbage.end()

    def check(self) -> str:
        """Why the keeper died; empty while it lives."""
        silent_s = self._clock.monotonic() - max(self._begun_s, self.readings.at_s)
        if self._heeds_heat and silent_s > SILENT_S:
            detail = f"the kernel has not answered for {silent_s:.0f} s"
            self._alarm.met(ThermometerLost(detail, part="upkeep"))
        else:
            self._alarm.over(ThermometerLost)
        return "" if self._thread.is_alive() else f"upkeep: {self._thread.error!r}"

    def restart(self) -> None:
        """Keep on with a new thread, after one that died."""
        self._thread = self._new_thread()
        self._thread.start()

    def _new_thread(self) -> KeeperThread:
        return KeeperThread(self._keeper, self._clock, self._sit)


def _switch(
    power: Power, driver: BasePower, clock: Clock, faults: FaultSink, sit: Callable[[], None]
) -> PowerSwitch:
    """An automatic one goes through both modes first, so that the way to full is known before it counts."""
    measured = power.mode == "auto" and power.driver != "none"
    first = (PowerMode.SAVING, PowerMode.FULL) if measured else ()
    return PowerSwitch(driver, clock, faults, sit, first)
