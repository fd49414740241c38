"""Recognize: a vehicle stands in the ROI; the loop reads, and access decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..commands import Look
from ..events import Event, Presence
from ..sight import Effort
from .base import Commands, Inputs, Leave, Memory, Reaction, State, StateName, Stay, Trigger
from .standing import Standing


@dataclass(frozen=True, slots=True)
class Recognize(Standing):
    name: ClassVar[StateName] = StateName.RECOGNIZE

    @classmethod
    def enter(cls, memory: Memory, inputs: Inputs, now: float) -> tuple[State, Commands]:
        return cls(memory.arm_closed, memory.rested_s), (Look(Effort.RECOGNISE),)

    def react(self, event: Event, inputs: Inputs, now: float) -> Reaction:
        here, commands, leave = self.attend(event, inputs, now)
        if leave is not None:
            return leave
        # A camera in doubt leaves the ROI unknown: that is no reason to stop looking.
        if inputs.roi is Presence.CLEAR:
            return Leave(Trigger.VEHICLE_LEFT, here.memory(), commands)
        return Stay(here, commands)
