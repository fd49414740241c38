"""What the log says of the eyes: when frames begin to be lost, when that is over, and what stages take."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping

from ..clock import Clock
from ..vision.drops import LOSSES, Dropped, Drops
from ..vision.stopwatch import BaseStopwatch, Timing

log = logging.getLogger(__name__)

QUIET_S = 10.0
"""Losses that are further apart are told as two: a camera that boots again takes this long."""
TIMING_EVERY_S = 60.0


class EyeLog:
    """Looks at the counts now and then. What is dropped to keep up with the newest is no news."""

    def __init__(self, clock: Clock, drops: Drops, stopwatch: BaseStopwatch) -> None:
        self._clock = clock
        self._drops = drops
        self._stopwatch = stopwatch
        self._losses: dict[str, _Losses] = {}
        self._timed_s = clock.monotonic()

    def look(self) -> None:
        """Say what has changed since the last look."""
        now_s = self._clock.monotonic()
        for camera, lost in _lost(self._drops).items():
            line = self._losses.setdefault(camera, _Losses()).look(lost, now_s)
            if line:
                log.info("camera %s %s", camera, line)
        if now_s - self._timed_s >= TIMING_EVERY_S:
            self._timed_s = now_s
            self._tell_times()

    def _tell_times(self) -> None:
        timings = self._stopwatch.timings()
        if timings:
            told = ", ".join(f"{stage} {_milliseconds(timing)}" for stage, timing in timings.items())
            log.info("p50/p95/max in ms of the last samples: %s", told)


class _Losses:
    """The losses of one camera: a line when they begin, and one when there were none for QUIET_S."""

    def __init__(self) -> None:
        self._known: Counter[Dropped] = Counter()
        self._before: Counter[Dropped] | None = None
        self._grew_s = self._began_s = 0.0

    def look(self, lost: Counter[Dropped], now_s: float) -> str:
        if lost != self._known:
            before, self._known, self._grew_s = self._known, lost, now_s
            if self._before is None:
                self._before, self._began_s = before, now_s
                return f"begins to lose frames: {_words(lost - before)}"
        elif self._before is not None and now_s - self._grew_s >= QUIET_S:
            before, self._before = self._before, None
            return f"lost frames for {self._grew_s - self._began_s:.0f} s: {_words(lost - before)}"
        return ""


def _lost(drops: Drops) -> Mapping[str, Counter[Dropped]]:
    """By camera, what should not happen."""
    lost: dict[str, Counter[Dropped]] = {}
    for (camera, why), times in drops.tally().items():
        if why in LOSSES:
            lost.setdefault(camera, Counter())[why] = times
    return lost


def _words(lost: Counter[Dropped]) -> str:
    return ", ".join(f"{times} {why}" for why, times in lost.items())


def _milliseconds(timing: Timing) -> str:
    return "/".join(f"{1000 * s:.1f}" for s in (timing.p50_s, timing.p95_s, timing.max_s))
