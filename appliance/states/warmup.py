"""Warmup: engines read their golden frames; buttons and exit work already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..events import Event
from .base import Commands, Inputs, Leave, Memory, Reaction, State, StateName, Stay, Trigger
from .standing import Standing


@dataclass(frozen=True, slots=True)
class Warmup(Standing):
    name: ClassVar[StateName] = StateName.WARMUP

    @classmethod
    def enter(cls, memory: Memory, inputs: Inputs, now: float) -> tuple[State, Commands]:
        return cls(memory.arm_closed, memory.rested_s), ()

    def react(self, event: Event, inputs: Inputs, now: float) -> Reaction:
        here, seen = self.observe(inputs)
        admitted = here.admit(event, inputs, now)
        if isinstance(admitted, Leave):
            return admitted
        if inputs.warm:
            return Leave(Trigger.TRUSTED, here.memory(), (*seen, *admitted))
        return Stay(here, (*seen, *admitted))
