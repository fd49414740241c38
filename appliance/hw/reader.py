"""A gate that moves nothing itself: an access controller does, which is told by `wiegand` or `osdp`."""

from __future__ import annotations

from ..commands import CloseBarrier, EnableCar, Horn, Lights, OpenBarrier, ReleaseCar, StopBarrier
from .actuator import BaseActuator, Order, Signals, unknown
from .notices import Notice
from .outputs import OutputBank


class ReaderActuator(BaseActuator):
    """Lights and horn; what would move is somebody else's to move."""

    def __init__(self, bank: OutputBank) -> None:
        self._bank = bank
        self._signals = Signals(bank)

    def perform(self, order: Order, now_s: float) -> None:
        match order:
            case OpenBarrier() | CloseBarrier():
                return
            case StopBarrier() | ReleaseCar():
                self._bank.release_motion()
            case Lights(on=on):
                self._signals.lights(on)
            case Horn(seconds=seconds):
                self._signals.horn(seconds, now_s)
            case EnableCar():
                raise unknown(order, "reader")

    def tick(self, now_s: float) -> tuple[Notice, ...]:
        self._signals.tick(now_s)
        return ()

    def safe(self) -> None:
        self._signals.forget()
        self._bank.all_shutdown()
