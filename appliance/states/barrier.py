"""The barrier cycle inside actuate: record, open, hold while present, close, confirm.

    RECORDING ──recorded──> OPENING ──limit or time──> OPEN ──clear for hold_s──> CLOSING ──> CONFIRMING
        │                      ^                        ^                            │             │
        │ not recorded         └───────── PAUSING <─────┼───────── veto: reopen ─────┘          closed: done
        └──> done                                       └── limit lost while confirming ──────────┘
    STOP in any phase ──> STOPPED, which only a new authority or a service reset leaves.

Law 2 is `_closing`, law 4 is PAUSING, law 6 is `_overdue`, law 10 is RECORDING.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Union

from ..authority import Authority, Source
from ..commands import (
    ClearFault,
    CloseBarrier,
    Command,
    NotePassage,
    OpenBarrier,
    RaiseFault,
    Spend,
    StopBarrier,
)
from ..events import (
    CommandReceived,
    EntryKind,
    Event,
    Limit,
    NotRecorded,
    Recorded,
    RefusalReason,
    RemoteAction,
    ServiceHeld,
    Tick,
)
from ..faults import ArmStuck, CloseTimedOut, MotionFault, OpenTimedOut, ReopenedTooOften, StoppedByHand
from ..words import Word
from .base import Commands, Inputs, Memory
from .rules import asked, first_use, objection, opening, refuse, write
from .session import Done, Going

VETO = "veto"
"""The reason of a reopening, where an authority's id stands otherwise."""

PASSED_CLEAR_S = 0.5
"""A gap in presence shorter than this is the space between axles or between loop and beam."""


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


@dataclass(frozen=True, slots=True)
class Cycle:
    """One stay in actuate. Times are monotonic seconds.

    `authority` is that of the passage under way, None for a restoring close. `pending` waits for
    its record. `arm_closed` is what was known of the arm before. `rested_s` is when the motor was
    last released, `clear_s` since when nothing vetoes. `raised`: this cycle took the arm up, and
    nothing has moved it since; without it OPEN only means that the arm rests and may be closed.
    """

    phase: Phase
    since_s: float
    authority: Authority | None = None
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


def begin(authority: Authority, memory: Memory, now: float) -> Going[Cycle]:
    """Start a passage: its reason is written first (law 10)."""
    cycle = Cycle(
        Phase.RECORDING,
        now,
        pending=authority,
        pending_s=now,
        rested_s=memory.rested_s,
        arm_closed=memory.arm_closed,
    )
    return Going(cycle, (opening(authority, now),))


def restore(memory: Memory, now: float) -> Going[Cycle]:
    """Close an arm that is not known to be closed, as after a power cut: it waits for a clear way."""
    return Going(Cycle(Phase.OPEN, now, passage=Passage.DONE, rested_s=memory.rested_s), ())


def advance(cycle: Cycle, event: Event, inputs: Inputs, now: float) -> Step:
    """One step of the cycle. STOP and STOP_NOW have been dealt with before."""
    cycle = _watched(cycle, inputs, now)
    answered = _answer(cycle, event, inputs, now)
    if isinstance(answered, Done):
        return answered
    moved = _PHASES[answered.cycle.phase](answered.cycle, inputs, now)
    commands = (*answered.commands, *moved.commands)
    return replace(moved, commands=commands)


def halt(cycle: Cycle, now: float) -> Going[Cycle]:
    """STOP: release the motor now; the record of it follows (laws 3 and 10)."""
    cycle = replace(cycle, clear_s=None)  # nobody watches the way meanwhile: the hold begins anew
    if cycle.phase is Phase.STOPPED:
        return Going(cycle, (StopBarrier(),))
    dropped = () if cycle.pending is None else (refuse(cycle.pending, RefusalReason.OUT_OF_SERVICE, now),)
    word = write(EntryKind.STOPPED, now, "stop", f"STOP while {cycle.phase}.")
    stopped = replace(cycle, phase=Phase.STOPPED, since_s=now, pending=None, rested_s=now, raised=False)
    return Going(stopped, (StopBarrier(), RaiseFault(StoppedByHand()), word, *dropped))


