"""What the barrier's cycle is made of: its phases, the passage through the arm, and how it halts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Union

from ..authority import Authority
from ..commands import ClearFault, RaiseFault, StopBarrier
from ..events import EntryKind, RefusalReason
from ..faults import StoppedByHand
from ..words import Word
from .base import Commands
from .rules import refuse, write
from .session import Done, Going

VETO = "veto"
"""The reason of a reopening, where an authority's id stands otherwise."""


class Phase(Word):
    RECORDING = "recording"
    PAUSING = "pausing"
    OPENING = "opening"
    OPEN = "open"
    CLOSING = "closing"
    CONFIRMING = "confirming"
    STOPPED = "stopped"


class Passage(Word):
    """How far the vehicle that was let in has come."""

    AWAITED = "awaited"
    UNDER_ARM = "under_arm"
    DONE = "done"
    FOLLOWED = "followed"
    """Another vehicle went through behind it: recorded once a cycle."""
    GIVEN_UP = "given_up"
    """Nobody came in time: recorded once. Who comes after all, passes."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """One stay in actuate. Times are monotonic seconds.

    `authority` is that of the passage under way, None for a restoring close; `queue` are those of
    vehicles behind it. `pending` waits for its record. `arm_closed`: the arm is known to be down,
    and this cycle has not moved it. `raised`: this cycle took the arm up, and nothing has moved it
    since; without it OPEN only means that the arm rests and may be closed. `rested_s` is when the
    motor was last released, `clear_s` since when nothing vetoes.
    """

    phase: Phase
    since_s: float
    authority: Authority | None = None
    queue: tuple[Authority, ...] = ()
    pending: Authority | None = None
    pending_s: float = 0.0
    passage: Passage = Passage.AWAITED
    rested_s: float = float("-inf")
    clear_s: float | None = None
    reopens: int = 0
    why: str = ""
    close_asked: bool = False
    arm_closed: bool = False
    raised: bool = False


Step = Union[Going[Cycle], Done]


def opened(cycle: Cycle, now: float) -> Cycle:
    """The motor rests, the arm is not down: from here it may be closed."""
    return replace(cycle, phase=Phase.OPEN, since_s=now, rested_s=now)


def halt(cycle: Cycle, now: float) -> Going[Cycle]:
    """STOP: release the motor now; the record of it follows (laws 3 and 10)."""
    cycle = replace(cycle, clear_s=None)  # nobody watches the way meanwhile: the hold begins anew
    if cycle.phase is Phase.STOPPED:
        return Going(cycle, (StopBarrier(),))
    word = write(EntryKind.STOPPED, now, "stop", f"STOP while {cycle.phase}.")
    stopped = replace(cycle, phase=Phase.STOPPED, since_s=now, pending=None, rested_s=now, raised=False)
    return Going(stopped, (StopBarrier(), RaiseFault(StoppedByHand()), word, *unanswered(cycle, now)))


def abandoned(cycle: Cycle, now: float) -> Commands:
    """What is still owed when a fault ends the cycle."""
    owed = (ClearFault(StoppedByHand.kind()),) if cycle.phase is Phase.STOPPED else ()
    return (*owed, *unanswered(cycle, now))


def unanswered(cycle: Cycle, now: float) -> Commands:
    """The refusal of an authority that waits for its record in vain: access may decide anew."""
    if cycle.pending is None:
        return ()
    return (refuse(cycle.pending, RefusalReason.OUT_OF_SERVICE, now),)
