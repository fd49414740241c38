"""The twin in real time: a thread that lets its world go on by the clock on the wall."""

from __future__ import annotations

import threading

from ..clock import Clock
from ..hw.sim.twin import Twin

PERIOD_S = 0.01
"""One step of the world's physics."""


class TwinThread(threading.Thread):
    """Advances the twin until stopped; `error` says why it ended otherwise."""

    def __init__(self, twin: Twin, clock: Clock) -> None:
        super().__init__(name="twin", daemon=True)
        self._twin = twin
        self._clock = clock
        self._stopping = threading.Event()
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            while not self._stopping.wait(PERIOD_S):
                self._twin.advance_to(self._clock.monotonic())
        except Exception as error:  # noqa: BLE001 - the task's top: it ends here, and `over` says so
            self.error = error

    def over(self) -> bool:
        """The visits are over, or the world has ended. Raises what ended it."""
        if self.error is not None:
            raise self.error
        return self._twin.finished

    def stop(self) -> None:
        self._stopping.set()
        self.join(1.0)