# -- presence and passage --------------------------------------------------------------------------


def _watched(cycle: Cycle, inputs: Inputs, now: float) -> Cycle:
    if inputs.vetoed:
        return replace(cycle, clear_s=None)
    return cycle if cycle.clear_s is not None else replace(cycle, clear_s=now)


def _clear_for(cycle: Cycle, now: float) -> float:
    return 0.0 if cycle.clear_s is None else now - cycle.clear_s


def _passage(cycle: Cycle, inputs: Inputs, now: float) -> tuple[Cycle, Commands]:
    """Follow the vehicle through the open arm."""
    if inputs.under_arm and cycle.passage is Passage.AWAITED:
        return replace(cycle, passage=Passage.UNDER_ARM), ()
    if cycle.passage is Passage.UNDER_ARM and _clear_for(cycle, now) >= PASSED_CLEAR_S:
        return replace(cycle, passage=Passage.DONE), _passed(cycle.authority, now)
    if inputs.vehicle_under_arm and cycle.passage is Passage.DONE and cycle.authority is not None:
        word = write(EntryKind.TAILGATE, now, cycle.authority.subject, "Another vehicle followed.")
        return replace(cycle, passage=Passage.FOLLOWED), (word,)
    return cycle, ()


def _passed(authority: Authority | None, now: float) -> Commands:
    if authority is None:
        return ()
    word = write(EntryKind.PASSED, now, authority.subject, "The vehicle passed.")
    return NotePassage(authority), word


# -- events ----------------------------------------------------------------------------------------


def _answer(cycle: Cycle, event: Event, inputs: Inputs, now: float) -> Step:
    if isinstance(event, Recorded) and cycle.pending and event.ticket == cycle.pending.id:
        return _recorded(cycle, inputs, now)
    if isinstance(event, NotRecorded) and cycle.pending and event.ticket == cycle.pending.id:
        return _unrecorded(cycle, inputs, now)
    # Only a tick may find the record overdue: any other event has something of its own to say.
    if isinstance(event, Tick) and cycle.pending and _overtime(cycle, inputs, now):
        return _unrecorded(cycle, inputs, now)
    if isinstance(event, CommandReceived):
        return _commanded(cycle, event, inputs, now)
    if isinstance(event, ServiceHeld) and event.reset and cycle.phase is Phase.STOPPED:
        return Going(_opened(cycle, now), (ClearFault(StoppedByHand.kind()),))
    return _another(cycle, event, inputs, now)


def _overtime(cycle: Cycle, inputs: Inputs, now: float) -> bool:
    return now - cycle.pending_s >= inputs.policy.barrier.record_timeout_s


def _commanded(cycle: Cycle, event: CommandReceived, inputs: Inputs, now: float) -> Step:
    if event.action is RemoteAction.OPEN:
        return _another(cycle, event, inputs, now)
    reason = first_use(event.authority, inputs, now)
    if reason is not None:
        return Going(cycle, (refuse(event.authority, reason, now),))
    used = (Spend(event.authority),)
    if event.action is RemoteAction.STOP:
        halted = halt(cycle, now)
        return Going(halted.cycle, (*used, *halted.commands))
    return Going(replace(cycle, close_asked=True), used)


def _another(cycle: Cycle, event: Event, inputs: Inputs, now: float) -> Step:
    """A further authority during the cycle: it keeps the arm open, or opens it again, once recorded."""
    authority = asked(event, inputs)
    if authority is None:
        return Going(cycle)
    reason = first_use(authority, inputs, now)
    if reason is None and cycle.pending is not None:
        reason = RefusalReason.ALREADY_DECIDED
    if reason is not None:
        return Going(cycle, (refuse(authority, reason, now),))
    waiting = replace(cycle, pending=authority, pending_s=now)
    return Going(waiting, (Spend(authority), opening(authority, now)))


