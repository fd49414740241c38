"""Actuate: the barrier's cycle, or the car's session, is under way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Union

from ..commands import Look
from ..events import Event
from ..sight import Effort
from . import barrier, car, cycle
from .base import Commands, Inputs, Leave, Memory, Reaction, State, StateName, Stay, Trigger
from .session import Done, Going

Work = Union[cycle.Cycle, car.Drive]


@dataclass(frozen=True, slots=True)
class Actuate(State):
    name: ClassVar[StateName] = StateName.ACTUATE
    work: Work

    @classmethod
    def enter(cls, memory: Memory, inputs: Inputs, now: float) -> tuple[State, Commands]:
        begun = _begun(memory, inputs, now)
        return cls(begun.cycle), (Look(Effort.GUARD), *begun.commands)

    def react(self, event: Event, inputs: Inputs, now: float) -> Reaction:
        step: cycle.Step | car.Step
        if isinstance(self.work, car.Drive):
            step = car.advance(self.work, event, inputs, now)
        else:
            step = barrier.advance(self.work, event, inputs, now)
        if isinstance(step, Done):
            trigger = Trigger.CYCLE_DONE if inputs.warm else Trigger.COLD
            return Leave(trigger, step.memory, step.commands)
        return Stay(Actuate(step.cycle), step.commands)

    def stopped(self, inputs: Inputs, now: float) -> tuple[State, Commands]:
        halted = car.halt(self.work, now) if isinstance(self.work, car.Drive) else cycle.halt(self.work, now)
        return Actuate(halted.cycle), halted.commands

    def memory(self) -> Memory:
        return Memory(arm_closed=False)

    def abandoned(self, now: float) -> Commands:
        """What is still owed when a fault ends the work."""
        return (
            car.abandoned(self.work, now)
            if isinstance(self.work, car.Drive)
            else cycle.abandoned(self.work, now)
        )


def _begun(memory: Memory, inputs: Inputs, now: float) -> Going[cycle.Cycle] | Going[car.Drive]:
    if memory.authority is None:
        return barrier.restore(memory, now)
    if inputs.policy.drives_barrier:
        return barrier.begin(memory.authority, memory, now)
    return car.begin(memory.authority, now)
