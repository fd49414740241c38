"""Idle: the loop watches the ROI by detection at a low rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..commands import Look
from ..events import Event, Presence
from ..sight import Effort
from .base import Commands, Inputs, Leave, Memory, Reaction, State, StateName, Stay, Trigger
from .standing import Standing


@dataclass(frozen=True, slots=True)
class IdleRoi(Standing):
    name: ClassVar[StateName] = StateName.IDLE_ROI

    @classmethod
    def enter(cls, memory: Memory, inputs: Inputs, now: float) -> tuple[State, Commands]:
        return cls(memory.arm_closed, memory.rested_s), (Look(Effort.WATCH),)

    def react(self, event: Event, inputs: Inputs, now: float) -> Reaction:
        here, commands, leave = self.attend(event, inputs, now)
        if leave is not None:
            return leave
        if here.must_restore(inputs):
            return Leave(Trigger.RESTORE, here.memory(), commands)
        if inputs.roi is Presence.PRESENT:
            return Leave(Trigger.VEHICLE_SEEN, here.memory(), commands)
        return Stay(here, commands)
