"""Boot: outputs are being claimed; nothing may move yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..events import Event, RefusalReason
from .base import Commands, Inputs, Leave, Memory, Reaction, State, StateName, Stay, Trigger
from .rules import asked, refuse, safe


@dataclass(frozen=True, slots=True)
class Boot(State):
    name: ClassVar[StateName] = StateName.BOOT

    @classmethod
    def enter(cls, memory: Memory, inputs: Inputs, now: float) -> tuple[State, Commands]:
        return cls(), ()

    def react(self, event: Event, inputs: Inputs, now: float) -> Reaction:
        authority = asked(event, inputs)
        refused = () if authority is None else (refuse(authority, RefusalReason.OUT_OF_SERVICE, now),)
        if inputs.checked:
            return Leave(Trigger.CHECKED, self.memory(), refused)
        return Stay(self, refused)

    def stopped(self, inputs: Inputs, now: float) -> tuple[State, Commands]:
        # An operator that an impulse has started moves on while the gate starts anew.
        return self, safe(inputs) if inputs.checked else ()

    def memory(self) -> Memory:
        return Memory()
