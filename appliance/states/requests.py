"""What people, decisions and the record ask of a barrier's cycle while it is under way."""

from __future__ import annotations

from dataclasses import replace

from ..authority import Authority, Source
from ..commands import ClearFault, Spend, StopBarrier
from ..events import (
    CommandReceived,
    Event,
    Limit,
    NotRecorded,
    Recorded,
    RefusalReason,
    RemoteAction,
    ServiceHeld,
    Tick,
)
from ..faults import StoppedByHand
from .base import Commands, Inputs, Memory
from .cycle import VETO, Cycle, Passage, Phase, Step, halt, opened
from .rules import asked, first_use, objection, opening, refuse, safe_use
from .session import Done, Going


def answer(cycle: Cycle, event: Event, inputs: Inputs, now: float) -> Step:
    """The cycle after `event`; levels and time are looked at elsewhere."""
    if isinstance(event, (Recorded, NotRecorded)) and cycle.pending and event.ticket == cycle.pending.id:
        return _recorded(cycle, cycle.pending, isinstance(event, Recorded), inputs, now)
    # Only a tick may find the record overdue: any other event has something of its own to say.
    if isinstance(event, Tick) and cycle.pending and _overtime(cycle, inputs, now):
        return _recorded(cycle, cycle.pending, False, inputs, now)
    if isinstance(event, CommandReceived) and event.action is not RemoteAction.OPEN:
        return _commanded(cycle, event, now, inputs)
    if isinstance(event, ServiceHeld) and event.reset and cycle.phase is Phase.STOPPED:
        return Going(opened(cycle, now), (ClearFault(StoppedByHand.kind()),))
    return _another(cycle, event, inputs, now)


def _overtime(cycle: Cycle, inputs: Inputs, now: float) -> bool:
    return now - cycle.pending_s >= inputs.policy.barrier.record_timeout_s


def _commanded(cycle: Cycle, event: CommandReceived, now: float, inputs: Inputs) -> Step:
    """STOP or CLOSE from afar: what stops or closes is never less welcome for a fault."""
    reason = safe_use(event.authority, inputs, now)
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
    reason = first_use(authority, inputs, now) or _untimely(cycle, authority, inputs)
    if reason is not None:
        return Going(cycle, (refuse(authority, reason, now),))
    waiting = replace(cycle, pending=authority, pending_s=now)
    return Going(waiting, (Spend(authority), opening(authority, now)))


def _untimely(cycle: Cycle, authority: Authority, inputs: Inputs) -> RefusalReason | None:
    if cycle.pending is not None:
        return RefusalReason.ALREADY_DECIDED
    # A person pressed STOP for a reason that nobody afar knows: only a person at the gate takes it back.
    pressed = authority.source is Source.BUTTON
    pressed = pressed or (authority.source is Source.EXIT and inputs.policy.exit.mode == "button")
    return None if pressed or cycle.phase is not Phase.STOPPED else RefusalReason.OUT_OF_SERVICE


def _recorded(cycle: Cycle, authority: Authority, durable: bool, inputs: Inputs, now: float) -> Step:
    """What could not be recorded does not open; a person at the button may be excepted (law 10)."""
    by_hand = authority.source in (Source.BUTTON, Source.EXIT)
    if not durable and not (by_hand and not inputs.policy.barrier.button_needs_record):
        return _dropped(cycle, authority, RefusalReason.NOT_RECORDED, now)
    reason = objection(authority, inputs, now)
    if reason is not None:
        return _dropped(cycle, authority, reason, now)
    return _admitted(cycle, authority, inputs, now)


def _dropped(cycle: Cycle, authority: Authority, reason: RefusalReason, now: float) -> Step:
    word = refuse(authority, reason, now)
    if cycle.phase is Phase.RECORDING:
        return Done(Memory(cycle.arm_closed, cycle.rested_s), (word,))
    return Going(replace(cycle, pending=None), (word,))


def _admitted(cycle: Cycle, authority: Authority, inputs: Inputs, now: float) -> Going[Cycle]:
    """The authority is recorded and good: open, or stay open for it."""
    cycle = replace(cycle, pending=None, close_asked=False)
    # An arm that sank off its switch is driven up again for whoever is let in next.
    up = cycle.phase is Phase.OPEN and cycle.raised and inputs.opened is not Limit.OFF
    if up:
        cycle = replace(cycle, since_s=now)
    going_up = up or cycle.phase in (Phase.PAUSING, Phase.OPENING)
    if going_up and _behind(cycle, authority):
        return Going(replace(cycle, queue=(*cycle.queue, authority)))
    admitted = replace(cycle, authority=authority, passage=Passage.AWAITED)
    return Going(admitted) if up or cycle.phase is Phase.OPENING else _turned_up(admitted, authority, now)


def _behind(cycle: Cycle, authority: Authority) -> bool:
    """A vehicle that is recognised behind another waits its turn."""
    ahead = cycle.authority is not None and cycle.passage in (Passage.AWAITED, Passage.UNDER_ARM)
    return ahead and authority.source is Source.DECISION


def _turned_up(cycle: Cycle, authority: Authority, now: float) -> Going[Cycle]:
    """Open from wherever the arm is, after the dead time."""
    # A reopening on a veto goes on for its own reason: it must not lapse with the newcomer.
    why = VETO if cycle.phase is Phase.PAUSING and cycle.why == VETO else authority.id
    cleared = (ClearFault(StoppedByHand.kind()),) if cycle.phase is Phase.STOPPED else ()
    release: Commands = (StopBarrier(),) if cycle.phase is Phase.CLOSING else ()
    rested_s = now if cycle.phase is Phase.CLOSING else cycle.rested_s
    pausing = replace(cycle, phase=Phase.PAUSING, since_s=now, rested_s=rested_s, why=why)
    return Going(pausing, (*cleared, *release))
