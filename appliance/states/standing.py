"""What warmup, idle and recognize have in common: the arm rests, and an authority may move it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from ..commands import ClearFault, RaiseFault, Spend
from ..events import Event, Limit
from ..faults import ArmForced
from .base import Commands, Inputs, Leave, Memory, State, Trigger
from .rules import asked, first_use, refuse, safe

Self = TypeVar("Self", bound="Standing")


@dataclass(frozen=True, slots=True)
class Standing(State):
    """A state in which the arm is at rest. `arm_closed`: the arm was seen, or left, closed."""

    arm_closed: bool = False
    rested_s: float = float("-inf")

    def memory(self) -> Memory:
        return Memory(self.arm_closed, self.rested_s)

    def stopped(self, inputs: Inputs, now: float) -> tuple[State, Commands]:
        return self, (safe(inputs),)

    def admit(self, event: Event, inputs: Inputs, now: float) -> Leave | Commands:
        """Leave for actuate where `event` brings a good authority; else what a refusal writes."""
        authority = asked(event, inputs)
        if authority is None:
            return ()
        reason = first_use(authority, inputs, now)
        if reason is not None:
            return (refuse(authority, reason, now),)
        memory = replace(self.memory(), authority=authority)
        return Leave(Trigger.AUTHORISED, memory, (Spend(authority),))

    def observe(self: Self, inputs: Inputs) -> tuple[Self, Commands]:
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
