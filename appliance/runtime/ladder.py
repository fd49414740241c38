"""The ladder of recovery: what is tried next when a part of the gate fails, how often, and when no more.

Pure: it is told what failed and when, and answers with a rung. Who asks carries it out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..config.schema import Recovery
from ..words import Word

DAY_S = 86_400.0


class Part(Word):
    """What failed."""

    CAMERA = "camera"
    EYES = "eyes"
    """The inference loop, its nets and what they run on."""
    LISTS = "lists"
    UPKEEP = "upkeep"
    """What looks after heat, power and supply."""
    GATE = "gate"
    """The machine, the output guard, the record's writer, or the process as a whole."""


class Rung(Word):
    """What is tried, mildest first. Below them all the gate stays down, until a hand starts it."""

    DEVICE = "device"
    """Open the camera anew."""
    LOOP = "loop"
    """Start the thread anew, or the whole of the eyes with nets that are loaded afresh."""
    PROCESS = "process"
    BOARD = "board"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many steps within a time, and a rest after each that doubles from one to the next."""

    most: int
    within_s: float
    rest_s: float = 0.0


Stairs = Sequence[tuple[Rung, Limit]]

# A device or a thread comes back at once or not at all; five times in five minutes is not at all.
_AT_ONCE = Limit(5, 300.0, 0.5)

STAIRS: Mapping[Part, Stairs] = {
    Part.CAMERA: ((Rung.DEVICE, _AT_ONCE), (Rung.PROCESS, Limit(2, DAY_S, 600.0))),
    Part.EYES: ((Rung.LOOP, _AT_ONCE), (Rung.PROCESS, Limit(3, DAY_S, 10.0))),
    Part.LISTS: ((Rung.LOOP, _AT_ONCE), (Rung.PROCESS, Limit(2, DAY_S, 600.0))),
    Part.UPKEEP: ((Rung.LOOP, _AT_ONCE), (Rung.PROCESS, Limit(2, DAY_S, 600.0))),
    # One less than StartLimitBurst= of the unit: the gate itself says why it stays down, before systemd
    # only stops starting it.
    Part.GATE: ((Rung.PROCESS, Limit(4, DAY_S)),),
}
REBOOTS_FOR = (Part.EYES, Part.GATE)
"""A lost camera or list never reboots a board whose buttons work."""
# A request that led to nothing is not made again at once.
_REBOOT_REST_S = 600.0
TIMES_BLAMED = 3
"""Restarts of the process on account of one backend, and another one serves for the rest of the day."""
_IN_PROCESS = (Rung.DEVICE, Rung.LOOP)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What fails. `name` tells one camera from another; `backend` is what the nets ran on.

    `stuck`: no rung within the process helps, since what hangs there cannot be freed.
    """

    part: Part
    why: str
    name: str = ""
    backend: str = ""
    stuck: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A rung that was taken. `at_s` is on the hour meter."""

    rung: Rung
    part: Part
    why: str
    at_s: float
    name: str = ""
    backend: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """What outlives the process. `served_s`, the hour meter, counts the seconds that the gate has run.

    Days are counted on it, since the time of day may jump or be a guess; a gate that is off learns nothing
    about its health. `down` is why the gate stays down, empty otherwise.
    """

    served_s: float = 0.0
    steps: tuple[Step, ...] = ()
    down: str = ""

    def died(self, why: str) -> History:
        """The process ended without a word of its own."""
        step = Step(Rung.PROCESS, Part.GATE, why, self.served_s)
        past = self.started_again()
        return replace(past, steps=(*past.steps, step))

    def started_again(self) -> History:
        """A gate that stayed down was started by a hand, which has looked at what ended it."""
        if not self.down:
            return self
        return replace(self, steps=tuple(s for s in self.steps if not _is_death(s)), down="")


class Ladder:
    """Which rung is next. Times are the clock's monotonic seconds; `now_s` never falls."""

    def __init__(self, settings: Recovery, past: History, now_s: float) -> None:
        self._reboots = settings.reboots_a_day if settings.reboot else 0
        self._began_s = now_s - past.served_s
        self._steps = [*past.started_again().steps]

    def next(self, trouble: Trouble, now_s: float) -> Rung | None:
        """The mildest rung that is left for this trouble. None: let it rest, and ask again later."""
        for rung, limit in self._stairs(trouble):
            taken = self._taken(rung, trouble, now_s, limit.within_s)
            if len(taken) < limit.most:
                return rung if self._rested(taken, limit.rest_s, now_s) else None
        return Rung.BOARD if trouble.part in REBOOTS_FOR and self._may_reboot(now_s) else None

    def take(self, rung: Rung, trouble: Trouble, now_s: float) -> None:
        """Note that this rung is taken now."""
        name = trouble.name if rung in _IN_PROCESS else ""
        at_s = self._meter(now_s)
        self._steps = [*self._lately(now_s, DAY_S)]
        self._steps.append(Step(rung, trouble.part, trouble.why, at_s, name, trouble.backend))

    def verdict(self, now_s: float) -> tuple[Rung | None, str]:
        """What the past asks of a gate that starts, and why.

        PROCESS: serve. BOARD: serve until it is calm, and reboot. None: stay down.
        """
        marks = [s for s in self._lately(now_s, DAY_S) if _is_death(s) or s.rung is Rung.BOARD]
        deaths = [step for step in marks if _is_death(step)]
        # After a reboot the gate has its chance: it is the next death that counts.
        if len(deaths) <= STAIRS[Part.GATE][0][1].most or marks[-1].rung is Rung.BOARD:
            return Rung.PROCESS, ""
        why = f"it ended {len(deaths)} times in a day; last: {deaths[-1].why}"
        return (Rung.BOARD if self._may_reboot(now_s) else None), why

    def benched(self, now_s: float) -> frozenset[str]:
        """Backends on whose account the process was restarted too often today."""
        blamed = [s.backend for s in self._lately(now_s, DAY_S) if s.backend and s.rung is Rung.PROCESS]
        return frozenset(name for name in blamed if blamed.count(name) >= TIMES_BLAMED)

    def history(self, now_s: float, down: str = "") -> History:
        """What is to be kept: the steps that outlive this process, of the last day."""
        kept = [s for s in self._lately(now_s, DAY_S) if s.rung not in _IN_PROCESS]
        return History(self._meter(now_s), tuple(kept), down)

    def _stairs(self, trouble: Trouble) -> list[tuple[Rung, Limit]]:
        return [(r, lim) for r, lim in STAIRS[trouble.part] if not (trouble.stuck and r in _IN_PROCESS)]

    def _may_reboot(self, now_s: float) -> bool:
        done = [step for step in self._lately(now_s, DAY_S) if step.rung is Rung.BOARD]
        return len(done) < self._reboots and self._rested(done[-1:], _REBOOT_REST_S, now_s)

    def _rested(self, taken: Sequence[Step], rest_s: float, now_s: float) -> bool:
        return not taken or self._meter(now_s) - taken[-1].at_s >= rest_s * 2 ** (len(taken) - 1)

    def _taken(self, rung: Rung, trouble: Trouble, now_s: float, within_s: float) -> list[Step]:
        key = rung, trouble.part, trouble.name if rung in _IN_PROCESS else ""
        return [s for s in self._lately(now_s, within_s) if _key(s) == key]

    def _lately(self, now_s: float, within_s: float) -> list[Step]:
        since_s = self._meter(now_s) - within_s
        return [step for step in self._steps if step.at_s > since_s]

    def _meter(self, now_s: float) -> float:
        return now_s - self._began_s


def _is_death(step: Step) -> bool:
    return step.part is Part.GATE and step.rung is Rung.PROCESS


def _key(step: Step) -> tuple[Rung, Part, str]:
    return step.rung, step.part, step.name
