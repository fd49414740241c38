"""All outputs by name, with laws 4 and 5 enforced below everything that orders them.

Locks. Each line has one, held for a single pin write and its readback and never across waiting or a
callback; releasing gives up on it after WRITE_LIMIT_S and writes all the same, so no thread can keep
an output energised. Energising additionally takes the bank's lock, so that the interlock is checked
and acted on as one; releasing never takes that one. Order: bank, then line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Lock

from ..clock import Clock
from ..faults import ConfigFault, InterlockBroken, OnTimeExceeded, OutputFailed, OutputFault
from .base import BaseOutput, Driver, do_all
from .specs import INTERLOCKED, MOTION, check_outputs

WRITE_LIMIT_S = 0.05
"""A pin write takes tens of microseconds; one that lasts this long hangs in the kernel."""
ROUNDING_S = 1e-6
"""Sums and differences of the same clock readings may differ by this."""

NEVER = float("-inf")


class OutputLine:
    """One output, since when it is on and when it was last released (monotonic seconds)."""

    def __init__(self, output: BaseOutput, clock: Clock) -> None:
        self.output = output
        self.spec = output.spec
        self.on_since_s: float | None = None
        self.released_s = NEVER
        self._clock = clock
        self._lock = Lock()

    @property
    def is_on(self) -> bool:
        """Energised, as far as was written; a release that failed leaves it on."""
        return self.on_since_s is not None

    def opened(self) -> None:
        """The pin was claimed. A process before this one may have released it a moment ago."""
        now_s = self._clock.monotonic()
        self.on_since_s = now_s if self.spec.start else None
        self.released_s = now_s

    def energise(self) -> None:
        """Switch on. Raises OutputFailed, and has tried to switch off again then."""
        with self._turn() as mine:
            if not mine:
                raise OutputFailed("an earlier write hangs", part=self.spec.name)
            if self.on_since_s is None:
                self.on_since_s = self._clock.monotonic()
            try:
                self.output.set(True)
            except OutputFault:
                self._off()
                raise

    def release(self) -> None:
        """Switch off. Raises OutputFailed; the line then still counts as on."""
        with self._turn():
            self._off()

    def shut_down(self) -> None:
        """Drive the declared shutdown level."""
        if self.spec.shutdown:
            self.energise()
        else:
            self.release()

    def overdue_s(self, now_s: float) -> float:
        """Seconds beyond the maximum on-time; not positive while there are none."""
        since_s, limit_s = self.on_since_s, self.spec.max_on_s
        if since_s is None or limit_s is None:
            return NEVER
        return now_s - since_s - limit_s

    def expire(self, now_s: float) -> OutputFault | None:
        """Release the output when it is overdue: what to report, after it was released."""
        over_s = self.overdue_s(now_s)
        if over_s <= 0:
            return None
        try:
            self.release()
        except OutputFault as fault:
            return fault
        return OnTimeExceeded(f"limit {self.spec.max_on_s} s, over by {over_s:.2f} s", part=self.spec.name)

    def verify(self) -> None:
        """Raise OutputFailed when the pin does not read back what was written."""
        with self._turn():
            wanted, found = self.is_on, self.output.is_on
        if wanted != found:
            detail = "reads back on, should be off" if found else "reads back off, should be on"
            raise OutputFailed(detail, part=self.spec.name)

    def _off(self) -> None:
        self.output.set(False)
        if self.on_since_s is not None:
            self.released_s = self._clock.monotonic()
        self.on_since_s = None

    @contextmanager
    def _turn(self) -> Iterator[bool]:
        mine = self._lock.acquire(timeout=WRITE_LIMIT_S)
        try:
            yield mine
        finally:
            if mine:
                self._lock.release()


class OutputBank(Driver):
    """Owns every output. Open and close are never on together, nor within the dead time (law 4);
    no output stays on longer than it may (law 5).

    Raises ConfigFault when the declared levels and times forbid each other.
    """

    def __init__(self, outputs: Iterable[BaseOutput], clock: Clock, *, dead_time_s: float) -> None:
        self._lines = {output.spec.name: OutputLine(output, clock) for output in outputs}
        self._clock = clock
        self._dead_time_s = dead_time_s
        self._energising = Lock()
        self._open = False
        check_outputs(line.spec for line in self._lines.values())

    def open(self) -> None:
        """Claim every pin at its start level; on a failure those claimed are given back."""
        claimed: list[OutputLine] = []
        for line in self._lines.values():
            try:
                line.output.open()
            except (OutputFault, ConfigFault):
                do_all([each.output.close for each in claimed])
                raise
            line.opened()
            claimed.append(line)
        self._open = True

    def close(self) -> None:
        """Shutdown level everywhere, pins released. Tries all, then raises the first failure."""
        self._open = False
        do_all([line.output.close for line in self._lines.values()])
        for line in self._lines.values():
            line.on_since_s = None

    def fitted(self, name: str) -> bool:
        return name in self._lines

    def is_on(self, name: str) -> bool:
        """Whether `name` is energised; an output that is not fitted is off."""
        line = self._lines.get(name)
        return line is not None and line.is_on

    def permits(self, name: str) -> bool:
        """Whether energising `name` now breaks neither interlock nor dead time."""
        opposites = self._opposites(name)
        return not any(line.is_on for line in opposites) and self._rest_s(opposites) <= ROUNDING_S

    def set(self, name: str, on: bool) -> None:
        """Energise or release. Raises OutputFailed, ConfigFault (not fitted), InterlockBroken."""
        if on:
            self.energise(name)
        else:
            self.release(name)

    def energise(self, name: str) -> None:
        """Switch `name` on.

        Raises InterlockBroken while its opposite is on (both fall to shutdown level) or within the
        dead time after it (nothing is written).
        """
        line = self._line(name)
        with self._energising:
            self._refuse_conflict(name)
            line.energise()

    def release(self, name: str) -> None:
        """Switch `name` off. Takes no lock that an energiser waits in."""
        self._line(name).release()

    def release_motion(self) -> None:
        """Switch off what moves something. From any thread; never waits for another's work."""
        self._each_line([line.release for name, line in self._lines.items() if name in MOTION])

    def all_shutdown(self) -> None:
        """Every output to its shutdown level, what moves first. From any thread."""
        still = [line.shut_down for name, line in self._lines.items() if name not in MOTION]
        self._each_line([self.release_motion, *still])

    def guard(self, now_s: float) -> tuple[OutputFault, ...]:
        """Release what is on too long. Each output named in the answer has been released before,
        or could not be (OutputFailed) and is tried again at the next call.
        """
        found = [line.expire(now_s) for line in self._lines.values()]
        return tuple(fault for fault in found if fault is not None)

    def verify(self) -> None:
        """Compare every pin with what was written. Raises OutputFailed; InterlockBroken, with both
        released, when open and close read back on together.
        """
        live = [n for n in INTERLOCKED if n in self._lines and self._lines[n].output.is_on]
        if len(live) > 1:
            self._break("both read back on")
        do_all([line.verify for line in self._lines.values()])

    def _each_line(self, acts: list[Callable[[], None]]) -> None:
        """A closed bank has left its pins at their shutdown level: there is nothing to do."""
        if self._open:
            do_all(acts)

    def _line(self, name: str) -> OutputLine:
        line = self._lines.get(name)
        if line is None:
            raise ConfigFault("it is not configured; name its pin", part=f"outputs.{name}")
        return line

    def _opposites(self, name: str) -> list[OutputLine]:
        if name not in INTERLOCKED:
            return []
        return [self._lines[n] for n in INTERLOCKED if n != name and n in self._lines]

    def _rest_s(self, opposites: list[OutputLine]) -> float:
        """Seconds of dead time still to come."""
        released_s = max((line.released_s for line in opposites), default=NEVER)
        return released_s + self._dead_time_s - self._clock.monotonic()

    def _refuse_conflict(self, name: str) -> None:
        opposites = self._opposites(name)
        if any(line.is_on or line.output.is_on for line in opposites):
            self._break(f"{name} was asked for while its opposite is on")
        rest_s = self._rest_s(opposites)
        if rest_s > ROUNDING_S:
            detail = f"asked for {rest_s:.3f} s before the dead time ended"
            raise InterlockBroken(detail, part=name)

    def _break(self, detail: str) -> None:
        do_all([self._lines[n].release for n in INTERLOCKED if n in self._lines])
        raise InterlockBroken(detail, part="+".join(INTERLOCKED))
