"""The barrier: open and close as levels on two outputs, with the dead time between (law 4)."""

from __future__ import annotations

from ..commands import CloseBarrier, EnableCar, Horn, Lights, OpenBarrier, ReleaseCar, StopBarrier
from ..faults import ConfigFault
from .actuator import BaseActuator, Order, Signals, unknown
from .notices import Notice
from .outputs import OutputBank

OPPOSITE = {"open": "close", "close": "open"}


class BarrierActuator(BaseActuator):
    """Drives the arm on the bank's outputs `open` and, where fitted, `close`.

    A direction is energised until StopBarrier. The opposite is released first and at once; the new
    direction follows in a tick after the dead time, so an order is never refused for being early.
    Without a `close` output the arm falls or closes by itself when `open` is released.
    """

    def __init__(self, bank: OutputBank) -> None:
        if not bank.fitted("open"):
            raise ConfigFault("a barrier needs it; name its pin", part="outputs.open")
        self._bank = bank
        self._signals = Signals(bank)
        self._wanted: str | None = None

    def perform(self, order: Order, now_s: float) -> None:
        match order:
            case OpenBarrier():
                self._head_for("open")
            case CloseBarrier():
                self._head_for("close")
            case StopBarrier() | ReleaseCar():
                self._halt()
            case Lights(on=on):
                self._signals.lights(on)
            case Horn(seconds=seconds):
                self._signals.horn(seconds, now_s)
            case EnableCar():
                raise unknown(order, "barrier")

    def tick(self, now_s: float) -> tuple[Notice, ...]:
        self._follow()
        self._signals.tick(now_s)
        return ()

    def safe(self) -> None:
        self._wanted = None
        self._signals.forget()
        self._bank.all_shutdown()

    def _halt(self) -> None:
        self._wanted = None
        self._bank.release_motion()

    def _head_for(self, direction: str) -> None:
        self._wanted = None
        opposite = OPPOSITE[direction]
        if self._bank.fitted(opposite):
            self._bank.release(opposite)
        if self._bank.fitted(direction):
            self._wanted = direction
            self._follow()

    def _follow(self) -> None:
        direction = self._wanted
        if direction is not None and self._bank.permits(direction):
            # Forgotten first: an order that fails is not tried again by itself.
            self._wanted = None
            self._bank.energise(direction)
