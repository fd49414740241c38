"""Fault: out of service until what is wrong is cleared; exit and buttons as the fault allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..commands import Look
from ..events import Event
from ..faults import Effect
from ..sight import Effort
from .base import Commands, Inputs, Leave, Memory, Reaction, State, StateName, Stay, Trigger
from .rules import safe
from .standing import Standing


@dataclass(frozen=True, slots=True)
class Fault(Standing):
    name: ClassVar[StateName] = StateName.FAULT

    @classmethod
    def enter(cls, memory: Memory, inputs: Inputs, now: float) -> tuple[State, Commands]:
        return cls(memory.arm_closed, now), (*safe(inputs), Look(Effort.WATCH))

    def react(self, event: Event, inputs: Inputs, now: float) -> Reaction:
        here, commands, leave = self.attend(event, inputs, now)
        if leave is not None:
            return leave
        if not (inputs.limits_disagree or inputs.suffers(Effect.FINISH_THEN_STOP)):
            return Leave(Trigger.RECOVERED, here.memory(), commands)
        return Stay(here, commands)
