"""The contract of actuators: what carries out the machine's orders to move, light and sound."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Union

from ..commands import CloseBarrier, EnableCar, Horn, Lights, OpenBarrier, ReleaseCar, StopBarrier
from ..faults import MachineFault
from .notices import Notice
from .outputs import OutputBank

Order = Union[OpenBarrier, CloseBarrier, StopBarrier, EnableCar, ReleaseCar, Lights, Horn]
ORDERS = (OpenBarrier, CloseBarrier, StopBarrier, EnableCar, ReleaseCar, Lights, Horn)
"""For `isinstance`: the commands that go to an actuator."""


class BaseActuator(ABC):
    """Carries out orders without waiting; what takes time goes on in `tick`."""

    @abstractmethod
    def perform(self, order: Order, now_s: float) -> None:
        """Begin `order`. StopBarrier and ReleaseCar release on every kind of actuator.

        Raises OutputFault or LinkFault when it cannot be done, MachineFault for an order that this
        kind of actuator does not know.
        """

    @abstractmethod
    def tick(self, now_s: float) -> tuple[Notice, ...]:
        """Go on with what is under way: faults that came or went. Raises as `perform` does."""

    @abstractmethod
    def safe(self) -> None:
        """Forget what is under way and let everything fall to its shutdown level."""


class Signals:
    """Lights and horn, for either actuator. What is not fitted stays silent."""

    def __init__(self, bank: OutputBank) -> None:
        self._bank = bank
        self._horn_until_s: float | None = None

    def lights(self, on: bool) -> None:
        if self._bank.fitted("lights"):
            self._bank.set("lights", on)

    def horn(self, seconds: float, now_s: float) -> None:
        """Sound for `seconds` from now; a second order in between counts from its own start."""
        if seconds <= 0 or not self._bank.fitted("horn"):
            return
        self._horn_until_s = now_s + seconds
        self._bank.energise("horn")

    def tick(self, now_s: float) -> None:
        if self._horn_until_s is not None and now_s >= self._horn_until_s:
            self._bank.release("horn")
            self._horn_until_s = None

    def forget(self) -> None:
        """The outputs are shut down by another."""
        self._horn_until_s = None


def unknown(order: Order, kind: str) -> MachineFault:
    """The fault of an order given to the wrong kind of actuator."""
    return MachineFault(f"{type(order).__name__} was ordered of a {kind}", part="actuator")
