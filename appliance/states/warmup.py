"""Warmup: engines read their golden frames; buttons and exit work already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..commands import Look
from ..events import Event
from ..sight import Effort
from .base import Commands, Inputs, Leave, Memory, Reaction, State, StateName, Stay, Trigger
from .standing import Standing


@dataclass(frozen=True, slots=True)
class Warmup(Standing):
    name: ClassVar[StateName] = StateName.WARMUP

    @classmethod
    def enter(cls, memory: Memory, inputs: Inputs, now: float) -> tuple[State, Commands]:
        return cls(memory.arm_closed, memory.rested_s), (Look(Effort.WATCH),)

    def react(self, event: Event, inputs: Inputs, now: float) -> Reaction:
        here, commands, leave = self.attend(event, inputs, now)
        if leave is not None:
            return leave
        if inputs.warm:
            return Leave(Trigger.TRUSTED, here.memory(), commands)
        return Stay(here, commands)
