"""The barrier cycle inside actuate: record, open, hold while present, close, confirm.

    RECORDING ──recorded──> OPENING ──limit or time──> OPEN ──clear for hold_s──> CLOSING ──> CONFIRMING
        │                      ^                        ^                            │             │
        │ not recorded         └───────── PAUSING <─────┼───────── veto: reopen ─────┘          closed: done
        └──> done                                       └── limit lost while confirming ──────────┘
    STOP in any phase ──> STOPPED, which only a person at the gate or a service reset leaves.

Law 2 is `_closing`, law 4 is PAUSING, law 6 is `_overdue`, law 10 is RECORDING.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..authority import Authority
from ..commands import CloseBarrier, NotePassage, OpenBarrier, RaiseFault, Refuse, StopBarrier
from ..events import EntryKind, Event, Limit
from ..faults import ArmDropped, ArmStuck, CloseTimedOut, MotionFault, OpenTimedOut, ReopenedTooOften
from .base import Commands, Inputs, Memory
from .cycle import VETO, Cycle, Passage, Phase, Step, opened, unanswered
from .requests import answer
from .rules import objection, opening, refuse, write
from .session import Done, Going

PASSED_CLEAR_S = 0.5
"""A gap in presence shorter than this is the space between axles or between loop and beam."""


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
    return Going(Cycle(Phase.OPEN, now, passage=Passage.DONE, rested_s=memory.rested_s))


def advance(cycle: Cycle, event: Event, inputs: Inputs, now: float) -> Step:
    """One step of the cycle. STOP and STOP_NOW have been dealt with before."""
    cycle = _watched(cycle, inputs, now)
    answered = answer(cycle, event, inputs, now)
    if isinstance(answered, Done):
        return answered
    moved = _PHASES[answered.cycle.phase](answered.cycle, inputs, now)
    return replace(moved, commands=(*answered.commands, *moved.commands))


# -- presence and passage --------------------------------------------------------------------------


def _watched(cycle: Cycle, inputs: Inputs, now: float) -> Cycle:
    if inputs.vetoed:
        return replace(cycle, clear_s=None)
    return cycle if cycle.clear_s is not None else replace(cycle, clear_s=now)


def _clear_for(cycle: Cycle, now: float) -> float:
    return 0.0 if cycle.clear_s is None else now - cycle.clear_s


def _passage(cycle: Cycle, inputs: Inputs, now: float) -> tuple[Cycle, Commands]:
    """Follow the vehicle through the open arm."""
    if inputs.under_arm and cycle.passage in (Passage.AWAITED, Passage.GIVEN_UP):
        return replace(cycle, passage=Passage.UNDER_ARM), ()
    if cycle.passage is Passage.UNDER_ARM and _clear_for(cycle, now) >= PASSED_CLEAR_S:
        return _next_passage(cycle, now), _passed(cycle.authority, now)
    if inputs.vehicle_under_arm and cycle.passage is Passage.DONE and cycle.authority is not None:
        word = write(EntryKind.TAILGATE, now, cycle.authority.subject, "Another vehicle followed.")
        return replace(cycle, passage=Passage.FOLLOWED), (word,)
    return cycle, ()


def _next_passage(cycle: Cycle, now: float) -> Cycle:
    if not cycle.queue:
        return replace(cycle, passage=Passage.DONE)
    first, *rest = cycle.queue
    return replace(cycle, passage=Passage.AWAITED, authority=first, queue=tuple(rest), since_s=now)


def _passed(authority: Authority | None, now: float) -> Commands:
    if authority is None:
        return ()
    word = write(EntryKind.PASSED, now, authority.subject, "The vehicle passed.")
    return NotePassage(authority), word


def _given_up(cycle: Cycle, now: float) -> tuple[Cycle, Commands]:
    """Whoever was let in and did not come is recorded, once."""
    if cycle.authority is None or cycle.passage not in (Passage.AWAITED, Passage.UNDER_ARM):
        return cycle, ()
    absent = (cycle.authority, *cycle.queue)
    words = tuple(write(EntryKind.NOT_PASSED, now, a.subject, "Nobody drove through.") for a in absent)
    return replace(cycle, passage=Passage.GIVEN_UP, queue=()), words


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
            return _lapsed(cycle, refuse(authority, reason, now), now)
    rising = replace(cycle, phase=Phase.OPENING, since_s=now, arm_closed=False)
    return Going(rising, (OpenBarrier(cycle.why),))


def _lapsed(cycle: Cycle, word: Refuse, now: float) -> Step:
    """The authority died in the dead time: the next one's turn, else the arm is closed if it must be."""
    if cycle.queue:
        first, *rest = cycle.queue
        return Going(replace(cycle, authority=first, queue=tuple(rest), why=first.id), (word,))
    if cycle.arm_closed:
        return Done(Memory(True, cycle.rested_s), (word,))
    return Going(replace(opened(cycle, now), authority=None, passage=Passage.DONE), (word,))


def _opening(cycle: Cycle, inputs: Inputs, now: float) -> Step:
    barrier = inputs.policy.barrier
    fitted = inputs.opened is not Limit.NOT_FITTED
    arrived = inputs.opened is Limit.ON if fitted else now - cycle.since_s >= barrier.open_s
    if arrived:
        subject = cycle.authority.subject if cycle.authority else cycle.why
        word = write(EntryKind.OPENED, now, subject, "The arm is open.")
        return Going(replace(opened(cycle, now), raised=True), (StopBarrier(), word))
    return Going(cycle, _overdue(cycle, inputs.closed, OpenTimedOut(), inputs, now))


def _overdue(cycle: Cycle, left: Limit, late: MotionFault, inputs: Inputs, now: float) -> Commands:
    """The motion took too long, or never left the limit `left` that it came from (law 6)."""
    elapsed = now - cycle.since_s
    if elapsed > inputs.policy.barrier.motion_limit_s:
        return StopBarrier(), RaiseFault(late)
    if left is Limit.ON and elapsed > inputs.policy.barrier.leave_limit_s:
        return StopBarrier(), RaiseFault(ArmStuck(f"while {cycle.phase}"))
    return ()


def _open(cycle: Cycle, inputs: Inputs, now: float) -> Step:
    """Hold while present; close when the way has been clear for the hold time."""
    if cycle.raised and inputs.closed is Limit.ON:
        return Going(replace(cycle, raised=False), (RaiseFault(ArmDropped()),))
    cycle, words = _passage(cycle, inputs, now)
    if cycle.reopens > inputs.policy.barrier.max_reopens:
        gone_wrong = RaiseFault(ReopenedTooOften(f"{cycle.reopens} times"))
        return Done(Memory(False, cycle.rested_s), (*words, gone_wrong, *unanswered(cycle, now)))
    if cycle.pending is not None or not _may_close(cycle, inputs, now):
        return Going(cycle, words)
    cycle, absent = _given_up(cycle, now)
    closing = replace(cycle, phase=Phase.CLOSING, since_s=now, raised=False)
    return Going(closing, (*words, *absent, CloseBarrier()))


def _may_close(cycle: Cycle, inputs: Inputs, now: float) -> bool:
    barrier = inputs.policy.barrier
    rested = now - cycle.rested_s >= barrier.dead_time_s
    clear = _clear_for(cycle, now) >= barrier.hold_s
    through = cycle.passage in (Passage.DONE, Passage.FOLLOWED, Passage.GIVEN_UP)
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
