"""Looks after the gate's workers: starts anew what died, and says what else is wrong with them."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from ..clock import Clock
from ..faults import ClockUntrusted, LoopStalled, RecordFailed
from ..hw.guard import GuardThread
from ..record.writer import RecordWriter
from .gatework import Mouth
from .listwatch import ListWatch
from .optics import Optics

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
"""A worker that died is replaced within this time; a car takes seconds to come up."""
RECORD_LIMIT_S = 5.0
"""A commit takes milliseconds, on a bad card some hundred; one that waits this long hangs."""
MOST_DEATHS = 5
"""Deaths of workers within DEATHS_S: more of them, and the whole process starts anew (systemd)."""
DEATHS_S = 300.0


class Deaths:
    """How often workers died lately: the rung between restarting one and restarting the process."""

    def __init__(self, most: int = MOST_DEATHS, within_s: float = DEATHS_S) -> None:
        self._most = most
        self._within_s = within_s
        self._times: deque[float] = deque()

    def too_many(self, died: int, now_s: float) -> bool:
        """Count `died` more; True when it is too many."""
        self._times.extend([now_s] * died)
        while self._times and now_s - self._times[0] > self._within_s:
            self._times.popleft()
        return len(self._times) > self._most


@dataclass(frozen=True, slots=True)
class Workers:
    """Whom the supervisor looks after. `lists` makes a watch of the owner's list, not started."""

    writer: RecordWriter
    guard: GuardThread
    optics: Optics
    lists: Callable[[], ListWatch]


class Supervisor:
    """Asked to `look` after every tick, on the machine's thread; works twice a second and never waits."""

    def __init__(self, workers: Workers, clock: Clock, mouth: Mouth) -> None:
        self._workers = workers
        self._clock = clock
        self._mouth = mouth
        self._lists = workers.lists()
        self._deaths = Deaths()
        self._looked_s = clock.monotonic()
        self._clock_trusted = True
        self._record_hangs = False

    def start(self) -> None:
        """Start the workers that are not at work before the gate is."""
        self._workers.guard.start()
        self._lists.start()
        self._workers.optics.start()

    def stop(self) -> None:
        """End what `start` started, the guard first: motion is released then."""
        self._workers.guard.stop()
        self._workers.optics.stop()
        self._lists.stop()

    def look(self, now_s: float) -> bool:
        """False when the process should start anew."""
        if now_s - self._looked_s < LOOK_EVERY_S:
            return True
        self._looked_s = now_s
        if not self._workers.writer.alive or not self._workers.guard.alive:
            log.critical("the record writer or the output guard ended: starting anew")
            return False
        self._check_clock()
        self._check_record()
        died = self._workers.optics.check()
        for who in died:
            self._mouth.raised(LoopStalled(who))
        died += self._check_lists()
        for who in died:
            log.error("%s ended and is started anew", who)
        return not self._deaths.too_many(len(died), now_s)

    def _check_lists(self) -> list[str]:
        """Start the list's watch anew if it died; the last list counts meanwhile."""
        if self._lists.is_alive():
            return []
        died = [f"list watch: {self._lists.error!r}"]
        self._lists = self._workers.lists()
        self._lists.start()
        return died

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