def _recorded(cycle: Cycle, inputs: Inputs, now: float) -> Step:
    authority = cycle.pending
    if authority is None:
        return Going(cycle)
    reason = objection(authority, inputs, now)
    if reason is not None:
        return _dropped(cycle, authority, reason, now)
    return _admitted(cycle, authority, now)


def _unrecorded(cycle: Cycle, inputs: Inputs, now: float) -> Step:
    """What could not be recorded does not open; a person at the button may be excepted (law 10)."""
    authority = cycle.pending
    if authority is None:
        return Going(cycle)
    by_hand = authority.source in (Source.BUTTON, Source.EXIT)
    if by_hand and not inputs.policy.barrier.button_needs_record:
        return _recorded(cycle, inputs, now)
    return _dropped(cycle, authority, RefusalReason.NOT_RECORDED, now)


def _dropped(cycle: Cycle, authority: Authority, reason: RefusalReason, now: float) -> Step:
    word = refuse(authority, reason, now)
    if cycle.phase is Phase.RECORDING:
        return Done(Memory(cycle.arm_closed, cycle.rested_s), (word,))
    return Going(replace(cycle, pending=None), (word,))


def _admitted(cycle: Cycle, authority: Authority, now: float) -> Going[Cycle]:
    """The authority is recorded and good: open, or stay open for it."""
    # A reopening on a veto goes on for its own reason: it must not lapse with the newcomer.
    why = VETO if cycle.phase is Phase.PAUSING and cycle.why == VETO else authority.id
    admitted = replace(
        cycle, authority=authority, pending=None, passage=Passage.AWAITED, why=why, close_asked=False
    )
    if cycle.phase is Phase.OPENING:
        return Going(admitted)
    if cycle.phase is Phase.OPEN and cycle.raised:
        return Going(replace(admitted, since_s=now))
    cleared = (ClearFault(StoppedByHand.kind()),) if cycle.phase is Phase.STOPPED else ()
    release: Commands = (StopBarrier(),) if cycle.phase is Phase.CLOSING else ()
    rested_s = now if cycle.phase is Phase.CLOSING else cycle.rested_s
    pausing = replace(admitted, phase=Phase.PAUSING, since_s=now, rested_s=rested_s)
    return Going(pausing, (*cleared, *release))


# -- phases ----------------------------------------------------------------------------------------


def _waiting(cycle: Cycle, inputs: Inputs, now: float) -> Step:
    return Going(cycle)


def _pausing(cycle: Cycle, inputs: Inputs, now: float) -> Step:
    """The dead time between two directions (law 4), then open, if the authority is still good."""
    if now - cycle.rested_s < inputs.policy.barrier.dead_time_s:
        return Going(cycle)
    authority = cycle.authority
    if cycle.why != VETO and authority is not None:
        reason = objection(authority, inputs, now)
        if reason is not None:
            closing = replace(_opened(cycle, now), authority=None, passage=Passage.DONE)
            return Going(closing, (refuse(authority, reason, now),))
    return Going(replace(cycle, phase=Phase.OPENING, since_s=now), (OpenBarrier(cycle.why),))


def _opening(cycle: Cycle, inputs: Inputs, now: float) -> Step:
    barrier = inputs.policy.barrier
    fitted = inputs.opened is not Limit.NOT_FITTED
    arrived = inputs.opened is Limit.ON if fitted else now - cycle.since_s >= barrier.open_s
    if arrived:
        subject = cycle.authority.subject if cycle.authority else cycle.why
        word = write(EntryKind.OPENED, now, subject, "The arm is open.")
        return Going(replace(_opened(cycle, now), raised=True), (StopBarrier(), word))
    return Going(cycle, _overdue(cycle, inputs.closed, OpenTimedOut(), inputs, now))


def _opened(cycle: Cycle, now: float) -> Cycle:
    return replace(cycle, phase=Phase.OPEN, since_s=now, rested_s=now)


