"""The thread that releases outputs when the machine cannot: on-times and a hung machine (law 5)."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

from ..clock import Clock
from ..faults import GateFault, MachineFault, MachineStalled, OutputFault
from .heartbeat import Heartbeat
from .outputs import OutputBank

PERIOD_S = 0.05
"""An output overstays its maximum on-time by this at most; an arm moves a few degrees in it."""
TICK_LIMIT_S = 1.0
"""A tick takes milliseconds, a tick behind a full disk some hundred; a second is a hang."""


class GuardThread:
    """Walks round the outputs, independent of the machine's thread.

    `report` is called from this thread, after the outputs were released, and `recovered` with a
    fault's kind when the machine ticks again; neither may wait.
    """

    def __init__(
        self,
        bank: OutputBank,
        clock: Clock,
        machine: Heartbeat,
        report: Callable[[GateFault], None],
        recovered: Callable[[str], None],
        *,
        tick_limit_s: float = TICK_LIMIT_S,
        period_s: float = PERIOD_S,
    ) -> None:
        self._bank = bank
        self._clock = clock
        self._machine = machine
        self._report = report
        self._recovered = recovered
        self._tick_limit_s = tick_limit_s
        self._period_s = period_s
        self._hung = False
        self._ending = Event()
        self._thread = Thread(target=self._run, name="output-guard", daemon=True)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it; motion is released then."""
        self._ending.set()
        self._thread.join()

    def patrol(self, now_s: float) -> None:
        """One round: outputs that are on too long, then a machine that no longer ticks."""
        for fault in self._bank.guard(now_s):
            self._report(fault)
        age_s = self._machine.age_s(now_s) if self._machine.begun else 0.0
        if age_s <= self._tick_limit_s:
            self._wake_up()
            return
        # Every round: a machine that wakes in the middle of an order may energise once more.
        self._shut_down()
        if not self._hung:
            self._hung = True
            self._report(MachineStalled(f"no tick for {age_s:.1f} s"))

    def _wake_up(self) -> None:
        if self._hung:
            self._hung = False
            self._recovered(MachineStalled.kind())

    def _shut_down(self) -> None:
        try:
            self._bank.all_shutdown()
        except OutputFault as fault:
            self._report(fault)

    def _run(self) -> None:
        try:
            while not self._ending.wait(self._period_s):
                self.patrol(self._clock.monotonic())
        except Exception as error:  # noqa: BLE001 - the top of this task: it ends, and says so
            self._report(MachineFault(f"the output guard ended: {error!r}", part="guard"))
        finally:
            self._bank.release_motion()
