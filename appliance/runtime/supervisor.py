"""Looks after the gate's workers: starts anew what died, and says what else is wrong with them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..clock import Clock
from ..faults import ClockUntrusted, LoopStalled, RebootDue, RecordFailed
from ..hw.guard import GuardThread
from ..record.writer import RecordWriter
from ..states.base import Inputs, StateName
from .calm import Calm
from .gatework import Mouth
from .ladder import Part, Rung, Trouble
from .listwatch import ListWatch
from .optics import Optics
from .recovery import Recovery
from .upkeep import Upkeep

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
"""A worker that died is replaced within this time; a car takes seconds to come up."""
RECORD_LIMIT_S = 5.0
"""A commit takes milliseconds, on a bad card some hundred; one that waits this long hangs."""


@dataclass(frozen=True, slots=True)
class Workers:
    """Whom the supervisor looks after. `lists` makes a watch of the owner's list, not started."""

    writer: RecordWriter
    guard: GuardThread
    optics: Optics
    lists: Callable[[], ListWatch]
    upkeep: Upkeep


class Supervisor:
    """Asked to `look` after every tick, on the machine's thread; works twice a second and never waits.

    Who fails climbs the ladder of recovery. What would end the process or the board waits until nothing
    moves; only a gate whose writer or guard died goes at once, since it could not open or would not be safe.
    """

    def __init__(self, workers: Workers, recovery: Recovery, clock: Clock, mouth: Mouth) -> None:
        self._workers = workers
        self._recovery = recovery
        self._clock = clock
        self._mouth = mouth
        self._lists = workers.lists()
        self._looked_s = clock.monotonic()
        self._calm = Calm(self._looked_s)
        self._owed: Trouble | None = None
        self._clock_trusted = True
        self._record_hangs = False
        self.died = ""
        """What of the gate itself ended, and ends the process."""

    def start(self) -> None:
        """Start the workers that are not at work before the gate is."""
        self._workers.guard.start()
        self._lists.start()
        self._workers.optics.start()
        self._workers.upkeep.start()
        self._owe(self._recovery.owed)

    def stop(self) -> None:
        """End what `start` started, the guard first: motion is released then."""
        self._workers.guard.stop()
        self._workers.optics.stop()
        self._workers.upkeep.stop()
        self._lists.stop()

    def look(self, state: StateName, inputs: Inputs, now_s: float) -> bool:
        """False when the process should start anew."""
        if now_s - self._looked_s < LOOK_EVERY_S:
            return True
        self._looked_s = now_s
        self.died = self._dead()
        if self.died:
            log.critical("%s ended: starting anew", self.died)
            return False
        self._calm.note(state, inputs, now_s)
        self._check_clock()
        self._check_record()
        self._recovery.tick(now_s)
        troubles = self._troubles()
        self._pay(troubles, now_s)
        return self._recover(troubles, now_s)

    def _dead(self) -> str:
        """What cannot be started anew in this process."""
        if not self._workers.writer.alive:
            return "the record's writer"
        return "" if self._workers.guard.alive else "the output guard"

    def _troubles(self) -> list[Trouble]:
        troubles = self._workers.optics.check()
        if not self._lists.is_alive():
            troubles.append(Trouble(Part.LISTS, f"list watch: {self._lists.error!r}"))
        if why := self._workers.upkeep.check():
            troubles.append(Trouble(Part.UPKEEP, why))
        return troubles

    def _recover(self, troubles: Sequence[Trouble], now_s: float) -> bool:
        """Take the next rung of each. False where that is the process's: it mends the others, too."""
        return all(self._climb(trouble, now_s) for trouble in troubles)

    def _climb(self, trouble: Trouble, now_s: float) -> bool:
        ladder = self._recovery.ladder
        rung = ladder.next(trouble, now_s)
        if rung is Rung.BOARD:
            self._owe(trouble)
        cut_off = self._calm.cut_off(now_s, blind=trouble.part is Part.EYES)
        if rung in (None, Rung.BOARD) or (rung is Rung.PROCESS and cut_off):
            self._workers.optics.rest(trouble)
            return True
        ladder.take(rung, trouble, now_s)
        log.error("%s; next: %s", trouble.why, rung)
        if rung is Rung.PROCESS:
            return False
        self._mend(trouble)
        return True

    def _mend(self, trouble: Trouble) -> None:
        if trouble.part is Part.LISTS:
            # The last list counts meanwhile.
            self._lists = self._workers.lists()
            self._lists.start()
        elif trouble.part is Part.UPKEEP:
            self._workers.upkeep.restart()
        else:
            self._mouth.raised(LoopStalled(trouble.why))
            self._workers.optics.mend(trouble)

    def _owe(self, trouble: Trouble | None) -> None:
        """A reboot is due, as soon as the gate is calm."""
        if trouble is not None and self._owed is None:
            self._owed = trouble
            self._mouth.raised(RebootDue(trouble.why))

    def _pay(self, troubles: Sequence[Trouble], now_s: float) -> None:
        """Reboot once the gate is calm; not where what it was for has healed."""
        if self._owed is None:
            return
        if self._owed.part is Part.EYES and not any(t.part is Part.EYES for t in troubles):
            self._owed = None
            self._mouth.cleared(RebootDue.kind())
        elif self._calm.lasts(now_s) and self._recovery.reboot(self._owed):
            self._owed = None

    def _check_clock(self) -> None:
        """Say once that the time of day is only a guess, and once that it is confirmed."""
        trusted = self._clock.wall().trusted
        if trusted is self._clock_trusted:
            return
        self._clock_trusted = trusted
        if trusted:
            self._mouth.cleared(ClockUntrusted.kind())
        else:
            self._mouth.raised(ClockUntrusted())

    def _check_record(self) -> None:
        """A disk that hangs gives no error: what waits for it too long says so."""
        waited_s = self._workers.writer.oldest_wait_s()
        hangs = waited_s > RECORD_LIMIT_S
        if hangs is self._record_hangs:
            return
        self._record_hangs = hangs
        if hangs:
            self._mouth.raised(RecordFailed(f"the oldest entry has waited {waited_s:.0f} s", part="disk"))
        else:
            self._mouth.cleared(RecordFailed.kind(), "disk")
