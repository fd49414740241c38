"""Wiegand output: a card as pulses on two lines, DATA0 for a zero and DATA1 for a one."""

from __future__ import annotations

import queue
from abc import abstractmethod
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread

from ..faults import GateFault, HeraldFault, OutputFault
from .base import BaseOutput, Driver, do_all
from .cards import Bits, Cards, wiegand

PULSE_S = 50e-6
INTERVAL_S = 1e-3
"""SIA AC-01-1996.10 allows pulses of 20 to 100 microseconds at 0.2 to 20 ms from each other."""
REST_S = 0.1
"""A controller takes a card as complete after a silence of some tens of milliseconds."""
MOST_WAITING = 8


class BasePair(Driver):
    """Two lines that rest at their idle level."""

    @abstractmethod
    def send(self, bits: Bits) -> None:
        """Pulse them, bit by bit; returns when it is done. Raises OutputFailed."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Two ways to let time pass: `pulse` is exact and burns the processor, `rest` is neither."""

    pulse: Callable[[float], None]
    rest: Callable[[float], None]


class GpioPair(BasePair):
    """Any two outputs, timed by this thread: other threads and processes lengthen a pulse now and then."""

    def __init__(self, data0: BaseOutput, data1: BaseOutput, waits: Waits) -> None:
        self._lines = data0, data1
        self._waits = waits

    def open(self) -> None:
        """Claim both. Raises as outputs do; none stays claimed then."""
        self._lines[0].open()
        try:
            self._lines[1].open()
        except GateFault:
            self._lines[0].close()
            raise

    def send(self, bits: Bits) -> None:
        for bit in bits:
            line = self._lines[bit]
            try:
                line.set(True)
                self._waits.pulse(PULSE_S)
            finally:
                line.set(False)
            self._waits.rest(INTERVAL_S - PULSE_S)

    def close(self) -> None:
        """Release both. Raises the first failure."""
        do_all(line.close for line in self._lines)


class WiegandSender:
    """Sends the cards of plates, one after the other, from a thread of its own.

    `report` is called when a card could not be sent, `recovered` after each that was.
    """

    def __init__(
        self,
        pair: BasePair,
        cards: Cards,
        size: int,
        report: Callable[[GateFault], None],
        recovered: Callable[[str, str], None],
        rest: Callable[[float], None],
    ) -> None:
        self._pair = pair
        self._cards = cards
        self._size = size
        self._report = report
        self._recovered = recovered
        self._rest = rest
        self._waiting: queue.Queue[Bits | None] = queue.Queue(MOST_WAITING)
        self._ending = Event()
        self._thread = Thread(target=self._run, name="wiegand", daemon=True)

    def present(self, plate: str) -> None:
        """Send the plate's card soon. A plate without one is passed over; nothing waits."""
        number = self._cards.number(plate, self._size - 2)
        if number is None:
            return
        try:
            self._waiting.put_nowait(wiegand(number, self._size))
        except (ValueError, queue.Full) as error:
            self._report(HeraldFault(f"{plate}: {str(error) or 'too many cards wait'}", part="wiegand"))

    def start(self) -> None:
        """Claim the lines. Raises OutputFailed or ConfigFault."""
        self._pair.open()
        self._thread.start()

    def stop(self) -> None:
        """What still waits is dropped: a card that comes late opens for nobody who is there."""
        self._ending.set()
        with suppress(queue.Full):
            self._waiting.put_nowait(None)  # wakes a thread that has nothing to do
        self._thread.join()
        self._pair.close()

    def _run(self) -> None:
        try:
            while (bits := self._waiting.get()) is not None and not self._ending.is_set():
                self._send(bits)
        except Exception as error:  # noqa: BLE001 - the top of this task: it ends, and says so
            self._report(HeraldFault(f"the sender ended: {error!r}", part="wiegand"))

    def _send(self, bits: Bits) -> None:
        try:
            self._pair.send(bits)
            self._recovered(HeraldFault.kind(), "wiegand")
        except OutputFault as fault:
            self._report(HeraldFault(str(fault), part="wiegand"))
        self._rest(REST_S)
