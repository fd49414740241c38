"""What warmup, idle and recognize have in common: the arm rests, and an authority may move it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from ..commands import ClearFault, RaiseFault, Spend
from ..events import CommandReceived, EntryKind, Event, Limit
from ..faults import ArmForced
from .base import Commands, Inputs, Leave, Memory, State, Trigger
from .rules import asked, first_use, refuse, safe, safe_use, write

Self = TypeVar("Self", bound="Standing")


@dataclass(frozen=True, slots=True)
class Standing(State):
    """A state in which the arm is at rest. `arm_closed`: the arm was seen, or left, closed."""

    arm_closed: bool = False
    rested_s: float = float("-inf")

    def memory(self) -> Memory:
        return Memory(self.arm_closed, self.rested_s)

    def stopped(self, inputs: Inputs, now: float) -> tuple[State, Commands]:
        return self, safe(inputs)

    def attend(self: Self, event: Event, inputs: Inputs, now: float) -> tuple[Self, Commands, Leave | None]:
        """Look at the arm, and at what `event` asks: this state now, its commands, and whether to leave.

        The commands are in the leaving too.
        """
        here, seen = self._observed(inputs)
        authority = asked(event, inputs)
        if authority is None:
            return here, (*seen, *_at_rest(event, inputs, now)), None
        reason = first_use(authority, inputs, now)
        if reason is not None:
            return here, (*seen, refuse(authority, reason, now)), None
        memory = replace(here.memory(), authority=authority)
        return here, seen, Leave(Trigger.AUTHORISED, memory, (*seen, Spend(authority)))

    def _observed(self: Self, inputs: Inputs) -> tuple[Self, Commands]:
        """This state with what the closed limit says; the arm may have been forced."""
        if inputs.closed is Limit.ON:
            forced = inputs.has_fault(ArmForced.kind())
            return replace(self, arm_closed=True), (ClearFault(ArmForced.kind()),) if forced else ()
        if inputs.closed is Limit.OFF and self.arm_closed:
            return replace(self, arm_closed=False), (RaiseFault(ArmForced()),)
        return self, ()

    def must_restore(self, inputs: Inputs) -> bool:
        """The arm is not known to be closed, and the owner wants it closed."""
        policy = inputs.policy
        wanted = policy.armed and policy.drives_barrier and policy.barrier.restore == "close"
        return wanted and not self.arm_closed


def _at_rest(event: Event, inputs: Inputs, now: float) -> Commands:
    """STOP or CLOSE from afar while nothing moves: it is used up, and recorded."""
    if not isinstance(event, CommandReceived):
        return ()
    reason = safe_use(event.authority, inputs, now)
    if reason is not None:
        return (refuse(event.authority, reason, now),)
    word = write(EntryKind.COMMAND, now, event.authority.subject, f"{event.action} from afar: nothing moves.")
    return Spend(event.authority), word
