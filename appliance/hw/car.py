"""Car control: enable, lights and horn, over outputs or over the serial link."""

from __future__ import annotations

from ..commands import CloseBarrier, EnableCar, Horn, Lights, OpenBarrier, ReleaseCar, StopBarrier
from ..faults import ConfigFault, LinkFault, PeerRefused
from .actuator import BaseActuator, Order, Signals, unknown
from .car_messages import CarLevels
from .link import CarLink
from .notices import Notice, Standing
from .outputs import OutputBank


class CarOnPins(BaseActuator):
    """Enables the car with the bank's output `enable`, held on until ReleaseCar."""

    def __init__(self, bank: OutputBank) -> None:
        if not bank.fitted("enable"):
            raise ConfigFault("a car on gpio needs it; name its pin", part="outputs.enable")
        self._bank = bank
        self._signals = Signals(bank)

    def perform(self, order: Order, now_s: float) -> None:
        match order:
            case EnableCar():
                self._bank.energise("enable")
            case ReleaseCar() | StopBarrier():
                self._bank.release_motion()
            case Lights(on=on):
                self._signals.lights(on)
            case Horn(seconds=seconds):
                self._signals.horn(seconds, now_s)
            case OpenBarrier() | CloseBarrier():
                raise unknown(order, "car")

    def tick(self, now_s: float) -> tuple[Notice, ...]:
        self._signals.tick(now_s)
        return ()

    def safe(self) -> None:
        self._signals.forget()
        self._bank.all_shutdown()


class CarOnLink(BaseActuator):
    """Enables the car through a controller on the serial link, which releases it by itself when it
    hears nothing. A lost link withdraws what was asked: the car stays released when it returns.
    """

    def __init__(self, link: CarLink) -> None:
        self._link = link
        self._levels = CarLevels()
        self._horn_until_s: float | None = None
        self._standing = Standing()

    def perform(self, order: Order, now_s: float) -> None:
        match order:
            case EnableCar():
                self._enable(now_s)
            case ReleaseCar() | StopBarrier():
                self._ask(self._levels.but(enable=False), now_s)
            case Lights(on=on):
                self._ask(self._levels.but(lights=on), now_s)
            case Horn(seconds=seconds):
                self._horn(seconds, now_s)
            case OpenBarrier() | CloseBarrier():
                raise unknown(order, "car")

    def tick(self, now_s: float) -> tuple[Notice, ...]:
        if self._horn_until_s is not None and now_s >= self._horn_until_s:
            self._horn_until_s = None
            self._ask(self._levels.but(horn=False), now_s)
        fault = self._link.tick(now_s)
        if fault is None:
            return self._recovered() if self._link.up else ()
        self._withdraw()
        return self._standing.raised(fault, now_s)

    def _recovered(self) -> tuple[Notice, ...]:
        cleared = self._standing.cleared
        return (*cleared(LinkFault, "serial"), *cleared(PeerRefused, "serial"))

    def safe(self) -> None:
        """Ask for release; a peer that cannot hear it releases by its own time limit."""
        self._withdraw()
        self._link.release()

    def _enable(self, now_s: float) -> None:
        if not self._link.up:
            raise LinkFault("the car's controller does not answer", part="serial")
        self._ask(self._levels.but(enable=True), now_s)

    def _horn(self, seconds: float, now_s: float) -> None:
        if seconds > 0:
            self._horn_until_s = now_s + seconds
            self._ask(self._levels.but(horn=True), now_s)

    def _ask(self, levels: CarLevels, now_s: float) -> None:
        self._levels = levels
        self._link.ask(levels)
        self._link.send(now_s)

    def _withdraw(self) -> None:
        self._levels = CarLevels()
        self._horn_until_s = None
