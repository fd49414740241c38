"""The twin around a gate: what it asks of the configuration, and its thread in real time."""

from __future__ import annotations

import threading

from ..clock import Clock
from ..config import Config
from ..faults import ConfigFault
from ..hw.sim.twin import Twin

PERIOD_S = 0.01
"""One step of the world's physics."""


def refuse_blind(config: Config) -> None:
    """Raise ConfigFault for a camera that cannot see the twin: the gate would refuse everybody."""
    for name, camera in config.cameras.items():
        if camera.driver != "sim":
            detail = f'driver = "{camera.driver}" cannot see the twin; use --board sim and driver = "sim"'
            raise ConfigFault(detail, part=f"cameras.{name}")
    if not config.cameras:
        raise ConfigFault('the twin needs one to be seen; give one driver = "sim"', part="cameras")


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
