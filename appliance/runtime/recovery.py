"""Recovery of the whole: what was tried outlives the process, and a board is asked to reboot."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from ..clock import Clock
from ..config import Config
from ..faults import GateFault, RecoveryUnkept
from ..vision.base import FaultSink
from .ladder import Ladder, Part, Rung, Trouble
from .recovery_file import RecoveryFile

log = logging.getLogger(__name__)

KEEP_EVERY_S = 3600.0
"""The hour meter is kept so often: a power cut costs it an hour, a card 24 small writes a day."""
ENDED_BADLY = {
    "watchdog": "its watchdog starved",
    "signal": "a signal ended it",
    "core-dump": "it crashed",
    "oom-kill": "memory ran out",
    "timeout": "it did not come up or go down in time",
}
"""$SERVICE_RESULT of systemd.exec(5), where the process could not say itself why it ended."""


class Recovery:
    """The ladder of this gate, its file, and the way to a reboot; `close` and `stay_down` wait for a disk."""

    def __init__(self, config: Config, clock: Clock, faults: FaultSink) -> None:
        self._file = RecoveryFile.beside(config.record)
        self._clock = clock
        self._faults = faults
        self._request = config.recovery.request
        now_s = clock.monotonic()
        self.ladder = Ladder(config.recovery, self._file.load(), now_s)
        self._kept_s = now_s
        self._keeping: threading.Thread | None = None

    @property
    def down(self) -> str:
        """Why the gate must stay down; empty where it may serve."""
        rung, why = self.ladder.verdict(self._clock.monotonic())
        return why if rung is None else ""

    @property
    def owed(self) -> Trouble | None:
        """What the past asks a reboot for."""
        rung, why = self.ladder.verdict(self._clock.monotonic())
        return Trouble(Part.GATE, why) if rung is Rung.BOARD else None

    def stay_down(self, why: str) -> None:
        """Keep why: who starts the gate again is a hand. Raises RecoveryUnkept."""
        self._file.save(self.ladder.history(self._clock.monotonic(), down=why))

    def tick(self, now_s: float) -> None:
        """Keep the hour meter now and then."""
        if now_s - self._kept_s >= KEEP_EVERY_S:
            self._kept_s = now_s
            self._keep()

    def reboot(self, trouble: Trouble) -> bool:
        """Ask for a reboot once it is durable that one was asked for, or never.

        False, with no step counted, while an earlier save is under way: ask again then.
        """
        if self._saves:
            return False
        self.ladder.take(Rung.BOARD, trouble, self._clock.monotonic())
        self._keep(then=self._ask)
        return True

    def close(self, died: str = "") -> None:
        """The process ends, by a defect where `died` says one. Waits for the disk; never raises."""
        now_s = self._clock.monotonic()
        if died:
            self.ladder.take(Rung.PROCESS, Trouble(Part.GATE, died), now_s)
        try:
            self._file.save(self.ladder.history(now_s))
        except GateFault as fault:
            log.error("%s", fault)

    @property
    def _saves(self) -> bool:
        """An earlier save is under way; on a disk that hangs it stays so, which the record says."""
        return self._keeping is not None and self._keeping.is_alive()

    def _keep(self, then: Callable[[], None] = lambda: None) -> None:
        if self._saves:
            return
        history = self.ladder.history(self._clock.monotonic())

        def keep() -> None:
            try:
                self._file.save(history)
                then()
            except GateFault as fault:
                self._faults.raised(fault)
            else:
                self._faults.cleared(RecoveryUnkept.kind(), "recovery")

        self._keeping = threading.Thread(target=keep, name="recovery", daemon=True)
        self._keeping.start()

    def _ask(self) -> None:
        log.critical("asking for a reboot: %s", self._request)
        ask_for_reboot(self._request)


def ask_for_reboot(request: Path) -> None:
    """Make the file for which gatehouse-reboot.path waits. Raises RecoveryUnkept."""
    try:
        request.touch()
    except OSError as error:
        raise RecoveryUnkept(f"{request}: {error.strerror}", part="recovery") from error


def note_death(config: Config, environ: Mapping[str, str]) -> None:
    """For ExecStopPost: note what ended a gate that could not say so itself. Raises RecoveryUnkept."""
    why = ENDED_BADLY.get(environ.get("SERVICE_RESULT", ""))
    if why is not None:
        file = RecoveryFile.beside(config.record)
        file.save(file.load().died(why))
