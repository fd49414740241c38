"""A gate operator that moves by itself after a short impulse at its start inputs."""

from __future__ import annotations

from ..commands import CloseBarrier, EnableCar, Horn, Lights, OpenBarrier, ReleaseCar, StopBarrier
from ..faults import ConfigFault
from .actuator import BaseActuator, Order, Signals, unknown
from .barrier import OPPOSITE
from .notices import Notice
from .outputs import OutputBank


class Impulse:
    """One output that is on for `pulse_s` from its last beginning."""

    def __init__(self, bank: OutputBank, pulse_s: float) -> None:
        self._bank = bank
        self._pulse_s = pulse_s
        self._name: str | None = None
        self._ends_s = 0.0

    def begin(self, name: str, now_s: float) -> None:
        """Raises OutputFailed or InterlockBroken; the output is off again then."""
        self._name, self._ends_s = name, now_s + self._pulse_s
        self._bank.energise(name)

    def tick(self, now_s: float) -> None:
        if self._name is not None and now_s >= self._ends_s:
            self._bank.release(self._name)
            self._name = None

    def cut_short(self) -> None:
        """End at the next tick: whoever releases the output now may fail to."""
        self._ends_s = float("-inf")

    def forget(self) -> None:
        """Another has released, or releases, the output."""
        self._name = None


class PulseActuator(BaseActuator):
    """Starts the operator by impulses on the bank's outputs `open` and, where fitted, `close`.

    A start is not repeated while its motion is under way, for many operators stop at a second impulse.
    It waits for the dead time after the opposite one. StopBarrier ends a start impulse and gives one on
    `stop`, where fitted; for as long as it is ordered, as with STOP held.
    """

    def __init__(self, bank: OutputBank, pulse_s: float) -> None:
        if not bank.fitted("open"):
            raise ConfigFault("an operator with impulse inputs needs it; name its pin", part="outputs.open")
        self._bank = bank
        self._signals = Signals(bank)
        self._start = Impulse(bank, pulse_s)
        self._stop = Impulse(bank, pulse_s)
        self._under_way: str | None = None
        self._waiting: str | None = None

    def perform(self, order: Order, now_s: float) -> None:
        match order:
            case OpenBarrier():
                self._head_for("open", now_s)
            case CloseBarrier():
                self._head_for("close", now_s)
            case StopBarrier() | ReleaseCar():
                self._halt(now_s)
            case Lights(on=on):
                self._signals.lights(on)
            case Horn(seconds=seconds):
                self._signals.horn(seconds, now_s)
            case EnableCar():
                raise unknown(order, "barrier")

    def tick(self, now_s: float) -> tuple[Notice, ...]:
        self._start.tick(now_s)
        self._stop.tick(now_s)
        self._follow(now_s)
        self._signals.tick(now_s)
        return ()

    def safe(self) -> None:
        self._under_way = self._waiting = None
        for impulse in (self._start, self._stop):
            impulse.cut_short()
        self._signals.forget()
        self._bank.all_shutdown()

    def _halt(self, now_s: float) -> None:
        self._under_way = self._waiting = None
        self._start.cut_short()
        try:
            self._bank.release_motion()
            self._start.forget()
        finally:
            if self._bank.fitted("stop"):
                self._stop.begin("stop", now_s)

    def _head_for(self, direction: str, now_s: float) -> None:
        if direction == self._under_way:
            return
        self._under_way, self._waiting = direction, None
        self._start.cut_short()
        for name in (direction, OPPOSITE[direction], "stop"):
            if self._bank.fitted(name):
                self._bank.release(name)
        # Only now: an impulse whose release failed is released again by the next tick.
        self._start.forget()
        self._stop.forget()
        if self._bank.fitted(direction):
            self._waiting = direction
            self._follow(now_s)

    def _follow(self, now_s: float) -> None:
        direction = self._waiting
        if direction is not None and self._bank.permits(direction):
            # Forgotten first: an order that fails is not tried again by itself.
            self._waiting = None
            self._start.begin(direction, now_s)