def _overdue(cycle: Cycle, left: Limit, late: MotionFault, inputs: Inputs, now: float) -> tuple[Command, ...]:
    """The motion took too long, or never left the limit `left` that it came from (law 6)."""
    elapsed = now - cycle.since_s
    if elapsed > inputs.policy.barrier.motion_limit_s:
        return StopBarrier(), RaiseFault(late)
    if left is Limit.ON and elapsed > inputs.policy.barrier.leave_limit_s:
        return StopBarrier(), RaiseFault(ArmStuck(f"while {cycle.phase}"))
    return ()


def _open(cycle: Cycle, inputs: Inputs, now: float) -> Step:
    """Hold while present; close when the way has been clear for the hold time."""
    cycle, words = _passage(cycle, inputs, now)
    if cycle.reopens > inputs.policy.barrier.max_reopens:
        return Done(
            Memory(False, cycle.rested_s), (*words, RaiseFault(ReopenedTooOften(f"{cycle.reopens} times")))
        )
    if cycle.pending is not None or not _may_close(cycle, inputs, now):
        return Going(cycle, words)
    if cycle.passage in (Passage.AWAITED, Passage.UNDER_ARM) and cycle.authority is not None:
        word = write(EntryKind.NOT_PASSED, now, cycle.authority.subject, "Nobody drove through.")
        words = (*words, word)
    closing = replace(cycle, phase=Phase.CLOSING, since_s=now, raised=False)
    return Going(closing, (*words, CloseBarrier()))


def _may_close(cycle: Cycle, inputs: Inputs, now: float) -> bool:
    barrier = inputs.policy.barrier
    rested = now - cycle.rested_s >= barrier.dead_time_s
    clear = _clear_for(cycle, now) >= barrier.hold_s
    through = cycle.passage in (Passage.DONE, Passage.FOLLOWED)
    timed_out = now - cycle.since_s >= barrier.pass_timeout_s
    return rested and clear and (through or timed_out or cycle.close_asked)


def _closing(cycle: Cycle, inputs: Inputs, now: float) -> Step:
    """Come down while nothing is there; anything present reopens at once (law 2)."""
    if inputs.vetoed:
        return _reopen(cycle, inputs, now)
    fitted = inputs.closed is not Limit.NOT_FITTED
    if inputs.closed is Limit.ON if fitted else now - cycle.since_s >= inputs.policy.barrier.close_s:
        confirming = replace(cycle, phase=Phase.CONFIRMING, since_s=now, rested_s=now)
        return Going(confirming, (StopBarrier(),))
    return Going(cycle, _overdue(cycle, inputs.opened, CloseTimedOut(), inputs, now))


def _reopen(cycle: Cycle, inputs: Inputs, now: float) -> Step:
    seen = f"loop {inputs.loop}, beam {inputs.beam}, camera {inputs.zone}"
    word = write(EntryKind.REOPENED, now, "veto", f"Reopened on presence: {seen}.")
    back = replace(cycle, phase=Phase.PAUSING, since_s=now, rested_s=now, reopens=cycle.reopens + 1, why=VETO)
    return Going(back, (StopBarrier(), word))


def _confirming(cycle: Cycle, inputs: Inputs, now: float) -> Step:
    if inputs.closed in (Limit.OFF, Limit.UNKNOWN):
        return Going(replace(cycle, phase=Phase.OPEN, since_s=now, reopens=cycle.reopens + 1))
    if cycle.pending is not None or now - cycle.since_s < inputs.policy.barrier.confirm_s:
        return Going(cycle)
    return Done(Memory(True, cycle.rested_s), (write(EntryKind.CLOSED, now, "arm", "The arm is closed."),))


_PHASES: dict[Phase, Callable[[Cycle, Inputs, float], Step]] = {
    Phase.RECORDING: _waiting,
    Phase.PAUSING: _pausing,
    Phase.OPENING: _opening,
    Phase.OPEN: _open,
    Phase.CLOSING: _closing,
    Phase.CONFIRMING: _confirming,
    Phase.STOPPED: _waiting,
}
